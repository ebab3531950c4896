/** Typing some of the printed words back: shows that they were written down. */
import type { RandomSource } from "@coterie/primitives";
import { webLimits } from "../limits.ts";

/** Positions of the words to type, counted from 0, ascending and distinct. */
export function choosePositions({ random }: { readonly random: RandomSource }, words: number): readonly number[] {
  const rest = Array.from({ length: words }, (_, index) => index);
  const chosen: number[] = [];
  while (chosen.length < webLimits.checkedWords && rest.length > 0) {
    chosen.push(...rest.splice(randomIndex({ random }, rest.length), 1));
  }
  return chosen.sort((left, right) => left - right);
}

/** The positions that were typed wrongly. Capitals and white space do not matter. */
export function findWrongWords(
  words: readonly string[],
  { positions, typed }: { readonly positions: readonly number[]; readonly typed: ReadonlyMap<number, string> },
): readonly number[] {
  return positions.filter((position) => (typed.get(position) ?? "").trim().toLowerCase() !== words[position]);
}

// Bytes at or above the largest multiple of `count` are drawn again, so that no position is likelier.
function randomIndex({ random }: { readonly random: RandomSource }, count: number): number {
  const byte = new Uint8Array(1);
  const limit = 256 - (256 % count);
  do random.fill(byte);
  while ((byte[0] ?? 0) >= limit);
  return (byte[0] ?? 0) % count;
}
