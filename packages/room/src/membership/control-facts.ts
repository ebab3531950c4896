/**
 * Everything that is known of a room's control blocks, by whom it is about. It only grows, and holds no judgement: whether an add or a
 * removal counts depends on the set that is evaluated.
 */
import { ControlSets } from "./control-sets.ts";
import {
  type AddFact,
  comparePlaces,
  type ControlRecord,
  genesisId,
  genesisPlace,
  type IndexersFact,
  type KeyFact,
  type Place,
  type Restriction,
} from "./control-record.ts";
import type { Genesis } from "./genesis.ts";
import { KeyIndex } from "./key-index.ts";

/** What is known about one member, whether it is one or was. */
export interface MemberFacts {
  readonly adds: AddFact[];
  /** Adds and roles that make it an admin. */
  readonly powers: Place[];
  readonly keys: KeyFact[];
  readonly writers: { readonly writer: number; readonly place: Place }[];
}

/** What is known about one writer. */
export interface WriterFacts {
  /** Its control blocks, in the order of admission. */
  readonly controls: number[];
  /** Revocations and forks of it. */
  readonly restrictions: Restriction[];
  /** Who claims it, and where. */
  readonly claims: { readonly member: number; readonly place: Place }[];
}

/** The facts of one room. */
export class ControlFacts {
  readonly sets: ControlSets = new ControlSets();
  readonly identities: KeyIndex = new KeyIndex();
  readonly writerKeys: KeyIndex = new KeyIndex();
  readonly records: ControlRecord[] = [];
  readonly restrictions: Restriction[] = [];
  readonly restrictionsByControl: Map<number, readonly Restriction[]> = new Map();
  readonly indexerLists: IndexersFact[] = [];
  /** Control blocks with restrictions. */
  restrictionSet: number = this.sets.empty;
  /** Control blocks with what else asks for a new epoch (§7): key updates, and adds without the whole history. */
  otherTriggerSet: number = this.sets.empty;
  readonly #members: MemberFacts[] = [];
  readonly #writers: WriterFacts[] = [];

  constructor({ identity, sealingKey, writer }: Genesis) {
    const founder = this.member(this.identities.add(identity));
    founder.adds.push({ ...genesisPlace, sealingKey, history: "all" });
    founder.powers.push(genesisPlace);
    founder.writers.push({ writer: this.writerKeys.add(writer), place: genesisPlace });
    this.writer(0).claims.push({ member: 0, place: genesisPlace });
    this.indexerLists.push({ ...genesisPlace, writers: [writer] });
  }

  /** The facts about the identity with that number. */
  member(index: number): MemberFacts {
    return (this.#members[index] ??= { adds: [], powers: [], keys: [], writers: [] });
  }

  /** The facts about the writer with that number. */
  writer(index: number): WriterFacts {
    return (this.#writers[index] ??= { controls: [], restrictions: [], claims: [] });
  }

  /** The control block with that number. */
  record(id: number): ControlRecord {
    const record = this.records[id];
    if (record === undefined) throw new RangeError("a control block of another room");
    return record;
  }

  /** Whether control block `earlier` is in the past of `later`. */
  isBefore(earlier: number, later: number): boolean {
    return later !== genesisId && this.sets.has(this.record(later).past, earlier);
  }

  /** Whether `control` belongs to `set`; the genesis belongs to all. */
  isIn(control: number, set: number): boolean {
    return control === genesisId || this.sets.has(set, control);
  }

  /** Whose a writer is, by the claims of `set`: the earliest one counts. */
  claimIn(set: number, writer: number): { readonly member: number; readonly certificate: number } | undefined {
    const claims = this.writer(writer).claims.filter(({ place }) => this.isIn(place.control, set));
    const first = claims.toSorted((a, b) => comparePlaces(a.place, b.place))[0];
    return first === undefined ? undefined : { member: first.member, certificate: first.place.control };
  }

  /** Whether a restriction lets a control block stand: it had seen it, or it is its own block, where author and target are one. */
  accepts(restriction: Restriction, control: number): boolean {
    return control === restriction.control || this.isBefore(control, restriction.control);
  }

  /** Adds of its member that whoever certified the writer of this block knew. */
  admittersOf({ certificate }: ControlRecord): readonly Place[] {
    return certificate === genesisId ? [genesisPlace] : this.record(certificate).admitters;
  }
}
