// Ways to spoil bytes. All randomness follows from a seed, so that a failure can be run again.

/** A small generator for choices in tests (mulberry32): fast, repeatable, not for secrets. */
export interface Chooser {
  /** A whole number from 0 to `count` - 1. */
  readonly below: (count: number) => number;
}

export function createChooser(seed: number): Chooser {
  let state = seed >>> 0;
  return {
    below(count) {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) % count;
    },
  };
}

/** The kinds of mutants, in turn. */
export const mutationKinds = ["flip", "truncate", "extend", "splice", "duplicate", "overflow"] as const;
export type MutationKind = (typeof mutationKinds)[number];

export interface MutationInput {
  readonly kind: MutationKind;
  readonly source: Uint8Array;
  /** Another valid value, to splice with. */
  readonly other: Uint8Array;
}

/** A mutant of `source`; now and then it equals it. */
export function mutate(choose: Chooser, { kind, source, other }: MutationInput): Uint8Array<ArrayBuffer> {
  switch (kind) {
    case "flip":
      return flip(choose, source);
    case "truncate":
      return Uint8Array.from(source.subarray(0, choose.below(source.length)));
    case "extend":
      return insert(source, choose.below(2) * source.length, someBytes(choose, 1 + choose.below(64)));
    case "splice": {
      const cut = choose.below(source.length + 1);
      const from = choose.below(3) === 0 ? choose.below(other.length + 1) : Math.min(cut, other.length);
      return insert(source.subarray(0, cut), cut, other.subarray(from));
    }
    case "duplicate": {
      const start = choose.below(source.length);
      const end = Math.min(source.length, start + 1 + choose.below(80));
      return insert(source, choose.below(2) === 0 ? end : choose.below(source.length + 1), source.subarray(start, end));
    }
    case "overflow":
      return overflow(choose, source);
  }
}

function flip(choose: Chooser, source: Uint8Array): Uint8Array<ArrayBuffer> {
  const mutant = Uint8Array.from(source);
  for (let i = choose.below(4); i >= 0; i--) {
    const at = choose.below(mutant.length);
    mutant[at] = (mutant[at] ?? 0) ^ (1 << choose.below(8));
  }
  return mutant;
}

// Numbers at their ends, where a length could stand: in bytes, and in digits where there are digits.
function overflow(choose: Chooser, source: Uint8Array): Uint8Array<ArrayBuffer> {
  const digits = [...source.keys()].filter((at) => (source[at] ?? 0) >= 0x30 && (source[at] ?? 0) <= 0x39);
  const digit = digits[choose.below(Math.max(1, digits.length))];
  if (digit !== undefined && choose.below(2) === 0)
    return insert(source, digit, new Uint8Array(1 + choose.below(400)).fill(0x39));
  const mutant = Uint8Array.from(source);
  const patterns = [[0xff], [0], [0xff, 0xff, 0xff, 0xff], [0x7f, 0xff, 0xff, 0xff], [0, 0, 0, 0], [0x80, 0, 0, 0]];
  const pattern = patterns[choose.below(patterns.length)] ?? [];
  const at = choose.below(Math.max(1, mutant.length - pattern.length + 1));
  mutant.set(pattern.slice(0, mutant.length - at), at);
  return mutant;
}

function insert(into: Uint8Array, at: number, piece: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(into.length + piece.length);
  joined.set(into.subarray(0, at));
  joined.set(piece, at);
  joined.set(into.subarray(at), at + piece.length);
  return joined;
}

function someBytes(choose: Chooser, length: number): Uint8Array {
  const constant = [0, 0x20, 0xff, 0x3d, -1][choose.below(5)] ?? -1;
  return Uint8Array.from({ length }, () => (constant < 0 ? choose.below(256) : constant));
}
