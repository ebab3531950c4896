// One attack on a format, for the short and the long run.
import { fuzz, type FuzzedFormat, type FuzzFigures } from "./fuzz.ts";

/** Runs `count` mutants and prints the figures; COTERIE_FUZZ_SEED repeats a run. Throws where a valid value is refused. */
export function attack(format: FuzzedFormat, count: number): FuzzFigures {
  const seed = Number(process.env["COTERIE_FUZZ_SEED"] ?? Math.floor(performance.now() * 1000));
  // A format that refuses even what is valid would pass every test.
  for (const source of format.sources) format.accept(source, { below: (below) => below - 1 });
  const figures = fuzz(format, { count, seed });
  process.stdout.write(`${JSON.stringify(figures)}\n`);
  return figures;
}
