/** One device with its sessions with one device of a peer (docs/protocol/sessions.md §8): what must open, and what not. */
import { isSame, type Kems, type KeyPair, type Raw } from "./crypto.ts";
import {
  type Bundle,
  type BundleSecrets,
  decrypt,
  encrypt,
  initiate,
  keyIn,
  respond,
  type Session,
} from "./session.ts";
import { readFields } from "./wire.ts";

/** A message with its kind. */
export interface ModelMessage {
  readonly kind: "prekey" | "ratchet";
  readonly bytes: Raw;
}

/** A device of the model. The first session is the one that sends; the others are archived. */
export class ModelDevice {
  readonly #kems: Kems;
  readonly #identity: KeyPair;
  readonly #prekeys = new Map<number, BundleSecrets>();
  #current: Session | undefined;
  #archived: Session[] = [];

  constructor(kems: Kems, identity: KeyPair) {
    this.#kems = kems;
    this.#identity = identity;
  }

  /** The session that sends. */
  get current(): Session | undefined {
    return this.#current;
  }

  /** Keeps the secrets of a bundle by the id of its signed prekey; each bundle is for one session. */
  keep(signedId: number, secrets: BundleSecrets): void {
    this.#prekeys.set(signedId, secrets);
  }

  start(bundle: Bundle): void {
    this.reset();
    this.#current = initiate(this.#kems, this.#identity, bundle, 1);
  }

  /** Sends in a session that was made elsewhere. */
  adopt(session: Session): void {
    this.#current = session;
  }

  reset(): void {
    if (this.#current !== undefined) this.#archived = [this.#current, ...this.#archived].slice(0, 40);
    this.#current = undefined;
  }

  encrypt(plain: Uint8Array): ModelMessage | undefined {
    if (this.#current === undefined) return undefined;
    const kind = this.#current.first === undefined ? "ratchet" : "prekey";
    return { kind, bytes: encrypt(this.#kems, this.#current, plain) };
  }

  /** The plain text, or how it ended. */
  decrypt({ kind, bytes }: ModelMessage): Raw | string {
    return kind === "prekey" ? this.#decryptFirst(bytes) : this.#decryptWithAny(bytes);
  }

  #decryptFirst(bytes: Raw): Raw | string {
    const fields = readFields(bytes.slice(1));
    const inner = fields.bytes[4] ?? new Uint8Array(0);
    const existing = this.#all().find(({ baseKey }) => isSame(baseKey, keyIn(fields.bytes[2])));
    if (existing !== undefined) return this.#try(existing, inner);
    const signedId = fields.numbers[6] ?? 0;
    const secrets = this.#prekeys.get(signedId);
    if (secrets === undefined) return "stale-prekey";
    const made = respond(this.#kems, this.#identity, secrets, bytes);
    const opened = decrypt(this.#kems, made, inner);
    if (!("plain" in opened)) return opened.kind;
    this.#prekeys.delete(signedId);
    this.reset();
    this.#current = made;
    return opened.plain;
  }

  #all(): Session[] {
    return this.#current === undefined ? this.#archived : [this.#current, ...this.#archived];
  }

  #decryptWithAny(bytes: Raw): Raw | string {
    let failure = this.#all().length === 0 ? "no-session" : "tampered";
    for (const session of this.#all()) {
      const opened = this.#try(session, bytes);
      if (typeof opened !== "string" || opened === "duplicate") return opened;
      if (opened === "out-of-sync") failure = opened;
    }
    return failure;
  }

  /** Works on a copy; the session that opened becomes the one that sends. */
  #try(session: Session, bytes: Raw): Raw | string {
    const copy = structuredClone(session);
    const opened = decrypt(this.#kems, copy, bytes);
    if (!("plain" in opened)) return opened.kind;
    this.#archived = this.#archived.filter((one) => one !== session);
    if (this.#current !== session) this.reset();
    this.#current = copy;
    return opened.plain;
  }
}
