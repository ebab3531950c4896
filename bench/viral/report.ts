// JSON lines: figures, and statements that hold or do not.

export class Report {
  readonly #write: (line: string) => unknown;
  failed = 0;

  constructor(write: (line: string) => unknown) {
    this.#write = write;
  }

  figure(name: string, facts: Readonly<Record<string, unknown>>): void {
    this.#write(`${JSON.stringify({ name, ...facts }, rounded)}\n`);
  }

  /** A statement that must hold. */
  check(name: string, holds: boolean, facts: Readonly<Record<string, unknown>> = {}): void {
    if (!holds) this.failed++;
    this.figure(name, { holds, ...facts });
  }

  /** That nothing of the kind happened. */
  none(name: string, count: number, facts: Readonly<Record<string, unknown>> = {}): void {
    this.check(name, count === 0, { count, ...facts });
  }
}

function rounded(_name: string, value: unknown): unknown {
  return typeof value === "number" ? Math.round(value * 100) / 100 : value;
}

/** The value that `share` of all are not above. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
