/** What is remembered of control blocks and their operations. All of it is fixed when the block is added, and the same for everybody. */
import type { Bytes } from "@coterie/bytes";
import { compareKeys } from "./compare-keys.ts";
import type { ControlSet } from "./control-sets.ts";
import type { MemberHistory, Operation, WriterCap } from "./operation.ts";

/** Stands for the genesis where a control block is named: in everybody's past, and never void. */
export const genesisId = -1;

/** Who has no right to write. */
export const nobody = -1;

/** A control block as it is added. */
export interface ControlBlock {
  readonly lamport: number;
  /** The hash of the block, 32 bytes. */
  readonly hash: Bytes;
  readonly writer: Bytes;
  readonly seq: number;
  /** The control blocks in its past. */
  readonly pastSet: ControlSet;
  /** How many commits its author knew. */
  readonly commits: number;
  readonly operations: readonly Operation[];
  /** Whether it breaks the read rule (§7). Then nobody has a right to its operations. */
  readonly isVoidByItself?: boolean;
}

/** A place in the order of §4.1: of an operation, or of the genesis, which comes first. */
export interface Place {
  /** The control block's number, or {@link genesisId}. */
  readonly control: number;
  /** Which operation of the block. */
  readonly index: number;
  readonly lamport: number;
  readonly hash: Bytes;
}

/** The founder's add. */
export const genesisPlace: Place = { control: genesisId, index: 0, lamport: -1, hash: new Uint8Array(32) };

/** An add as it was authorised. */
export interface AddFact extends Place {
  readonly sealingKey: Bytes;
  readonly history: MemberHistory;
}

/** A member's new sealing key as it was authorised. */
export interface KeyFact extends Place {
  readonly sealingKey: Bytes;
  readonly version: number;
}

/** A list of indexers as it was authorised. */
export interface IndexersFact extends Place {
  readonly writers: readonly Bytes[];
}

/** An authorised removal, demotion, revocation or fork (§5.2). `author` and `target` are numbers of members, `writer` that of a writer. */
export interface Restriction extends Place {
  readonly id: number;
  readonly kind: "remove" | "demote" | "revoke" | "fork";
  readonly author: number;
  /** The admission of the author in M of the block. */
  readonly seniority: Place;
  /** Whether the author did it as an admin. */
  readonly needsAdmin: boolean;
  /** Of removals and demotions. */
  readonly target: number;
  /** The admission of the target in M of the block. */
  readonly targetSeniority: Place | undefined;
  /** Of revocations and forks. */
  readonly writer: number;
  /** Of forks: the first seq that is frozen. */
  readonly seq: number;
  /** By number of the writer. */
  readonly caps: ReadonlyMap<number, WriterCap>;
}

/** What M of a control block says about its author. */
export interface Authorship {
  /** The author's number, or {@link nobody}. */
  readonly author: number;
  /** The control block that certified the writer, which may be this one. */
  readonly certificate: number;
  /** Of a block that certifies its own writer: all adds of its member that it knows. */
  readonly admitters: readonly Place[];
  /** All adds and roles that it knows to make its author an admin, where an operation needs one. */
  readonly powers: readonly Place[];
  /** The author's admission. */
  readonly seniority: Place;
}

/** A control block with what was found out about it. */
export interface ControlRecord extends Authorship {
  readonly id: number;
  readonly lamport: number;
  readonly hash: Bytes;
  readonly writer: number;
  readonly seq: number;
  readonly past: ControlSet;
  readonly operations: readonly Operation[];
  readonly authorised: readonly boolean[];
  readonly needsAdmin: boolean;
  /** Whether it breaks the read rule. */
  readonly isVoidByItself: boolean;
}

/** The order of §4.1, and within a block that of its operations. */
export function comparePlaces(a: Place, b: Place): number {
  return a.lamport - b.lamport || compareKeys(a.hash, b.hash) || a.index - b.index;
}
