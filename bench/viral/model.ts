// What must be true at the end, kept beside the gateway: every action that was answered, and every answer that a person gave.
import type { Supporter } from "./plan.ts";
import type { Work } from "./work.ts";

export interface ModelAction {
  readonly id: string;
  readonly supporter: Supporter;
}

export class Model {
  /** Answered as taken in, by action id. */
  readonly accepted = new Map<string, ModelAction>();
  /** The id of a signature that is surely stored. */
  lastAccepted: string | undefined;
  /** Work that somebody did for a signature of their own. */
  lastWork: Work | undefined;
  /** Legitimate requests that were refused for good, by code. */
  readonly refused = new Map<string, number>();
  /** Answers to replays that differ from the answer to the first: none. */
  readonly differing: string[] = [];
  readonly bots = { sent: 0, accepted: 0, refusedBy: new Map<string, number>() };
  /** When confirmations of different people were answered as counting, in order. */
  readonly confirmedAtMs: number[] = [];
  /** People who began to confirm: no counter may be above. */
  readonly confirming = new Set<number>();
  readonly #confirmed = new Set<number>();

  accept(action: ModelAction): void {
    this.accepted.set(action.id, action);
    this.lastAccepted = action.id;
  }

  /** A person is counted once, whichever of their signatures they confirmed first. */
  confirm({ number }: Pick<Supporter, "number">, atMs: number): void {
    if (this.#confirmed.has(number)) return;
    this.#confirmed.add(number);
    this.confirmedAtMs.push(atMs);
  }

  /** How many people count at the end. */
  people(): number {
    const numbers = [...this.accepted.values()]
      .filter(({ supporter }) => supporter.answer === "confirms")
      .map(({ supporter }) => supporter.number);
    return new Set(numbers).size;
  }

  /** Action ids that are confirmed, and delivered, at the end. */
  confirmedActions(): Set<string> {
    return new Set(
      [...this.accepted.values()].filter(({ supporter }) => supporter.answer === "confirms").map(({ id }) => id),
    );
  }
}

export function countUp(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
