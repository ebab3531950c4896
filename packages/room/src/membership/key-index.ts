/** Identities and writer keys as dense numbers, in the order in which they were first named. */
import type { Bytes } from "@coterie/bytes";
import { byteKey } from "../epochs/byte-key.ts";

/** Numbers keys from 0. */
export class KeyIndex {
  readonly #indexByKey = new Map<string, number>();
  readonly #keys: Bytes[] = [];

  /** How many keys were named. */
  get size(): number {
    return this.#keys.length;
  }

  /** The number of `key`, where it was named before. */
  find(key: Uint8Array): number | undefined {
    return this.#indexByKey.get(byteKey(key));
  }

  /** The number of `key`, which is copied where it is new. */
  add(key: Uint8Array): number {
    const name = byteKey(key);
    const known = this.#indexByKey.get(name);
    if (known !== undefined) return known;
    this.#indexByKey.set(name, this.#keys.length);
    return this.#keys.push(new Uint8Array(key)) - 1;
  }

  /** The key with number `index`. */
  key(index: number): Bytes {
    const key = this.#keys[index];
    if (key === undefined) throw new RangeError("no key has that number");
    return key;
  }
}
