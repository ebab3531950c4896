/**
 * Opaque secret keys. Their bytes are private fields: they fit no socket, no store and no log by accident. What JavaScript
 * cannot promise: that no copy remains in the garbage-collected heap. `destroy()` wipes the one copy we hold.
 */
import { type Bytes, copyBytes } from "./byte-kinds.ts";
import { SecretDestroyedError, SecretSerialisedError } from "./errors.ts";
import { hideFromInspection } from "./inspection.ts";

/**
 * A secret key for one use; `Use` names it ("x25519", "ed25519", "home-signing"). Keys of different uses do not mix:
 * `SecretKey<"x25519">` is not assignable to `SecretKey<"ed25519">`.
 *
 * Whoever creates one destroys it. Protects against leaking by accident, not against code in the same process.
 *
 * @example
 * import { SecretKey } from "@coterie/bytes";
 *
 * const key = SecretKey.copyOf("example", new Uint8Array(32));
 * String(key); // "[secret key: example]"
 * key.destroy();
 */
export class SecretKey<Use extends string> {
  readonly use: Use;
  #bytes: Bytes | undefined;

  private constructor(use: Use, bytes: Bytes) {
    this.use = use;
    this.#bytes = bytes;
  }

  /** A secret key over a copy of `bytes`; the caller wipes its own array. */
  static copyOf<Use extends string>(use: Use, bytes: Uint8Array): SecretKey<Use> {
    return new SecretKey(use, copyBytes(bytes));
  }

  /** A secret key that takes `bytes` over: the caller must not touch the array again. */
  static own<Use extends string>(use: Use, bytes: Bytes): SecretKey<Use> {
    return new SecretKey(use, bytes);
  }

  /**
   * The secret bytes themselves, not a copy: do not keep, change or send them.
   * @throws SecretDestroyedError after `destroy()`
   */
  exposeSecretBytes(): Bytes {
    if (this.#bytes === undefined) throw new SecretDestroyedError(`the secret key for "${this.use}" was destroyed`);
    return this.#bytes;
  }

  /** Whether `destroy()` was called. */
  get destroyed(): boolean {
    return this.#bytes === undefined;
  }

  /** Wipes the bytes. Harmless when repeated. */
  destroy(): void {
    this.#bytes?.fill(0);
    this.#bytes = undefined;
  }

  toString(): string {
    return `[secret key: ${this.use}]`;
  }

  toJSON(): never {
    throw new SecretSerialisedError(`a secret key for "${this.use}" must not be serialised`);
  }

  static {
    hideFromInspection(SecretKey.prototype);
  }
}
