/** A network that loses, repeats and delays messages, and parts for a while, for tests: honest, seeded, with a journal. */
import type { Chance } from "../../chance.ts";
import { RelayUnavailableError } from "../../errors.ts";
import type { RelayTransport } from "../remote-relay.ts";
import type { Scheduler } from "../scheduler.ts";
import type { Journal } from "./journal.ts";

/** What happens to messages. */
export interface LossyNetworkInput {
  readonly chance: Chance;
  readonly scheduler: Scheduler;
  readonly journal: Journal;
  /** Part of the messages that are lost on each of the two ways, from 0 to 1. */
  readonly loss: number;
  /** Part of the questions that arrive twice. */
  readonly repeat: number;
  /** Longest time on each of the two ways. */
  readonly delayMs: number;
}

/** Connections between named ends. */
export class LossyNetwork {
  readonly #input: LossyNetworkInput;
  /** The side that an end is on; all are on one side while nothing is parted. */
  #sideByEnd = new Map<string, number>();
  #isCalm = false;

  constructor(input: LossyNetworkInput) {
    this.#input = input;
  }

  /** Parts the ends: those of different groups do not reach each other; those that are named nowhere are one more group. */
  partition(groups: readonly (readonly string[])[]): void {
    this.#sideByEnd = new Map(groups.flatMap((ends, side) => ends.map((end) => [end, side] as const)));
    this.#input.journal.note("network", `parts ${groups.map((ends) => ends.join("+")).join(" | ")}`);
  }

  /** Everybody reaches everybody. */
  heal(): void {
    this.#sideByEnd.clear();
    this.#input.journal.note("network", "heals");
  }

  /** From now on nothing is lost, repeated or late. */
  calm(): void {
    this.heal();
    this.#isCalm = true;
  }

  /** `transport`, as it is over this network. */
  connect({ from, to }: { readonly from: string; readonly to: string }, transport: RelayTransport): RelayTransport {
    const name = `${from}-${to}`;
    return {
      request: async (message, options) => {
        await this.#travel({ from, to }, `question ${name}`);
        if (this.#happens("repeat")) await transport.request(message, options);
        const answer = await transport.request(message, options);
        await this.#travel({ from, to }, `answer ${name}`);
        return answer;
      },
      onPush: (listener) =>
        transport.onPush((message) => {
          this.#travel({ from, to }, `news ${name}`).then(
            () => listener(message),
            () => undefined,
          );
        }),
    };
  }

  async #travel({ from, to }: { readonly from: string; readonly to: string }, what: string): Promise<void> {
    const { chance, scheduler, delayMs, journal } = this.#input;
    if (!this.#isCalm && delayMs > 0)
      await new Promise<void>((resolve) => void scheduler.after(chance(delayMs), resolve));
    const isParted = this.#sideByEnd.size > 0 && this.#sideByEnd.get(from) !== this.#sideByEnd.get(to);
    if (!isParted && !this.#happens("loss")) return;
    journal.note("network", `loses ${what}`);
    throw new RelayUnavailableError("lost on the way");
  }

  #happens(what: "loss" | "repeat"): boolean {
    return !this.#isCalm && this.#input.chance() < this.#input[what];
  }
}
