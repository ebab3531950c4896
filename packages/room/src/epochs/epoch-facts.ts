/**
 * What the blocks of a room say about its epochs: who was given which one. It only grows, and holds no judgement and no secret: whether an epoch
 * may be used depends on what a block's author knew (safe-epochs.ts).
 */
import type { Bytes } from "@coterie/bytes";
import { compareBytes } from "@coterie/oplog";
import type { ControlSet, ControlSets } from "../membership/control-sets.ts";
import { KeyIndex } from "../membership/key-index.ts";
import type { GrantOperation, Operation, RotateOperation } from "../membership/operation.ts";
import { epochLevels } from "./level-secret.ts";

/** The number of an identity, of the one index that all pieces of a room share. */
export type MemberNumber = number;

/** The number of an epoch in {@link EpochFacts}. */
export type EpochNumber = number;

/** How strong a level is: 4 full, 3 snapshot, 2 read, 1 control; 0 is nothing. */
export type Strength = number;

/** What {@link EpochFacts} asks of the sets of control blocks. */
export type EpochSets = Pick<ControlSets, "has" | "isSubset" | "with">;

/** A control block that rotates, or grants. */
export interface EpochBlock {
  /** Its number among control blocks. */
  readonly control: number;
  readonly lamport: number;
  /** The control blocks in its past. */
  readonly past: ControlSet;
}

/** A rotate, in a block under the epoch that it begins. */
export interface SeenRotate extends EpochBlock {
  /** 16 bytes. */
  readonly epochId: Bytes;
  /** Undefined where the writer was nobody by its own past. */
  readonly author: MemberNumber | undefined;
  readonly operation: RotateOperation;
  /** All operations of the block. */
  readonly operations: readonly Operation[];
  /** Whether the read rule refuses the block; then nobody writes in the epoch. */
  readonly isVoidByItself: boolean;
}

/** Whom a rotate gave what. Arrays run in parallel. */
export interface RotateFact extends EpochBlock {
  readonly epoch: EpochNumber;
  /** Its past and itself. */
  readonly pastAndSelf: ControlSet;
  /** The control blocks that it was sealed in knowledge of: those of the past, and itself where it adds. */
  readonly heeded: ControlSet;
  readonly author: MemberNumber | undefined;
  readonly recipients: Int32Array;
  readonly strengths: Uint8Array;
  readonly wraps: readonly WrapFact[];
  readonly isVoidByItself: boolean;
}

/** An epoch that another one wraps. */
export interface WrapFact {
  readonly epoch: EpochNumber;
  readonly isFull: boolean;
}

/** A rotate that wraps an epoch. */
export interface WrapperFact {
  readonly rotate: RotateFact;
  /** Whether who has the epoch around it in full has it in full. */
  readonly isFull: boolean;
}

/** Whom a grant gave what. */
export interface GrantFact extends Omit<EpochBlock, "lamport"> {
  readonly epoch: EpochNumber;
  readonly member: MemberNumber;
  readonly strength: Strength;
  /** Whether it was found not to hold what it says. It makes the member a knower, and reaches nobody. */
  readonly isFalse: boolean;
}

/** What was found to be missing or false where somebody who can opened everything. */
export interface EpochFault {
  /** Recipients who have no true entry. */
  readonly missing: ReadonlySet<MemberNumber>;
  /** Wrapped epochs that do not come out of their wraps. */
  readonly falseWraps: ReadonlySet<EpochNumber>;
}

/** All that is known of one epoch. */
export interface EpochFact {
  readonly epoch: EpochNumber;
  /** 16 bytes. */
  readonly epochId: Bytes;
  /** One, unless somebody cheats. */
  readonly rotates: readonly RotateFact[];
  readonly grants: readonly GrantFact[];
  /** Rotates that wrap this epoch. */
  readonly wrappers: readonly WrapperFact[];
  /** Undefined where nothing was found wrong. */
  readonly fault: EpochFault | undefined;
}

interface MutableEpoch extends EpochFact {
  readonly rotates: RotateFact[];
  readonly grants: (GrantFact & { isFalse: boolean })[];
  readonly wrappers: WrapperFact[];
  fault: EpochFault | undefined;
}

/**
 * A rotate is sealed by M of its block's past: to a member's key before the block replaces it, and to somebody whom the block removes. Only whom
 * it adds it knows already.
 */
const unheeded: ReadonlySet<Operation["kind"]> = new Set(["remove", "revoke-writer", "fork", "update-key"]);

function isUnheeded(operation: Operation): boolean {
  return unheeded.has(operation.kind) || (operation.kind === "role" && operation.role === "member");
}

/** The strength of a level. */
export function strengthOf(level: (typeof epochLevels)[number]): Strength {
  return epochLevels.length - epochLevels.indexOf(level);
}

/** The facts of one room. */
export class EpochFacts {
  readonly sets: EpochSets;
  readonly #identities: Pick<KeyIndex, "add">;
  readonly #ids = new KeyIndex();
  readonly #epochs: MutableEpoch[] = [];
  /** Ascending by (lamport, epoch id): the write rule begins at the end. */
  readonly #ordered: RotateFact[] = [];
  #revision = 0;

  constructor({ sets, identities }: { readonly sets: EpochSets; readonly identities: Pick<KeyIndex, "add"> }) {
    this.sets = sets;
    this.#identities = identities;
  }

  /** Grows with every fact. */
  get revision(): number {
    return this.#revision;
  }

  /** All rotates, descending by (lamport, epoch id). */
  *newestFirst(): Generator<RotateFact> {
    for (let i = this.#ordered.length - 1; i >= 0; i--) {
      const rotate = this.#ordered[i];
      if (rotate !== undefined) yield rotate;
    }
  }

  /** The number of an epoch that some block named. */
  find(epochId: Uint8Array): EpochNumber | undefined {
    return this.#ids.find(epochId);
  }

  /** The facts of an epoch. */
  get(epoch: EpochNumber): EpochFact {
    return this.#at(epoch);
  }

  /** Takes a rotate, also of a block that is void: it hands out keys all the same. */
  addRotate({ epochId, author, operation, operations, isVoidByItself, control, lamport, past }: SeenRotate): void {
    const epoch = this.#number(epochId);
    const { recipients, wraps } = operation;
    const pastAndSelf = this.sets.with(past, control);
    const fact: RotateFact = {
      epoch,
      control,
      lamport,
      past,
      pastAndSelf,
      heeded: operations.some(isUnheeded) ? past : pastAndSelf,
      author,
      recipients: Int32Array.from(recipients, ({ identity }) => this.#identities.add(identity)),
      strengths: Uint8Array.from(recipients, ({ level }) => strengthOf(level)),
      wraps: wraps.map((wrap) => ({ epoch: this.#number(wrap.epochId), isFull: wrap.full !== undefined })),
      isVoidByItself,
    };
    this.#at(epoch).rotates.push(fact);
    for (const { epoch: wrapped, isFull } of fact.wraps) this.#at(wrapped).wrappers.push({ rotate: fact, isFull });
    this.#insert(fact);
    this.#revision += 1;
  }

  /** Takes a grant, also of a block that is void. */
  addGrant({
    operation,
    control,
    past,
  }: Omit<EpochBlock, "lamport"> & { readonly operation: GrantOperation }): GrantFact {
    const member = this.#identities.add(operation.identity);
    const epoch = this.#number(operation.epochId);
    const fact = { epoch, control, past, member, strength: strengthOf(operation.level), isFalse: false };
    this.#at(epoch).grants.push(fact);
    this.#revision += 1;
    return fact;
  }

  /** Notes what is missing or false in an epoch: it is not used for writing, and reaches nobody by that. */
  markIncomplete(
    epochId: Bytes,
    { missing, falseWraps }: { readonly missing: readonly Bytes[]; readonly falseWraps: readonly Bytes[] },
  ): void {
    this.#at(this.#number(epochId)).fault = {
      missing: new Set(missing.map((identity) => this.#identities.add(identity))),
      falseWraps: new Set(falseWraps.map((wrapped) => this.#number(wrapped))),
    };
    this.#revision += 1;
  }

  /** Notes that a grant does not hold what it says. */
  markFalseGrant({ epoch, control, member, strength }: GrantFact): void {
    for (const grant of this.#at(epoch).grants)
      if (grant.control === control && grant.member === member && grant.strength === strength) grant.isFalse = true;
    this.#revision += 1;
  }

  /** The rotate of an epoch in a set of control blocks; undefined where there is none, or more than one. */
  findOnlyRotate(epoch: EpochNumber, past: ControlSet): RotateFact | undefined {
    let found: RotateFact | undefined;
    for (const rotate of this.#at(epoch).rotates) {
      if (!this.sets.has(past, rotate.control)) continue;
      if (found !== undefined) return undefined;
      found = rotate;
    }
    return found;
  }

  /** Grants of an epoch in a set of control blocks, by authors who can have known it: others would make it unsafe by naming it. */
  *grantsIn(epoch: EpochNumber, past: ControlSet): Generator<GrantFact> {
    const { grants, rotates } = this.#at(epoch);
    for (const grant of grants) {
      if (!this.sets.has(past, grant.control)) continue;
      const { control } = grant;
      if (rotates.some((rotate) => rotate.control === control || this.sets.has(grant.past, rotate.control)))
        yield grant;
    }
  }

  #number(epochId: Bytes): EpochNumber {
    const epoch = this.#ids.add(epochId);
    this.#epochs[epoch] ??= {
      epoch,
      epochId: this.#ids.key(epoch),
      rotates: [],
      grants: [],
      wrappers: [],
      fault: undefined,
    };
    return epoch;
  }

  #at(epoch: EpochNumber): MutableEpoch {
    const fact = this.#epochs[epoch];
    if (fact === undefined) throw new RangeError("an epoch of another room");
    return fact;
  }

  #insert(fact: RotateFact): void {
    // Almost always at the end: blocks come in causal order.
    let at = this.#ordered.length;
    for (; at > 0; at--) {
      const before = this.#ordered[at - 1];
      if (before === undefined || this.#compare(before, fact) <= 0) break;
    }
    this.#ordered.splice(at, 0, fact);
  }

  #compare(a: RotateFact, b: RotateFact): number {
    return a.lamport - b.lamport || compareBytes(this.#ids.key(a.epoch), this.#ids.key(b.epoch));
  }
}
