/** Operations as they were authorised (docs/protocol/rooms.md §5.1, §5.2): all of it is fixed by a block's own past. */
import { type Block, compareNames, type History, isIn, isWithin, type Operation } from "./blocks.ts";
import type { Rules } from "./rules.ts";

export interface Genesis {
  readonly founder: string;
  /** The founder's first writer, which is the first indexer. */
  readonly writer: string;
  readonly mode: "majority" | "strict";
  /** Blocks from one checkpoint to the next. */
  readonly interval: number;
}

/** The place of an operation that admits somebody or makes an admin; the founder's has no block. Smaller is more senior. */
export interface Place {
  readonly block: Block | undefined;
  readonly index: number;
  readonly history: History;
}

export const genesisPlace: Place = { block: undefined, index: 0, history: "all" };

/** Whose block it is, by M of the block. */
export interface Authorship {
  readonly identity: string;
  /** The block that says whose the writer is; none for the founder's first writer. */
  readonly certificate: Block | undefined;
  readonly seniority: Place;
  /** Of the certificate: all adds of its member that it knows, since another one may turn out to be void. */
  readonly admitters: readonly Place[];
  readonly isAdmin: boolean;
  /** All adds and roles that it knows to make the author an admin. */
  readonly powers: readonly Place[];
}

/** An operation that its author had the right to, in what the author knew. */
export interface Act {
  readonly block: Block;
  readonly index: number;
  readonly operation: Operation;
  readonly authorship: Authorship;
  readonly needsAdmin: boolean;
  /** The admission of whom a removal or a demotion is about. */
  readonly target: Place | undefined;
}

export function comparePlaces(a: Place, b: Place): number {
  const byLamport = (a.block?.lamport ?? -1) - (b.block?.lamport ?? -1);
  return byLamport || compareNames(a.block?.name ?? "", b.block?.name ?? "") || a.index - b.index;
}

export function placeOf({ block, index, operation }: Act): Place {
  return { block, index, history: operation.kind === "add" ? operation.history : "all" };
}

/** Whether a place has all of some acts in its past. */
export function isAfterAll({ block }: Place, acts: Iterable<Act>): boolean {
  return [...acts].every((act) => block?.past.has(act.block) ?? false);
}

export function isRestriction({ operation }: Act): boolean {
  if (operation.kind === "role") return operation.role === "member";
  return operation.kind === "remove" || operation.kind === "revoke writer" || operation.kind === "fork";
}

export function removes({ operation }: Act, identity: string): boolean {
  return operation.kind === "remove" && operation.identity === identity;
}

export function demotes({ operation }: Act, identity: string): boolean {
  return operation.kind === "role" && operation.role === "member" && operation.identity === identity;
}

export function adds({ operation }: Act, identity: string): boolean {
  return operation.kind === "add" && operation.identity === identity;
}

export function promotes({ operation }: Act, identity: string): boolean {
  if (operation.kind !== "add" && operation.kind !== "role") return false;
  return operation.identity === identity && operation.role === "admin";
}

/** Whether a block says anything about membership or keys. */
export function isControl({ operations }: Block): boolean {
  return operations.some(({ kind }) => kind !== "vote");
}

/** Whether a restriction of a block's author or writer lets the block stand: its caps (§5.1). Forks accept nothing. */
export function accepts({ operation, block: own }: Act, block: Block, rules: Rules): boolean {
  const wasSeen = isIn(block, own);
  if (operation.kind === "fork") return block.seq < operation.seq;
  if (rules.caps === "only what was not seen" && (wasSeen || isControl(block))) return wasSeen;
  if (operation.kind === "revoke writer") return isWithin(block, operation.cap);
  if (operation.kind !== "remove" && operation.kind !== "role") return true;
  return isWithin(block, operation.caps.get(block.writer));
}
