/** Devices with a store, for tests of what a client calls; and stores that fail where they are told to. */
import { Plaintext, SecretKey } from "@coterie/bytes";
import { generateAgreementKeyPair, randomBytes, type RandomSource } from "@coterie/primitives";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import {
  createMemorySessionStore,
  createSessionCipher,
  generateKemPrekey,
  generatePrekey,
  generateSignedPrekey,
  type LocalDevice,
  type MemorySessionStore,
  openRecord,
  type PrekeyBundle,
  sealPrekey,
  type SessionCipher,
  type SessionCipherDeps,
  type SessionMessage,
  type SessionRecord,
  type SessionSpan,
  type SessionStore,
  type StoreKey,
} from "../src/index.ts";
import { seededRandom } from "./two-devices.ts";

/** One device. `store` is what lies below the fault injection. */
export interface CipherDevice {
  readonly cipher: SessionCipher;
  readonly store: MemorySessionStore;
  readonly storeKey: StoreKey;
  readonly local: LocalDevice;
  readonly spans: SessionSpan[];
  /** A bundle; what is left out of one-time keys was used up. */
  readonly publish: (options?: { readonly oneTime?: boolean; readonly lastResort?: boolean }) => PrekeyBundle;
}

/** How a device differs from the ordinary one. */
export interface CipherDeviceOptions {
  readonly seed: number;
  readonly wrapStore?: (store: SessionStore) => SessionStore;
  readonly changes?: Partial<SessionCipherDeps>;
}

/** A device whose keys follow from a seed. */
export function createCipherDevice({ seed, wrapStore, changes }: CipherDeviceOptions): CipherDevice {
  const random: RandomSource = seededRandom(primitives, seed);
  const deps = { primitives, random };
  const store = createMemorySessionStore();
  const storeKey = SecretKey.own("store", randomBytes(random, 32));
  const local = { identity: generateAgreementKeyPair(primitives, random), registrationId: seed };
  const spans: SessionSpan[] = [];
  const cipher = createSessionCipher({
    ...deps,
    store: wrapStore?.(store) ?? store,
    storeKey,
    local,
    now: () => 1000,
    observe: (span) => void spans.push(span),
    ...changes,
  });
  let nextId = 1;
  const save = (
    kind: "signed" | "one-time" | "kem",
    { id, secret, isLastResort = false }: { id: number; secret: Uint8Array; isLastResort?: boolean },
  ): void => {
    const sealed = sealPrekey(deps, { place: { kind, id }, secret, storeKey });
    store.savePrekey({ kind, id }, { sealed, isLastResort });
  };
  const publish: CipherDevice["publish"] = ({ oneTime = true, lastResort = false } = {}) => {
    const { identity, registrationId } = local;
    const signed = generateSignedPrekey(deps, { id: nextId++, identity });
    const prekey = generatePrekey(deps, nextId++);
    const kem = generateKemPrekey(deps, { id: nextId++, identity });
    save("signed", { id: signed.id, secret: signed.keyPair.secretKey.exposeSecretBytes() });
    if (oneTime) save("one-time", { id: prekey.id, secret: prekey.keyPair.secretKey.exposeSecretBytes() });
    save("kem", { id: kem.id, secret: kem.secretKey.exposeSecretBytes(), isLastResort: lastResort });
    return {
      registrationId,
      deviceId: 1,
      identityKey: identity.publicKey,
      signedPrekey: { id: signed.id, publicKey: signed.keyPair.publicKey, signature: signed.signature },
      oneTimePrekey: oneTime ? { id: prekey.id, publicKey: prekey.keyPair.publicKey } : undefined,
      kemPrekey: { id: kem.id, publicKey: kem.publicKey, signature: kem.signature },
    };
  };
  return { cipher, store, storeKey, local, spans, publish };
}

/** The message, or an error that names the outcome. */
export async function encryptText({ cipher }: CipherDevice, peer: string, text: string): Promise<SessionMessage> {
  const outcome = await cipher.encrypt(peer, Plaintext.fromText(text));
  if (outcome.kind !== "encrypted") throw new Error(outcome.kind);
  return outcome.message;
}

/** The text, or how decrypting ended. */
export async function decryptText({ cipher }: CipherDevice, peer: string, message: SessionMessage): Promise<string> {
  const outcome = await cipher.decrypt(peer, message);
  return outcome.kind === "opened" ? outcome.plaintext.exposeText() : outcome.kind;
}

/** What a device holds of a peer, read from its store. */
export async function recordOf({ store, storeKey }: CipherDevice, peer: string): Promise<SessionRecord | undefined> {
  const sealed = await store.loadRecord(peer);
  return sealed === undefined ? undefined : openRecord({ primitives }, { sealed, storeKey, peer });
}

/** Alice and bob, who have each answered once. */
export async function establishedDevices(
  options: { readonly alice?: Partial<CipherDeviceOptions>; readonly bob?: Partial<CipherDeviceOptions> } = {},
): Promise<{ readonly alice: CipherDevice; readonly bob: CipherDevice }> {
  const alice = createCipherDevice({ seed: 1, ...options.alice });
  const bob = createCipherDevice({ seed: 2, ...options.bob });
  await alice.cipher.start("bob.1", bob.publish());
  await decryptText(bob, "alice.1", await encryptText(alice, "bob.1", "hello"));
  await decryptText(alice, "bob.1", await encryptText(bob, "alice.1", "hello yourself"));
  return { alice, bob };
}

/** Something that no peer said: never to be found where content must not be. */
export const canary = "canary 7e1c: visibly fake content";
