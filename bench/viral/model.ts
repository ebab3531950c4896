// What must be true at the end, kept beside the gateway: every action that was answered, and every answer that a person gave.
import type { Supporter } from "./plan.ts";

export interface ModelAction {
  readonly id: string;
  readonly supporter: Supporter;
}

export class Model {
  /** Answered as taken in, by action id. */
  readonly accepted = new Map<string, ModelAction>();
  /** The id of a signature that is surely stored. */
  lastAccepted: string | undefined;
  /** Legitimate requests that were refused for good, by code. */
  readonly refused = new Map<string, number>();
  /** Answers to replays that differ from the answer to the first: none. */
  readonly differing: string[] = [];
  readonly bots = { sent: 0, accepted: 0, refusedBy: new Map<string, number>() };
  /** When confirmations were answered as counting, in order. */
  readonly confirmedAtMs: number[] = [];
  /** Confirmations that were begun: no counter may be above. */
  confirming = 0;

  accept(action: ModelAction): void {
    this.accepted.set(action.id, action);
    this.lastAccepted = action.id;
  }

  /** Action ids that count at the end. */
  counting(): Set<string> {
    return new Set(
      [...this.accepted.values()].filter(({ supporter }) => supporter.answer === "confirms").map(({ id }) => id),
    );
  }
}

export function countUp(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
