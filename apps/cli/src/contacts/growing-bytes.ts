/** Memory that text is appended to, growing by doubling, handed from thread to thread without copying. */

/** Where a thread writes the lines of one output. */
export class GrowingBytes {
  #bytes: Buffer<ArrayBuffer>;
  #filledBytes = 0;

  constructor(memory: Uint8Array<ArrayBuffer>) {
    this.#bytes = Buffer.from(memory.buffer, memory.byteOffset, memory.length);
  }

  /** Appends text as UTF-8. */
  append(text: string): void {
    // A UTF-16 unit takes at most three bytes in UTF-8.
    const neededBytes = this.#filledBytes + text.length * 3;
    if (neededBytes > this.#bytes.length) this.#grow(neededBytes);
    this.#filledBytes += this.#bytes.write(text, this.#filledBytes, "utf8");
  }

  get filledBytes(): number {
    return this.#filledBytes;
  }

  /** The memory, filled or not. */
  get memory(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
  }

  #grow(neededBytes: number): void {
    // Memory of its own, not of Buffer's pool: it will be transferred.
    const grown = Buffer.from(new ArrayBuffer(Math.max(neededBytes, this.#bytes.length * 2)));
    grown.set(this.#bytes.subarray(0, this.#filledBytes));
    this.#bytes = grown;
  }
}
