/** A device of the oracle, with stores in memory that hold serialised records, as a real one does. */
import { decodeUtf8, encodeUtf8 } from "@coterie/bytes";
import { decodeAgreementKey, decodeKyber, encodeAgreementKey, encodeKyber, type PrekeyBundle } from "@coterie/sessions";
import type { Device, Opened } from "./device.ts";
import type { Address, Libsignal, StoredSession } from "./libsignal.ts";

const prekeyType = 3;

/** A new device. */
export function createLibsignalDevice(library: Libsignal): Device {
  const stores = createStores(library);
  const { sessions, identities, prekeys, signedPrekeys, kemPrekeys, identity } = stores;
  const [local, remote] = [library.ProtocolAddress.new("oracle", 1), library.ProtocolAddress.new("peer", 1)];
  let nextId = 1;
  return {
    implementation: "libsignal",
    async publish(): Promise<PrekeyBundle> {
      const [signedId, oneTimeId, kemId] = [nextId++, nextId++, nextId++];
      const [signed, oneTime, kem] = [
        library.PrivateKey.generate(),
        library.PrivateKey.generate(),
        library.KEMKeyPair.generate(),
      ];
      const [signedKey, oneTimeKey, kemKey] = [signed.getPublicKey(), oneTime.getPublicKey(), kem.getPublicKey()];
      const signature = identity.privateKey.sign(signedKey.serialize());
      const kemSignature = identity.privateKey.sign(kemKey.serialize());
      signedPrekeys.map.set(signedId, library.SignedPreKeyRecord.new(signedId, 0, signedKey, signed, signature));
      prekeys.map.set(oneTimeId, library.PreKeyRecord.new(oneTimeId, oneTimeKey, oneTime));
      kemPrekeys.map.set(kemId, library.KyberPreKeyRecord.new(kemId, 0, kem, kemSignature));
      return {
        registrationId: 2,
        deviceId: 1,
        identityKey: decodeAgreementKey(identity.publicKey.serialize()),
        signedPrekey: {
          id: signedId,
          publicKey: decodeAgreementKey(signedKey.serialize()),
          signature: new Uint8Array(signature),
        },
        oneTimePrekey: { id: oneTimeId, publicKey: decodeAgreementKey(oneTimeKey.serialize()) },
        kemPrekey: {
          id: kemId,
          publicKey: decodeKyber(kemKey.serialize()),
          signature: new Uint8Array(kemSignature),
        },
      };
    },
    async start(bundle) {
      await library.processPreKeyBundle(bundleOf(library, bundle), remote, local, sessions.store, identities);
    },
    async encrypt(text) {
      if (sessions.map.get(remote.toString()) === undefined) return undefined;
      try {
        const message = await library.signalEncrypt(encodeUtf8(text), remote, local, sessions.store, identities);
        return { kind: message.type() === prekeyType ? "prekey" : "ratchet", bytes: message.serialize() };
      } catch {
        return undefined;
      }
    },
    async decrypt({ kind, bytes }): Promise<Opened> {
      try {
        const plaintext =
          kind === "prekey"
            ? await library.signalDecryptPreKey(
                library.PreKeySignalMessage.deserialize(bytes),
                remote,
                local,
                sessions.store,
                identities,
                prekeys.store,
                signedPrekeys.store,
                kemPrekeys.store,
              )
            : await library.signalDecrypt(
                library.SignalMessage.deserialize(bytes),
                remote,
                local,
                sessions.store,
                identities,
              );
        return { kind: "opened", text: decodeUtf8(plaintext) };
      } catch (error) {
        return { kind: String(error).includes("Duplicate") ? "duplicate" : "refused" };
      }
    },
    async reset() {
      const bytes = sessions.map.get(remote.toString());
      if (bytes === undefined) return;
      const record = library.SessionRecord.deserialize(bytes);
      record.archiveCurrentState();
      sessions.map.set(remote.toString(), record.serialize());
    },
    epoch: async () => 0,
    recordLengthBytes: async () => sessions.map.get(remote.toString())?.length ?? 0,
  };
}

function bundleOf(library: Libsignal, bundle: PrekeyBundle): object {
  const keyOf = (publicKey: Uint8Array): object => library.PublicKey.deserialize(encodeAgreementKey(publicKey));
  const { signedPrekey, oneTimePrekey, kemPrekey } = bundle;
  return library.PreKeyBundle.new(
    bundle.registrationId,
    bundle.deviceId,
    oneTimePrekey?.id ?? null,
    oneTimePrekey === undefined ? null : keyOf(oneTimePrekey.publicKey),
    signedPrekey.id,
    keyOf(signedPrekey.publicKey),
    signedPrekey.signature,
    keyOf(bundle.identityKey),
    kemPrekey.id,
    library.KEMPublicKey.deserialize(encodeKyber(kemPrekey.publicKey)),
    kemPrekey.signature,
  );
}

/** A store whose entries the test sees. */
interface MapStore<Value> {
  readonly store: object;
  readonly map: Map<string | number, Value>;
}

function createStores(library: Libsignal) {
  const identity = library.IdentityKeyPair.generate();
  const sessions: MapStore<Uint8Array> = { store: new library.SessionStore(), map: new Map() };
  const read = (bytes: Uint8Array | undefined): StoredSession | null =>
    bytes === undefined ? null : library.SessionRecord.deserialize(bytes);
  Object.assign(sessions.store, {
    saveSession: async (address: Address, record: StoredSession) =>
      void sessions.map.set(address.toString(), record.serialize()),
    getSession: async (address: Address) => read(sessions.map.get(address.toString())),
    getExistingSessions: async () => [...sessions.map.values()].map(read),
  });
  const identities = Object.assign(new library.IdentityKeyStore(), {
    getIdentityKey: async () => identity.privateKey,
    getLocalRegistrationId: async () => 2,
    saveIdentity: async () => 0,
    isTrustedIdentity: async () => true,
    getIdentity: async () => null,
  });
  const prekeys: MapStore<object> = { store: new library.PreKeyStore(), map: new Map() };
  Object.assign(prekeys.store, {
    savePreKey: async (id: number, record: object) => void prekeys.map.set(id, record),
    getPreKey: async (id: number) => findOrThrow(prekeys, id),
    removePreKey: async (id: number) => void prekeys.map.delete(id),
  });
  const signedPrekeys: MapStore<object> = { store: new library.SignedPreKeyStore(), map: new Map() };
  Object.assign(signedPrekeys.store, {
    saveSignedPreKey: async (id: number, record: object) => void signedPrekeys.map.set(id, record),
    getSignedPreKey: async (id: number) => findOrThrow(signedPrekeys, id),
  });
  const kemPrekeys: MapStore<object> = { store: new library.KyberPreKeyStore(), map: new Map() };
  Object.assign(kemPrekeys.store, {
    saveKyberPreKey: async (id: number, record: object) => void kemPrekeys.map.set(id, record),
    getKyberPreKey: async (id: number) => findOrThrow(kemPrekeys, id),
    markKyberPreKeyUsed: async () => undefined,
  });
  return { identity, sessions, identities, prekeys, signedPrekeys, kemPrekeys };
}

function findOrThrow(store: MapStore<object>, id: number): object {
  const record = store.map.get(id);
  if (record === undefined) throw new Error("no such prekey");
  return record;
}
