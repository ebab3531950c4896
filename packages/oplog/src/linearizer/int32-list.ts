/** A list of whole numbers that grows, at four bytes each. */
export class Int32List {
  #values: Int32Array<ArrayBuffer> = new Int32Array(64);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The value at an index below `length`; 0 elsewhere. */
  at(index: number): number {
    return this.#values[index] ?? 0;
  }

  set(index: number, value: number): void {
    this.#values[index] = value;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) this.#grow(this.#length + 1);
    this.#values[this.#length++] = value;
  }

  /** Fills up to `length` with `value`. */
  extend(length: number, value: number): void {
    if (length > this.#values.length) this.#grow(length);
    if (value !== 0) this.#values.fill(value, this.#length, length);
    this.#length = Math.max(this.#length, length);
  }

  #grow(length: number): void {
    const grown = new Int32Array(Math.max(length, Math.ceil(this.#values.length * 1.5)));
    grown.set(this.#values.subarray(0, this.#length));
    this.#values = grown;
  }
}
