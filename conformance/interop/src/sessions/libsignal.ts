/**
 * The oracle: `@signalapp/libsignal-client` in a folder of its own (conformance/interop/libsignal), outside of the workspaces, so
 * that nobody installs it who does not ask for it. The types name what is used of it.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/** Keys, messages and records all turn into bytes. */
export interface Serialisable {
  readonly serialize: () => Uint8Array;
}

export interface PublicKey extends Serialisable {}

export interface PrivateKey extends Serialisable {
  readonly getPublicKey: () => PublicKey;
  readonly sign: (message: Uint8Array) => Uint8Array;
}

export interface KemKeyPair {
  readonly getPublicKey: () => Serialisable;
}

export interface StoredSession extends Serialisable {
  readonly archiveCurrentState: () => void;
}

export interface CiphertextMessage extends Serialisable {
  readonly type: () => number;
}

export interface Address {
  readonly toString: () => string;
}

type Key = string | number;
type Store = object;

/** The part of the library that the oracle calls. */
export interface Libsignal {
  readonly PrivateKey: { readonly generate: () => PrivateKey };
  readonly PublicKey: { readonly deserialize: (bytes: Uint8Array) => PublicKey };
  readonly KEMKeyPair: { readonly generate: () => KemKeyPair };
  readonly KEMPublicKey: { readonly deserialize: (bytes: Uint8Array) => Serialisable };
  readonly IdentityKeyPair: {
    readonly generate: () => { readonly publicKey: PublicKey; readonly privateKey: PrivateKey };
  };
  readonly PreKeyRecord: { readonly new: (id: number, publicKey: PublicKey, privateKey: PrivateKey) => object };
  readonly SignedPreKeyRecord: {
    readonly new: (
      id: number,
      atMs: number,
      publicKey: PublicKey,
      privateKey: PrivateKey,
      signature: Uint8Array,
    ) => object;
  };
  readonly KyberPreKeyRecord: {
    readonly new: (id: number, atMs: number, pair: KemKeyPair, signature: Uint8Array) => object;
  };
  readonly PreKeyBundle: { readonly new: (...parts: readonly unknown[]) => object };
  readonly ProtocolAddress: { readonly new: (name: string, deviceId: number) => Address };
  readonly SignalMessage: { readonly deserialize: (bytes: Uint8Array) => object };
  readonly PreKeySignalMessage: { readonly deserialize: (bytes: Uint8Array) => object };
  readonly SenderKeyDistributionMessage: {
    readonly create: (sender: Address, distributionId: string, store: Store) => Promise<Serialisable>;
    readonly deserialize: (bytes: Uint8Array) => object;
  };
  readonly SessionRecord: { readonly deserialize: (bytes: Uint8Array) => StoredSession };
  readonly SessionStore: new () => Store;
  readonly IdentityKeyStore: new () => Store;
  readonly PreKeyStore: new () => Store;
  readonly SignedPreKeyStore: new () => Store;
  readonly KyberPreKeyStore: new () => Store;
  readonly SenderKeyStore: new () => Store;
  readonly processPreKeyBundle: (bundle: object, remote: Address, local: Address, ...stores: Store[]) => Promise<void>;
  readonly signalEncrypt: (
    message: Uint8Array,
    remote: Address,
    local: Address,
    ...stores: Store[]
  ) => Promise<CiphertextMessage>;
  readonly signalDecrypt: (message: object, remote: Address, local: Address, ...stores: Store[]) => Promise<Uint8Array>;
  readonly signalDecryptPreKey: (
    message: object,
    remote: Address,
    local: Address,
    ...stores: Store[]
  ) => Promise<Uint8Array>;
  readonly groupEncrypt: (
    sender: Address,
    distributionId: string,
    store: Store,
    message: Uint8Array,
  ) => Promise<CiphertextMessage>;
  readonly groupDecrypt: (sender: Address, store: Store, message: Uint8Array) => Promise<Uint8Array>;
  readonly processSenderKeyDistributionMessage: (sender: Address, message: object, store: Store) => Promise<void>;
}

/** Keys of maps in the stores. */
export type StoreKeyName = Key;

const folder = join(import.meta.dirname, "..", "..", "libsignal");

/** The library where it is installed. */
export async function findLibsignal(): Promise<Libsignal | undefined> {
  if (!existsSync(join(folder, "node_modules", "@signalapp", "libsignal-client"))) return undefined;
  const { resolve } = createRequire(join(folder, "package.json"));
  // cast: the types above are the part of this package that is used
  return (await import(resolve("@signalapp/libsignal-client"))) as Libsignal;
}

/** Installs the library, as its lock file says. Throws where that fails. */
export async function installLibsignal(): Promise<Libsignal> {
  const { status, stderr } = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: folder,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`npm could not install libsignal: ${stderr.trim().slice(-400)}`);
  const libsignal = await findLibsignal();
  if (libsignal === undefined) throw new Error("libsignal is not where npm should have put it");
  return libsignal;
}
