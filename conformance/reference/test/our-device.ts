/** A device of the package under test, over a store that fails where it is told to, and its twin in the model. */
import { type Bytes, Plaintext, SecretKey } from "@coterie/bytes";
import { generateAgreementKeyPair } from "@coterie/primitives";
import { nodePrimitives as primitives, systemRandom as random } from "@coterie/primitives/node";
import {
  createMemorySessionStore,
  createSessionCipher,
  generateKemPrekey,
  generatePrekey,
  generateSignedPrekey,
  type PrekeyBundle,
  type SessionCipher,
  type SessionMessage,
  type SessionStore,
  sealPrekey,
} from "@coterie/sessions";
import { ModelDevice, type ModelMessage } from "../src/device.ts";
import type { Bundle } from "../src/session.ts";

const deps = { primitives, random };
const peer = "peer.1";

/** The store failed, or the process ended in it. */
export class StoreFailure extends Error {
  override readonly name = "StoreFailure";
}

/** A message of both, and where it went. */
export interface TwinMessage {
  readonly ours: SessionMessage;
  readonly model: ModelMessage;
}

/** A bundle of both. */
export interface TwinBundle {
  readonly ours: PrekeyBundle;
  readonly model: Bundle;
}

/** Where to fail: before the call number `call` takes effect, or after it did. */
export interface Fault {
  call: number;
  readonly isAfter: boolean;
}

/** Our device and its model, which get the same orders. */
export class Twin {
  readonly #identity = generateAgreementKeyPair(primitives, random);
  readonly #storeKey = SecretKey.own("store", new Uint8Array(32).fill(1));
  readonly #memory = createMemorySessionStore();
  readonly model: ModelDevice = new ModelDevice(primitives, {
    publicKey: this.#identity.publicKey,
    secretKey: this.#identity.secretKey.exposeSecretBytes(),
  });
  #cipher: SessionCipher = this.#open();
  #fault: Fault | undefined;
  #isCommitted = false;
  #nextId = 1;

  /** As after a start of the program: a cipher over what was stored. */
  #open(): SessionCipher {
    const store = this.#memory;
    const call = async <Value>(run: () => Promise<Value>): Promise<Value> => {
      const isNow = this.#fault !== undefined && this.#fault.call-- === 0;
      if (isNow && this.#fault?.isAfter === false) throw new StoreFailure();
      const value = await run();
      if (isNow) throw new StoreFailure();
      return value;
    };
    const faulty: SessionStore = {
      loadRecord: async (name) => await call(async () => await store.loadRecord(name)),
      loadIdentity: async (name) => await call(async () => await store.loadIdentity(name)),
      loadPrekey: async (place) => await call(async () => await store.loadPrekey(place)),
      wasKemUsed: async (use) => await call(async () => await store.wasKemUsed(use)),
      commit: async (change) =>
        await call(async () => {
          await store.commit(change);
          this.#isCommitted = true;
        }),
    };
    const local = { identity: this.#identity, registrationId: 1 };
    return createSessionCipher({ ...deps, store: faulty, storeKey: this.#storeKey, local, now: () => 0 });
  }

  /** Runs a step with a fault. "crashed": it had no effect, or only what was stored; the program starts again. */
  async #step<Value>(
    fault: Fault | undefined,
    run: () => Promise<Value>,
  ): Promise<{ readonly value?: Value; readonly happened: boolean }> {
    this.#fault = fault === undefined ? undefined : { ...fault };
    this.#isCommitted = false;
    try {
      return { value: await run(), happened: true };
    } catch (error) {
      if (!(error instanceof StoreFailure)) throw error;
      this.#cipher = this.#open();
      return { happened: this.#isCommitted };
    } finally {
      this.#fault = undefined;
    }
  }

  publish(): TwinBundle {
    const identity = this.#identity;
    const id = this.#nextId++;
    const signed = generateSignedPrekey(deps, { id, identity });
    const oneTime = id % 3 === 0 ? undefined : generatePrekey(deps, id);
    const kem = generateKemPrekey(deps, { id, identity });
    this.#save("signed", id, signed.keyPair.secretKey.exposeSecretBytes());
    if (oneTime !== undefined) this.#save("one-time", id, oneTime.keyPair.secretKey.exposeSecretBytes());
    this.#save("kem", id, kem.secretKey.exposeSecretBytes());
    const raw = (pair: { readonly publicKey: Bytes; readonly secretKey: SecretKey<"x25519"> }) => ({
      publicKey: pair.publicKey,
      secretKey: pair.secretKey.exposeSecretBytes().slice(),
    });
    this.model.keep(id, {
      signed: raw(signed.keyPair),
      oneTime: oneTime === undefined ? undefined : raw(oneTime.keyPair),
      kem: kem.secretKey.exposeSecretBytes().slice(),
    });
    return {
      ours: {
        registrationId: 1,
        deviceId: 1,
        identityKey: identity.publicKey,
        signedPrekey: { id, publicKey: signed.keyPair.publicKey, signature: signed.signature },
        oneTimePrekey: oneTime === undefined ? undefined : { id, publicKey: oneTime.keyPair.publicKey },
        kemPrekey: { id, publicKey: kem.publicKey, signature: kem.signature },
      },
      model: {
        identity: identity.publicKey,
        signed: { id, key: signed.keyPair.publicKey },
        oneTime: oneTime === undefined ? undefined : { id, key: oneTime.keyPair.publicKey },
        kem: { id, key: kem.publicKey },
      },
    };
  }

  #save(kind: "signed" | "one-time" | "kem", id: number, secret: Uint8Array): void {
    const sealed = sealPrekey(deps, { place: { kind, id }, secret, storeKey: this.#storeKey });
    this.#memory.savePrekey({ kind, id }, { sealed });
  }

  async start(bundle: TwinBundle, fault?: Fault): Promise<void> {
    const { happened } = await this.#step(fault, async () => await this.#cipher.start(peer, bundle.ours));
    if (happened) this.model.start(bundle.model);
  }

  async reset(fault?: Fault): Promise<void> {
    const { happened } = await this.#step(fault, async () => await this.#cipher.reset(peer));
    if (happened) this.model.reset();
  }

  /** "no-session" where both have none; undefined where a crash took the message. */
  async encrypt(text: string, fault?: Fault): Promise<TwinMessage | "no-session" | undefined> {
    const plaintext = Plaintext.fromText(text);
    const { value, happened } = await this.#step(fault, async () => await this.#cipher.encrypt(peer, plaintext));
    if (!happened) return undefined;
    const model = this.model.encrypt(new TextEncoder().encode(text));
    if (value?.kind === "no-session" && model === undefined) return "no-session";
    if (value === undefined) return undefined;
    if (value.kind !== "encrypted" || model?.kind !== value.message.kind) throw new Error("they differ in sending");
    return { ours: value.message, model };
  }

  /** What both say; undefined where a crash took the answer. */
  async decrypt(message: TwinMessage, fault?: Fault): Promise<{ ours: string; model: string } | undefined> {
    const { value, happened } = await this.#step(fault, async () => await this.#cipher.decrypt(peer, message.ours));
    if (!happened) return undefined;
    const model = this.model.decrypt(message.model);
    if (value === undefined) return undefined;
    return {
      ours: value.kind === "opened" ? `text: ${value.plaintext.exposeText()}` : value.kind,
      model: typeof model === "string" ? model : `text: ${new TextDecoder().decode(model)}`,
    };
  }
}
