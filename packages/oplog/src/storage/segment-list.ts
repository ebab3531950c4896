/** Which segments there are, by the names of their files, and which of them are kept open. */
import type { FrameFileName } from "./file-names.ts";
import type { Segment, SegmentNames } from "./segment.ts";

/** Segments whose files are open and whose frames are known, besides the newest: each costs eight bytes for each of its blocks. */
const warmSegments = 64;

/** The files of each segment, ascending. Of two with one position, which is no file of ours, the first by name counts. */
export function groupByFirst(names: readonly FrameFileName[]): SegmentNames[] {
  const byFirst = new Map<number, { first: number; blocks?: FrameFileName; healed?: FrameFileName }>();
  for (const name of names.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const segment = byFirst.get(name.first) ?? { first: name.first };
    segment[name.kind] ??= name;
    byFirst.set(name.first, segment);
  }
  return [...byFirst.values()].toSorted((a, b) => a.first - b.first);
}

/** The segments of an open log, oldest first; never none. */
export class SegmentList {
  readonly #segments: Segment[];
  readonly #warm = new Set<Segment>();

  constructor(segments: readonly [Segment, ...Segment[]]) {
    this.#segments = [...segments];
  }

  get newest(): Segment {
    return this.#at(this.#segments.length - 1);
  }

  /** The segment of a position, from the first one on. */
  find(position: number): Segment {
    let [low, high] = [0, this.#segments.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#at(middle).first <= position) low = middle;
      else high = middle - 1;
    }
    return this.#at(low);
  }

  /** Where the next segment begins; `length` after the newest. */
  endOf(segment: Segment, length: number): number {
    const next = this.#segments[this.#segments.indexOf(segment) + 1];
    return next?.first ?? length;
  }

  /** Adds one behind the newest; or in its place, where that has no position. */
  push(segment: Segment): void {
    if (this.newest.first === segment.first) this.#segments.pop();
    this.#segments.push(segment);
  }

  /** Takes those out that end at `before` or below; the newest stays. */
  takeBelow(before: number): Segment[] {
    let count = 0;
    while (count + 1 < this.#segments.length && this.#at(count + 1).first <= before) count++;
    for (const segment of this.#segments.slice(0, count)) this.#warm.delete(segment);
    return this.#segments.splice(0, count);
  }

  /** Notes that a segment is about to be read, and closes the one that was not for the longest time. */
  async warm(segment: Segment): Promise<void> {
    this.#warm.delete(segment);
    this.#warm.add(segment);
    for (const oldest of this.#warm) {
      if (this.#warm.size <= warmSegments) break;
      this.#warm.delete(oldest);
      if (oldest !== this.newest) await oldest.release();
    }
  }

  #at(index: number): Segment {
    const segment = this.#segments[index];
    if (segment === undefined) throw new RangeError("a log has at least one segment");
    return segment;
  }
}
