/** A growing list of numbers without an object per number. */

/** Whole numbers from 0 to 2^32 - 1 by position. */
export class NumberColumn {
  #values: Uint32Array = new Uint32Array(8);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The number at `position`, which must be below `length`. */
  at(position: number): number {
    return this.#values[position] ?? 0;
  }

  /** Replaces the number at `position`, which must be below `length`. */
  set(position: number, value: number): void {
    this.#values[position] = value;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Uint32Array(grownCapacity(this.#length));
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  /** How much memory it holds. */
  get memoryBytes(): number {
    return this.#values.byteLength;
  }
}

/** The next capacity of a list that is full: small lists double, large ones grow by a quarter, so that little stands empty. */
export function grownCapacity(capacity: number): number {
  return capacity < 65_536 ? 2 * capacity : Math.floor((5 * capacity) / 4);
}
