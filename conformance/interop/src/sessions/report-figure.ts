/** One figure as a JSON line on the standard output, as every benchmark prints it. */

/** A figure of ours beside another one. */
export interface ComparedFigure {
  readonly name: string;
  readonly ours: number;
  readonly rival: number;
  readonly unit: "µs" | "B";
  readonly note: string;
}

/** Prints a line. */
export function reportFigure({ name, ours, rival, unit, note }: ComparedFigure): void {
  const rounded = (value: number): number => Math.round(value * 100) / 100;
  const line = { name, ours: rounded(ours), rival: rounded(rival), ratio: rounded(ours / rival), unit, note };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
