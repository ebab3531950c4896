/** The keys of blocks that were refused for ever, so that what builds on them is refused as well. The oldest are forgotten. */

/** A bounded set. What was forgotten is fetched once more, and refused once more. */
export class RefusedMemory {
  readonly #keys = new Set<string>();
  /** The same keys in a ring: where it is full, the next place holds the oldest one. */
  readonly #ring: string[] = [];
  #next = 0;
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /** Adds a key that is not there yet. */
  add(key: string): void {
    const oldest = this.#ring[this.#next];
    if (oldest !== undefined) this.#keys.delete(oldest);
    this.#ring[this.#next] = key;
    this.#next = (this.#next + 1) % this.#limit;
    this.#keys.add(key);
  }
}
