/** One figure as a JSON line on the standard output, as every benchmark prints it. */

/** A figure of ours beside another one. */
export interface ComparedFigure {
  readonly name: string;
  readonly ours: number;
  readonly rival: number;
  readonly unit: "µs" | "B";
  readonly note: string;
  /** Ours to the other one in processor time, which the load of the machine hardly moves. */
  readonly processorRatio?: number;
}

/** Prints a line. */
export function reportFigure({ name, ours, rival, unit, note, processorRatio }: ComparedFigure): void {
  const rounded = (value: number): number => Math.round(value * 100) / 100;
  const processor = processorRatio === undefined ? {} : { processorRatio: rounded(processorRatio) };
  const ratio = rounded(ours / rival);
  const line = { name, ours: rounded(ours), rival: rounded(rival), ratio, ...processor, unit, note };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
