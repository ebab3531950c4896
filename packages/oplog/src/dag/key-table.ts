/** 32-byte keys (hashes, public keys) and their dense numbers: one array of bytes and an open-addressing table, no text and no object per key. */
import type { Bytes } from "@coterie/bytes";
import { grownCapacity } from "./column.ts";

const keyLengthBytes = 32;

/** Numbers keys from 0 in the order in which they are added. */
export class KeyTable {
  #keys: Bytes = new Uint8Array(8 * keyLengthBytes);
  #size = 0;
  /** Number of the key + 1 at its slot, 0 where the slot is free. Its length is a power of two, and at least a third is free. */
  #slots: Int32Array = new Int32Array(16);

  get size(): number {
    return this.#size;
  }

  /** The number of `key`, undefined where it was never added. */
  find(key: Uint8Array): number | undefined {
    if (key.length !== keyLengthBytes) return undefined;
    const found = (this.#slots[this.#slotOf(key)] ?? 0) - 1;
    return found < 0 ? undefined : found;
  }

  /** The number of `key`, which is added where it is new. Its bytes are copied; it must have 32. */
  add(key: Uint8Array): number {
    const slot = this.#slotOf(key);
    const found = (this.#slots[slot] ?? 0) - 1;
    if (found >= 0) return found;
    const index = this.#size;
    if ((index + 1) * keyLengthBytes > this.#keys.length) {
      const larger = new Uint8Array(grownCapacity(index) * keyLengthBytes);
      larger.set(this.#keys);
      this.#keys = larger;
    }
    this.#keys.set(key, index * keyLengthBytes);
    this.#slots[slot] = index + 1;
    this.#size = index + 1;
    if (3 * this.#size > 2 * this.#slots.length) this.#widen();
    return index;
  }

  /** A copy of the key with this number, which must be below `size`. */
  keyAt(index: number): Bytes {
    return this.#keys.slice(index * keyLengthBytes, (index + 1) * keyLengthBytes);
  }

  /** The order of two keys as bytes: below 0 where the first one is smaller. */
  compare(left: number, right: number): number {
    const keys = this.#keys;
    const [leftStart, rightStart] = [left * keyLengthBytes, right * keyLengthBytes];
    for (let i = 0; i < keyLengthBytes; i++) {
      const difference = (keys[leftStart + i] ?? 0) - (keys[rightStart + i] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  }

  /** How much memory it holds. */
  get memoryBytes(): number {
    return this.#keys.byteLength + this.#slots.byteLength;
  }

  /** Where `key` is, or the free slot where it belongs. */
  #slotOf(key: Uint8Array): number {
    const mask = this.#slots.length - 1;
    for (let slot = spread(key, 0) & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot] ?? 0;
      if (entry === 0 || this.#isKeyAt(entry - 1, key)) return slot;
    }
  }

  #isKeyAt(index: number, key: Uint8Array): boolean {
    const start = index * keyLengthBytes;
    for (let i = 0; i < keyLengthBytes; i++) if (this.#keys[start + i] !== key[i]) return false;
    return true;
  }

  #widen(): void {
    const slots = new Int32Array(2 * this.#slots.length);
    const mask = slots.length - 1;
    for (let index = 0; index < this.#size; index++) {
      let slot = spread(this.#keys, index * keyLengthBytes) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = index + 1;
    }
    this.#slots = slots;
  }
}

/**
 * Where a search begins. Hashes and public keys are spread evenly by themselves. Who grinds keys for one slot makes their own blocks slower to
 * find, by nanoseconds for each that took them millions of hashes.
 */
function spread(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at + 4] ?? 0) | ((bytes[at + 5] ?? 0) << 8) | ((bytes[at + 6] ?? 0) << 16) | ((bytes[at + 7] ?? 0) << 24)
  );
}
