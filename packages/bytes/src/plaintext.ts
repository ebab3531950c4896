/** Opaque readable content; see secret-key.ts for what that protects against. */
import { type Bytes, copyBytes } from "./byte-kinds.ts";
import { MalformedTextError, SecretDestroyedError, SecretSerialisedError } from "./errors.ts";
import { hideFromInspection } from "./inspection.ts";
import { decodeUtf8, encodeUtf8 } from "./utf8.ts";

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
