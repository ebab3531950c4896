/** What a simulation did, so that a failure can be read and repeated. */

/** One thing that was done. */
export interface JournalEntry {
  /** Which part of the simulation did it. */
  readonly who: string;
  readonly what: string;
}

/** Collects what is done, in order. */
export class Journal {
  readonly seed: number;
  readonly entries: JournalEntry[] = [];

  constructor(seed: number) {
    this.seed = seed;
  }

  /** Notes one thing. */
  note(who: string, what: string): void {
    this.entries.push({ who, what });
  }

  /** How often something was done, by its first word. */
  count(what: string): number {
    return this.entries.filter((entry) => entry.what.split(" ", 1)[0] === what).length;
  }

  /** The seed and everything that was done: for the message of a failed test. */
  toString(): string {
    return [`seed ${this.seed}`, ...this.entries.map(({ who, what }) => `${who}: ${what}`)].join("\n");
  }
}
