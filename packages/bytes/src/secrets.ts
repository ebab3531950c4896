/**
 * Opaque secrets. Their bytes are private fields: they fit no socket, no store and no log by accident. What JavaScript
 * cannot promise: that no copy remains in the garbage-collected heap. `destroy()` wipes the one copy we hold.
 */
import { type Bytes, copyBytes } from "./byte-kinds.ts";
import { MalformedTextError, SecretDestroyedError, SecretSerialisedError } from "./errors.ts";
import { decodeUtf8, encodeUtf8 } from "./utf8.ts";

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

/**
 * Readable content on its way into or out of encryption. Opaque for the same reason as `SecretKey`: a store or socket
 * that takes bytes refuses it at compile time.
 */
export class Plaintext {
  #bytes: Bytes | undefined;

  private constructor(bytes: Bytes) {
    this.#bytes = bytes;
  }

  /** Plain text over a copy of `bytes`. */
  static copyOf(bytes: Uint8Array): Plaintext {
    return new Plaintext(copyBytes(bytes));
  }

  /** Plain text that takes `bytes` over: the caller must not touch the array again. */
  static own(bytes: Bytes): Plaintext {
    return new Plaintext(bytes);
  }

  /** Plain text of the UTF-8 form of `text`. Throws MalformedTextError on lone surrogates. */
  static fromText(text: string): Plaintext {
    return new Plaintext(encodeUtf8(text));
  }

  /** The bytes themselves, not a copy. Throws SecretDestroyedError after `destroy()`. */
  exposePlainBytes(): Bytes {
    if (this.#bytes === undefined) throw new SecretDestroyedError("the plain text was destroyed");
    return this.#bytes;
  }

  /** The content as text. Throws MalformedTextError where it is not UTF-8. */
  exposeText(): string {
    try {
      return decodeUtf8(this.exposePlainBytes());
    } catch (error) {
      if (error instanceof SecretDestroyedError) throw error;
      throw new MalformedTextError("the plain text is not UTF-8");
    }
  }

  get lengthBytes(): number {
    return this.exposePlainBytes().length;
  }

  /** Wipes the bytes. Harmless when repeated. */
  destroy(): void {
    this.#bytes?.fill(0);
    this.#bytes = undefined;
  }

  toString(): string {
    return "[plain text]";
  }

  toJSON(): never {
    throw new SecretSerialisedError("plain text must not be serialised");
  }

  static {
    hideFromInspection(Plaintext.prototype);
  }
}

// Node's console and util.inspect ask for this symbol; they then print what `toString` gives.
function hideFromInspection(prototype: { toString: () => string }): void {
  Object.defineProperty(prototype, Symbol.for("nodejs.util.inspect.custom"), {
    value(this: { toString: () => string }) {
      return this.toString();
    },
  });
}
