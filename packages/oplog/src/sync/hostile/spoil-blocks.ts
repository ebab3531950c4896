/** Ways to spoil a list of blocks. Nothing is changed in place. */
import type { Bytes } from "@coterie/bytes";
import type { Chance } from "../../chance.ts";

/** One way: `limit` is how many were asked for, `foreign` are blocks of another log. */
export type Spoiler = (input: {
  readonly chance: Chance;
  readonly envelopes: readonly Bytes[];
  readonly limit: number;
  readonly foreign: readonly Bytes[];
}) => readonly Bytes[];

/** The ways, by name. */
export const spoilers: Readonly<Record<BlockTrick, Spoiler>> = {
  repeat: ({ envelopes, limit }) => envelopes.flatMap((block) => [block, block]).slice(0, limit),
  reorder: ({ chance, envelopes }) =>
    envelopes
      .map((block) => ({ block, place: chance() }))
      .sort((a, b) => a.place - b.place)
      .map(({ block }) => block),
  truncate: ({ chance, envelopes }) => envelopes.slice(0, chance(envelopes.length + 1)),
  skip: ({ chance, envelopes }) => envelopes.filter(() => chance(3) > 0),
  cut: ({ chance, envelopes }) => envelopes.map((block) => (chance(3) === 0 ? cut(chance, block) : block)),
  forge: ({ chance, envelopes }) => envelopes.map((block) => (chance(3) === 0 ? flip(chance, block) : block)),
  garbage: ({ chance, envelopes, limit }) => [noise(chance), ...envelopes, noise(chance)].slice(0, limit),
  foreign: ({ envelopes, foreign, limit }) => [...foreign, ...envelopes].slice(0, limit),
  huge: ({ chance, envelopes, limit }) => [
    ...envelopes,
    ...Array.from({ length: limit + 1 - envelopes.length }, () => noise(chance)),
  ],
};

/** What can be done to blocks. */
export type BlockTrick = "repeat" | "reorder" | "truncate" | "skip" | "cut" | "forge" | "garbage" | "foreign" | "huge";

/** Random bytes. */
export function noise(chance: Chance, mostBytes: number = 400): Bytes {
  return Uint8Array.from({ length: 1 + chance(mostBytes) }, () => chance(256));
}

function cut(chance: Chance, block: Bytes): Bytes {
  return block.slice(0, 1 + chance(block.length));
}

function flip(chance: Chance, block: Bytes): Bytes {
  const flipped = block.slice();
  const at = chance(flipped.length);
  flipped[at] = (flipped[at] ?? 0) ^ (1 << chance(8));
  return flipped;
}
