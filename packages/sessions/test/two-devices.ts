/** Two devices for tests: alice starts sessions with bob's bundle. */
import { decodeUtf8, encodeUtf8 } from "@coterie/bytes";
import { generateAgreementKeyPair, type Primitives, type RandomSource } from "@coterie/primitives";
import {
  decodePrekeyMessage,
  decodeRatchetMessage,
  decryptPrekeyWithRecord,
  decryptWithRecord,
  emptyRecord,
  encryptWithRecord,
  generateKemPrekey,
  generatePrekey,
  generateSignedPrekey,
  initiateSession,
  type LocalDevice,
  type PrekeyBundle,
  type RecordDecryptStep,
  type ResponderPrekeys,
  type SessionDeps,
  type SessionMessage,
  type SessionRecord,
  withNewSession,
} from "../src/index.ts";

/** Bytes that are the same in every run with the same seed; for tests alone. */
export function seededRandom({ sha256 }: Pick<Primitives, "sha256">, seed: number): RandomSource {
  let counter = 0;
  return {
    fill(target) {
      for (let offset = 0; offset < target.length; offset += 32) {
        const block = sha256(encodeUtf8(`fake randomness ${seed} ${counter++}`));
        target.set(block.subarray(0, Math.min(32, target.length - offset)), offset);
      }
    },
  };
}

/** A device with its sessions with one peer. */
export class TestDevice {
  record: SessionRecord = emptyRecord;
  readonly local: LocalDevice;
  readonly bundle: PrekeyBundle;
  readonly prekeys: ResponderPrekeys;
  readonly #deps: SessionDeps;

  constructor(deps: SessionDeps, { withOneTimePrekey = true } = {}) {
    this.#deps = deps;
    const identity = generateAgreementKeyPair(deps.primitives, deps.random);
    this.local = { identity, registrationId: 7 };
    const signed = generateSignedPrekey(deps, { id: 1, identity });
    const oneTime = withOneTimePrekey ? generatePrekey(deps, 2) : undefined;
    const kem = generateKemPrekey(deps, { id: 3, identity });
    this.prekeys = {
      signedPrekey: signed.keyPair,
      oneTimePrekey: oneTime?.keyPair,
      kemPrekey: kem.secretKey,
    };
    this.bundle = {
      registrationId: 7,
      deviceId: 1,
      identityKey: identity.publicKey,
      signedPrekey: { id: 1, publicKey: signed.keyPair.publicKey, signature: signed.signature },
      oneTimePrekey: oneTime === undefined ? undefined : { id: 2, publicKey: oneTime.keyPair.publicKey },
      kemPrekey: { id: 3, publicKey: kem.publicKey, signature: kem.signature },
    };
  }

  /** Starts a session with whoever published the bundle; `local`: in somebody else's name. */
  start(bundle: PrekeyBundle, local: LocalDevice = this.local): void {
    this.record = withNewSession(this.record, initiateSession(this.#deps, { local, bundle, nowMs: 0 }));
  }

  /** Encrypts with the current session. */
  send(text: string): SessionMessage {
    const step = encryptWithRecord(this.#deps, { record: this.record, plaintext: encodeUtf8(text), nowMs: 0 });
    if (step.kind !== "encrypted") throw new Error(step.kind);
    this.record = step.record;
    return step.message;
  }

  /** What opening gives, without keeping the new state. */
  try(message: SessionMessage): RecordDecryptStep {
    return message.kind === "prekey"
      ? decryptPrekeyWithRecord(this.#deps, {
          record: this.record,
          message: decodePrekeyMessage(message.bytes),
          local: this.local,
          prekeys: this.prekeys,
        })
      : decryptWithRecord(this.#deps, { record: this.record, message: decodeRatchetMessage(message.bytes) });
  }

  /** The text of a message, or how opening it ended. */
  open(message: SessionMessage): string {
    const step = this.try(message);
    if (step.kind !== "opened") return step.kind;
    this.record = step.record;
    return decodeUtf8(step.plaintext);
  }
}

/** Alice and bob, with no session yet. */
export function createPair(
  primitives: Primitives,
  { seed = 1, withOneTimePrekey = true } = {},
): { readonly alice: TestDevice; readonly bob: TestDevice } {
  const deps = { primitives, random: seededRandom(primitives, seed) };
  return { alice: new TestDevice(deps), bob: new TestDevice(deps, { withOneTimePrekey }) };
}
