/**
 * Sets of control blocks as small numbers. Control blocks are numbered from 0 in the order in which they were admitted, so that the past of
 * a block is a set of such numbers; equal sets are one number, so that a million blocks share a few sets and compare them at once.
 *
 * A set is kept as the count of its leading 32-bit words that are full, and the words after them without trailing zeros. In a room where
 * everybody has seen almost everything a set is one or two words.
 */

/** A set of {@link ControlSets}; only there it has a meaning. Equal sets have equal numbers. */
export type ControlSet = number;

interface Shape {
  /** Words that are all ones, before `words`. */
  readonly full: number;
  readonly words: Uint32Array;
  readonly size: number;
}

const fullWord = 0xffff_ffff;
/** Pairs are keyed by one number below 2^53, so there are fewer sets than this. */
const pairFactor = 0x400_0000;
const maxRememberedPairs = 65_536;

/** All sets of one room. They only grow in number; nothing about them is secret. */
export class ControlSets {
  readonly #shapes: Shape[] = [{ full: 0, words: new Uint32Array(0), size: 0 }];
  readonly #setsByHash = new Map<number, ControlSet[]>([[hashOf(0, new Uint32Array(0)), [0]]]);
  readonly #unionByPair = new Map<number, ControlSet>();

  /** The set of none. */
  readonly empty: ControlSet = 0;

  /** How many different sets there are. */
  get count(): number {
    return this.#shapes.length;
  }

  /** The set of `ids`, in any order. */
  of(ids: readonly number[]): ControlSet {
    const words = new Uint32Array(1 + (ids.reduce((greatest, id) => Math.max(greatest, id), 0) >>> 5));
    for (const id of ids) words[id >>> 5] = (words[id >>> 5] ?? 0) | bit(id);
    return this.#intern(0, words);
  }

  /** Whether control block `id` belongs to `set`. */
  has(set: ControlSet, id: number): boolean {
    return (wordOf(this.#shape(set), id >>> 5) & bit(id)) !== 0;
  }

  /** How many control blocks belong to `set`. */
  size(set: ControlSet): number {
    return this.#shape(set).size;
  }

  /** The greatest number in `set`, -1 where there is none. */
  last(set: ControlSet): number {
    const { full, words } = this.#shape(set);
    return 32 * (full + words.length) - 1 - Math.clz32(words.at(-1) ?? fullWord);
  }

  /** `set` and control block `id`. */
  with(set: ControlSet, id: number): ControlSet {
    const shape = this.#shape(set);
    const at = (id >>> 5) - shape.full;
    if (at < 0 || ((shape.words[at] ?? 0) & bit(id)) !== 0) return set;
    const words = new Uint32Array(Math.max(shape.words.length, at + 1));
    words.set(shape.words);
    words[at] = (words[at] ?? 0) | bit(id);
    return this.#intern(shape.full, words);
  }

  /** What belongs to either. */
  union(left: ControlSet, right: ControlSet): ControlSet {
    if (left === right || right === this.empty) return left;
    if (left === this.empty) return right;
    const key = Math.min(left, right) * pairFactor + Math.max(left, right);
    const known = this.#unionByPair.get(key);
    if (known !== undefined) return known;
    const [a, b] = [this.#shape(left), this.#shape(right)];
    const union = this.#combine(Math.max(a.full, b.full), (at) => wordOf(a, at) | wordOf(b, at), lengthOf(a, b));
    if (this.#unionByPair.size >= maxRememberedPairs) this.#unionByPair.clear();
    this.#unionByPair.set(key, union);
    return union;
  }

  /** What belongs to both. */
  intersection(left: ControlSet, right: ControlSet): ControlSet {
    if (left === right) return left;
    const [a, b] = [this.#shape(left), this.#shape(right)];
    return this.#combine(Math.min(a.full, b.full), (at) => wordOf(a, at) & wordOf(b, at), lengthOf(a, b));
  }

  /** Whether everything of `left` belongs to `right`. */
  isSubset(left: ControlSet, right: ControlSet): boolean {
    if (left === right || left === this.empty) return true;
    const [a, b] = [this.#shape(left), this.#shape(right)];
    if (a.size > b.size) return false;
    for (let at = b.full; at < a.full + a.words.length; at++) {
      if ((wordOf(a, at) & ~wordOf(b, at)) !== 0) return false;
    }
    return true;
  }

  /** The control blocks of `left` that do not belong to `right`, ascending. */
  difference(left: ControlSet, right: ControlSet): readonly number[] {
    const [a, b] = [this.#shape(left), this.#shape(right)];
    const ids: number[] = [];
    for (let at = b.full; at < a.full + a.words.length; at++) {
      for (let rest = (wordOf(a, at) & ~wordOf(b, at)) >>> 0; rest !== 0; rest = (rest & (rest - 1)) >>> 0)
        ids.push(at * 32 + lowestBit(rest));
    }
    return ids;
  }

  /** All control blocks of `set`, ascending. */
  ids(set: ControlSet): readonly number[] {
    return this.difference(set, this.empty);
  }

  #shape(set: ControlSet): Shape {
    const shape = this.#shapes[set];
    if (shape === undefined) throw new RangeError("a control set of another room");
    return shape;
  }

  #combine(full: number, wordAt: (at: number) => number, length: number): ControlSet {
    const words = new Uint32Array(Math.max(0, length - full));
    for (let i = 0; i < words.length; i++) words[i] = wordAt(full + i);
    return this.#intern(full, words);
  }

  // The one form: no full word at the beginning of `words`, no empty one at the end.
  #intern(fullBefore: number, words: Uint32Array): ControlSet {
    let start = 0;
    while (words[start] === fullWord) start += 1;
    let end = words.length;
    while (end > start && words[end - 1] === 0) end -= 1;
    const full = fullBefore + start;
    const rest = words.slice(start, end);
    const hash = hashOf(full, rest);
    const candidates = this.#setsByHash.get(hash);
    for (const set of candidates ?? []) if (isShape(this.#shape(set), full, rest)) return set;
    const set = this.#shapes.push({ full, words: rest, size: full * 32 + countBits(rest) }) - 1;
    if (candidates === undefined) this.#setsByHash.set(hash, [set]);
    else candidates.push(set);
    return set;
  }
}

function bit(id: number): number {
  return (1 << (id & 31)) >>> 0;
}

function wordOf({ full, words }: Shape, at: number): number {
  return at < full ? fullWord : (words[at - full] ?? 0);
}

function lengthOf(a: Shape, b: Shape): number {
  return Math.max(a.full + a.words.length, b.full + b.words.length);
}

function isShape(shape: Shape, full: number, words: Uint32Array): boolean {
  return (
    shape.full === full &&
    shape.words.length === words.length &&
    shape.words.every((word, index) => word === words[index])
  );
}

// FNV-1a over words. Who makes control blocks is an admin, or a member that can be removed: collisions cost time, nothing else.
function hashOf(full: number, words: Uint32Array): number {
  let hash = Math.imul(0x811c_9dc5 ^ full, 0x0100_0193);
  for (const word of words) hash = Math.imul(hash ^ word, 0x0100_0193) ^ (hash >>> 15);
  return hash >>> 0;
}

function countBits(words: Uint32Array): number {
  let count = 0;
  for (const word of words) for (let rest = word; rest !== 0; rest = (rest & (rest - 1)) >>> 0) count += 1;
  return count;
}

function lowestBit(word: number): number {
  return 31 - Math.clz32((word & -word) >>> 0);
}
