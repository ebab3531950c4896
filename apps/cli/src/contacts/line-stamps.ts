/**
 * Stamps: what tells that a line of the local store was verified when it was stored and has not changed since, so that
 * opening it again needs no signature check. A stamp is HMAC-SHA-256 of the line under a key that stays on these premises;
 * a line without a valid one is verified in full. See docs/protocol/actions.md §4.
 */
import { createHmac, hash } from "node:crypto";
import { encodeFields, equalBytes } from "@coterie/bytes";

/** A part of a larger memory. */
export interface LineRange {
  readonly startOffset: number;
  readonly endOffset: number;
}

/** What stamps depend on. */
export interface StampKeys {
  /** 32 random bytes of these premises. */
  readonly storeKey: Uint8Array;
  /** Under which headers were verified: after another one was pinned, old stamps say nothing. */
  readonly gatewaySigningKey: Uint8Array;
}

const label = "coterie/stored-contact/1";
const stampStart = Buffer.from(',"stamp":"', "latin1");
const stampEnd = Buffer.from('"}', "latin1");
const stampCharacters = 43;
const trailerBytes = stampStart.length + stampCharacters + stampEnd.length;
/** The block of SHA-256, which HMAC (RFC 2104) pads its key to. */
const blockBytes = 64;
const hashBytes = 32;
const closingBrace = 0x7d;

/** Makes and checks stamps. One thread's own; `destroy` wipes the key. */
export class LineStamps {
  // HMAC as two plain hashes over memory that stays: Node's own takes several times longer for lines of this size.
  #inner: Buffer;
  readonly #outer: Buffer = Buffer.alloc(blockBytes + hashBytes, 0x5c);

  constructor({ storeKey, gatewaySigningKey }: StampKeys) {
    const key = createHmac("sha256", storeKey).update(encodeFields(label, gatewaySigningKey)).digest();
    this.#inner = Buffer.alloc(4096, 0x36);
    for (let i = 0; i < hashBytes; i++) {
      this.#inner[i] = 0x36 ^ (key[i] ?? 0);
      this.#outer[i] = 0x5c ^ (key[i] ?? 0);
    }
    key.fill(0);
  }

  /** The line of a JSON object with members `more` and a stamp added, as bytes. */
  stamp(line: Uint8Array, more: Readonly<Record<string, string>>): Buffer {
    if (line.at(-1) !== closingBrace) throw new TypeError("a line is a JSON object");
    const members = Object.entries(more).map(([name, value]) => `,${JSON.stringify(name)}:${JSON.stringify(value)}`);
    const stamped = Buffer.concat([line.subarray(0, -1), Buffer.from(members.join(""), "utf8")]);
    const stamp = this.#stampOf(stamped, { startOffset: 0, endOffset: stamped.length });
    return Buffer.concat([stamped, stampStart, Buffer.from(stamp.toString("base64url"), "latin1"), stampEnd]);
  }

  /** Whether the line in `bytes` ends in its stamp. */
  isStamped(bytes: Buffer, { startOffset, endOffset }: LineRange): boolean {
    const end = endOffset - trailerBytes;
    if (end <= startOffset) return false;
    if (bytes.compare(stampStart, 0, stampStart.length, end, end + stampStart.length) !== 0) return false;
    if (bytes.compare(stampEnd, 0, stampEnd.length, endOffset - stampEnd.length, endOffset) !== 0) return false;
    const text = bytes.toString("latin1", end + stampStart.length, endOffset - stampEnd.length);
    const claimed = Buffer.from(text, "base64url");
    return equalBytes(this.#stampOf(bytes, { startOffset, endOffset: end }), claimed);
  }

  /** Wipes the key; every later stamp is worthless. */
  destroy(): void {
    this.#inner.fill(0);
    this.#outer.fill(0);
  }

  #stampOf(bytes: Buffer, { startOffset, endOffset }: LineRange): Buffer {
    const lengthBytes = blockBytes + endOffset - startOffset;
    if (lengthBytes > this.#inner.length) {
      const grown = Buffer.alloc(lengthBytes * 2);
      grown.set(this.#inner.subarray(0, blockBytes));
      this.#inner.fill(0);
      this.#inner = grown;
    }
    bytes.copy(this.#inner, blockBytes, startOffset, endOffset);
    hash("sha256", this.#inner.subarray(0, lengthBytes), "buffer").copy(this.#outer, blockBytes);
    return hash("sha256", this.#outer, "buffer");
  }
}
