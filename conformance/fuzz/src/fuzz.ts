// Feeds mutants to a format and counts what became of them.
import { CoterieError } from "@coterie/bytes";
import { type Chooser, createChooser, mutate, mutationKinds } from "./mutations.ts";

/** A format under attack. */
export interface FuzzedFormat {
  readonly name: string;
  /** Valid values that `accept` accepts: mutants are made of them. */
  readonly sources: readonly Uint8Array[];
  /** Values that are valid somewhere: mutants are spliced with them. */
  readonly others: readonly Uint8Array[];
  /**
   * Reads and opens one value. Throws where it is refused; returns what was accepted. "same" means that it is a valid
   * value in another spelling that the format allows, so that it is no mutant.
   */
  readonly accept: (value: Uint8Array, choose: Chooser) => "accepted" | "same";
}

export interface FuzzFigures {
  readonly format: string;
  readonly seed: number;
  readonly mutants: number;
  readonly accepted: number;
  readonly foreignErrors: number;
  readonly slowestMs: number;
  /** How often each code came. */
  readonly refusals: Readonly<Record<string, number>>;
  /** The first value that was accepted or ended in a foreign error, in hexadecimal, to be run again. */
  readonly failure: string | undefined;
}

/** `count` mutants of `format`. */
export function fuzz(
  format: FuzzedFormat,
  { count, seed }: { readonly count: number; readonly seed: number },
): FuzzFigures {
  const choose = createChooser(seed);
  const valid = new Set(format.sources.map((source) => Buffer.from(source).toString("latin1")));
  const refusals: Record<string, number> = {};
  let [mutants, accepted, foreignErrors, slowestMs] = [0, 0, 0, 0];
  let failure: string | undefined;
  while (mutants < count) {
    const kind = mutationKinds[mutants % mutationKinds.length] ?? "flip";
    const pick = (list: readonly Uint8Array[]): Uint8Array => list[choose.below(list.length)] ?? new Uint8Array();
    const mutant = mutate(choose, { kind, source: pick(format.sources), other: pick(format.others) });
    if (valid.has(Buffer.from(mutant).toString("latin1"))) continue;
    const { outcome, ms } = timed(format, mutant, choose);
    if (outcome === "same") continue;
    mutants++;
    slowestMs = Math.max(slowestMs, ms);
    if (outcome === "accepted") accepted++;
    else if (outcome instanceof CoterieError) refusals[outcome.code] = (refusals[outcome.code] ?? 0) + 1;
    else foreignErrors++;
    if (!(outcome instanceof CoterieError)) failure ??= `${String(outcome)}: ${Buffer.from(mutant).toString("hex")}`;
  }
  return { format: format.name, seed, mutants, accepted, foreignErrors, slowestMs, refusals, failure };
}

function timed(format: FuzzedFormat, mutant: Uint8Array, choose: Chooser): { outcome: unknown; ms: number } {
  const first = run(format, mutant, choose);
  // The machine itself may pause: what is slow is slow three times.
  if (first.ms < 50) return first;
  return { ...first, ms: Math.min(first.ms, run(format, mutant, choose).ms, run(format, mutant, choose).ms) };
}

function run(format: FuzzedFormat, mutant: Uint8Array, choose: Chooser): { outcome: unknown; ms: number } {
  const start = performance.now();
  let outcome: unknown;
  try {
    outcome = format.accept(mutant, choose);
  } catch (error) {
    outcome = error;
  }
  return { outcome, ms: performance.now() - start };
}
