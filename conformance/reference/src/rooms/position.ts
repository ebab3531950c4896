import type { Block } from "./blocks.ts";
import type { State } from "./membership.ts";

/** Where a new block would stand: its past, what its author then is, and how many commits that author knows. */
export interface Position {
  readonly past: ReadonlySet<Block>;
  readonly links: readonly Block[];
  readonly commits: number;
  readonly state: State;
}
