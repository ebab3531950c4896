/** What a room notes of everything that becomes final, so that a checkpoint is at hand at the end of each era (docs/protocol/rooms.md §8.2). */
import { type Bytes, concatBytes } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { byteKey } from "../epochs/byte-key.ts";
import type { ControlSets } from "../membership/control-sets.ts";
import type { CheckpointState } from "./checkpoint-state.ts";
import { type BlockContext, ContextChains, encodeContext } from "./context.ts";
import { type ControlEntry, encodeControlEntry } from "./control-list.ts";
import { ControlNumbers } from "./control-numbers.ts";

/** A final control block, as it is noted. */
export interface FinalControl extends Omit<ControlEntry, "past"> {
  readonly control: number;
  /** The control blocks in its past. */
  readonly pastSet: number;
}

/** Where the order stands when an era begins. */
export type EraBeginning = Pick<CheckpointState, "era" | "position" | "commits" | "orderHash" | "anchor">;

/** How many of the newest final blocks a state holds the contexts of: what comes next mostly links to them. */
export const recentContexts = 1_024;

interface Noted {
  readonly position: number;
  readonly context: Bytes;
}

/** The notes of one room. */
export class FinalRecord {
  readonly numbers: ControlNumbers;
  readonly #chains: ContextChains;
  readonly #entries: Bytes[] = [];
  readonly #heads = new Map<string, Noted>();
  #recent: Noted[] = [];
  #position: number;

  /** From the beginning, or after a checkpoint at `position` whose running hashes are `chains`. */
  constructor(
    primitives: Pick<Primitives, "sha256">,
    { sets, position = 0, chains }: { readonly sets: ControlSets; readonly position?: number; readonly chains?: Bytes },
  ) {
    this.numbers = new ControlNumbers(sets);
    this.#chains = new ContextChains(primitives, chains);
    this.#position = position;
  }

  /** Notes a control block that is about to be final. Before its context. */
  addControl({ control, pastSet, ...entry }: FinalControl): void {
    this.#entries.push(encodeControlEntry({ ...entry, past: this.numbers.encode(pastSet) }));
    this.numbers.add(control);
  }

  /** Notes the next final block. */
  add(context: BlockContext): void {
    const encoded = encodeContext(this.numbers, context);
    this.#chains.add(encoded);
    this.#note(context, { position: this.#position, context: encoded });
    this.#position += 1;
  }

  /** Takes an entry over from a checkpoint. */
  restoreControl(entry: Bytes, control: number): void {
    this.#entries.push(entry);
    this.numbers.add(control);
  }

  /** Takes the contexts of a checkpoint over, in their order. Only their order is known, not their positions. */
  restoreContexts(contexts: readonly BlockContext[]): void {
    for (const [i, context] of contexts.entries())
      this.#note(context, {
        position: this.#position - contexts.length + i,
        context: encodeContext(this.numbers, context),
      });
  }

  /** The state at this moment. */
  stateAt(beginning: EraBeginning): CheckpointState {
    this.#trim();
    const kept = new Set(this.#recent);
    const older = [...this.#heads.values()].filter((head) => !kept.has(head)).sort((a, b) => a.position - b.position);
    return {
      ...beginning,
      control: concatBytes(...this.#entries),
      contexts: concatBytes(...[...older, ...this.#recent].map(({ context }) => context)),
      chains: this.#chains.chains,
    };
  }

  #note({ writer }: BlockContext, noted: Noted): void {
    this.#recent.push(noted);
    this.#heads.set(byteKey(writer), noted);
    if (this.#recent.length >= 2 * recentContexts) this.#trim();
  }

  #trim(): void {
    if (this.#recent.length > recentContexts) this.#recent = this.#recent.slice(-recentContexts);
  }
}
