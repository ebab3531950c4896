/** A device of ours, with its sessions sealed in a store in memory. */
import { Plaintext, SecretKey } from "@coterie/bytes";
import { generateAgreementKeyPair, type Primitives, randomBytes, type RandomSource } from "@coterie/primitives";
import {
  createMemorySessionStore,
  createSessionCipher,
  generateKemPrekey,
  generatePrekey,
  generateSignedPrekey,
  openRecord,
  type PrekeyBundle,
  sealPrekey,
} from "@coterie/sessions";
import type { Device } from "./device.ts";

const peer = "peer.1";

/** A new device. */
export function createCoterieDevice(deps: { readonly primitives: Primitives; readonly random: RandomSource }): Device {
  const { primitives, random } = deps;
  const store = createMemorySessionStore();
  const storeKey = SecretKey.own("store", randomBytes(random, 32));
  const local = { identity: generateAgreementKeyPair(primitives, random), registrationId: 1 };
  const cipher = createSessionCipher({ ...deps, store, storeKey, local, now: Date.now });
  let nextId = 1;
  const save = (kind: "signed" | "one-time" | "kem", id: number, secret: Uint8Array): void =>
    store.savePrekey({ kind, id }, { sealed: sealPrekey(deps, { place: { kind, id }, secret, storeKey }) });
  return {
    implementation: "coterie",
    async publish(): Promise<PrekeyBundle> {
      const { identity, registrationId } = local;
      const signed = generateSignedPrekey(deps, { id: nextId++, identity });
      const oneTime = generatePrekey(deps, nextId++);
      const kem = generateKemPrekey(deps, { id: nextId++, identity });
      save("signed", signed.id, signed.keyPair.secretKey.exposeSecretBytes());
      save("one-time", oneTime.id, oneTime.keyPair.secretKey.exposeSecretBytes());
      save("kem", kem.id, kem.secretKey.exposeSecretBytes());
      return {
        registrationId,
        deviceId: 1,
        identityKey: identity.publicKey,
        signedPrekey: { id: signed.id, publicKey: signed.keyPair.publicKey, signature: signed.signature },
        oneTimePrekey: { id: oneTime.id, publicKey: oneTime.keyPair.publicKey },
        kemPrekey: { id: kem.id, publicKey: kem.publicKey, signature: kem.signature },
      };
    },
    async start(bundle) {
      const { kind } = await cipher.start(peer, bundle);
      if (kind !== "started") throw new Error(kind);
    },
    async encrypt(text) {
      const outcome = await cipher.encrypt(peer, Plaintext.fromText(text));
      return outcome.kind === "encrypted" ? outcome.message : undefined;
    },
    async decrypt({ kind, bytes }) {
      try {
        const outcome = await cipher.decrypt(peer, { kind, bytes: new Uint8Array(bytes) });
        if (outcome.kind === "opened") return { kind: "opened", text: outcome.plaintext.exposeText() };
        return { kind: outcome.kind === "duplicate" ? "duplicate" : "refused" };
      } catch (error) {
        if (error instanceof Error && error.name.startsWith("sessions/")) return { kind: "refused" };
        throw error;
      }
    },
    reset: async () => await cipher.reset(peer),
    recordLengthBytes: async () => (await store.loadRecord(peer))?.length ?? 0,
    async epoch() {
      const sealed = await store.loadRecord(peer);
      if (sealed === undefined) return 0;
      return openRecord(deps, { sealed, storeKey, peer }).current?.quantum.braid.state.epoch ?? 0;
    },
  };
}
