/** Where the frames of one file are, by number: eight bytes for each. */
import type { PositionRange } from "./log-store.ts";

/** One frame of a file. */
export interface FramePlace {
  readonly number: number;
  readonly offset: number;
  /** Of the block. */
  readonly lengthBytes: number;
  /** How many blocks were durable when it was written. */
  readonly durable: number;
}

/** Growing typed arrays: offset and length of each number, -1 where there is no whole frame. */
export class FrameTable {
  #offsets = new Int32Array(64).fill(-1);
  #lengths = new Int32Array(64);
  #count = 0;
  #durable = 0;

  /** One more than the greatest number. */
  get count(): number {
    return this.#count;
  }

  /** The most that any frame says was durable. */
  get durable(): number {
    return this.#durable;
  }

  /** Notes a frame. */
  add({ number, offset, lengthBytes, durable }: FramePlace): void {
    if (number >= this.#offsets.length) this.#grow(Math.max(2 * this.#offsets.length, number + 1));
    this.#offsets[number] = offset;
    this.#lengths[number] = lengthBytes;
    this.#count = Math.max(this.#count, number + 1);
    this.#durable = Math.max(this.#durable, durable);
  }

  /** Forgets a frame that turned out to be damaged. */
  remove(number: number): void {
    this.#offsets[number] = -1;
  }

  /** Forgets the frames from this place in the file on. */
  cut(offset: number): void {
    while (this.#count > 0 && (!this.has(this.#count - 1) || this.offset(this.#count - 1) >= offset)) {
      this.remove(this.#count - 1);
      this.#count--;
    }
  }

  has(number: number): boolean {
    return number < this.#count && this.offset(number) >= 0;
  }

  /** Where the frame begins; -1 without one. */
  offset(number: number): number {
    return this.#offsets[number] ?? -1;
  }

  /** The length of the block; only where there is one. */
  length(number: number): number {
    return this.#lengths[number] ?? 0;
  }

  /** All that is known of a frame that is there. */
  place(number: number): FramePlace {
    return { number, offset: this.offset(number), lengthBytes: this.length(number), durable: 0 };
  }

  #grow(size: number): void {
    const [offsets, lengths] = [new Int32Array(size).fill(-1), new Int32Array(size)];
    offsets.set(this.#offsets);
    lengths.set(this.#lengths);
    [this.#offsets, this.#lengths] = [offsets, lengths];
  }
}

/** The positions of a segment that `has` does not know, among `count` from `first` on. */
export function gapsIn(
  { first, count }: { readonly first: number; readonly count: number },
  has: (number: number) => boolean,
): PositionRange[] {
  const ranges: PositionRange[] = [];
  let from = -1;
  for (let number = 0; number <= count; number++) {
    const isGap = number < count && !has(number);
    if (isGap && from < 0) from = number;
    if (isGap || from < 0) continue;
    ranges.push({ from: first + from, to: first + number });
    from = -1;
  }
  return ranges;
}
