// The demands on every format, for the short and the long run.
import { expect } from "vitest";
import { fuzz, type FuzzedFormat } from "./fuzz.ts";

/** Runs `count` mutants and prints the figures; COTERIE_FUZZ_SEED repeats a run. */
export function expectMutantsRefused(format: FuzzedFormat, count: number): void {
  const seed = Number(process.env["COTERIE_FUZZ_SEED"] ?? Math.floor(performance.now() * 1000));
  for (const source of format.sources) acceptOrThrow(format, source);
  const figures = fuzz(format, { count, seed });
  process.stdout.write(`${JSON.stringify(figures)}\n`);
  expect(figures.failure).toBeUndefined();
  expect(figures).toMatchObject({ mutants: count, accepted: 0, foreignErrors: 0 });
  expect(figures.slowestMs).toBeLessThan(100);
}

// A format that refuses even what is valid would pass every test.
function acceptOrThrow(format: FuzzedFormat, source: Uint8Array): void {
  const outcome = format.accept(source, { below: (count) => count - 1 });
  expect(["accepted", "same"]).toContain(outcome);
}
