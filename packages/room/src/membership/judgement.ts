/**
 * How control blocks stand under the restrictions that hold: rule 3 of docs/protocol/rooms.md §5.2. The answer depends on those
 * restrictions and on the past of the block alone, not on what else is in the set, so it is found when asked for and then remembered.
 */
import { type ControlRecord, genesisId, nobody, type Place, type Restriction } from "./control-record.ts";
import type { ControlFacts } from "./control-facts.ts";
import type { Decisions, Moment, Standing } from "./decisions.ts";

const none: readonly Restriction[] = [];
/** Each at the place of its code; 0 is not found yet. One byte a control block: hundreds of judgements may be remembered. */
const standingByCode: readonly (Standing | undefined)[] = [undefined, "good", "powerless", "void"];

/** Restrictions that hold, and what follows for every block. It changes through {@link hold} alone. */
export class Judgement {
  readonly facts: ControlFacts;
  readonly #decisions: Decisions;
  readonly #moment: Moment;
  #removals = new Map<number, Restriction[]>();
  #demotions = new Map<number, Restriction[]>();
  #revocations = new Map<number, Restriction[]>();
  #forks = new Map<number, Restriction[]>();
  #held = new Set<number>();
  #standings = new Uint8Array(0);

  constructor(facts: ControlFacts, { decisions, moment }: { readonly decisions: Decisions; readonly moment: Moment }) {
    this.facts = facts;
    this.#decisions = decisions;
    this.#moment = moment;
  }

  /** How many restrictions hold. */
  get heldCount(): number {
    return this.#held.size;
  }

  /** Whether a restriction holds. */
  isHeld({ id }: Restriction): boolean {
    return this.#held.has(id);
  }

  /** Lets one more restriction hold. */
  hold(restriction: Restriction): void {
    const [byKey, key] = this.#placeOf(restriction);
    const before = byKey.get(key);
    if (before === undefined) byKey.set(key, [restriction]);
    else before.push(restriction);
    this.#held.add(restriction.id);
    // In a room without conflicts a restriction has seen all that it is about, and what was found out stays true.
    if (this.#standings.length > 0 && this.#cutsSomething(restriction)) this.#standings.fill(0);
  }

  /**
   * What it is with one more restriction that cuts nothing off which is known: nothing else stands otherwise by it. Undefined where it does.
   * What this one holds is shared, so that neither is to hold more.
   */
  with(restriction: Restriction): Judgement | undefined {
    if (this.#cutsSomething(restriction)) return undefined;
    const next = new Judgement(this.facts, { decisions: this.#decisions, moment: this.#moment });
    next.#removals = this.#removals;
    next.#demotions = this.#demotions;
    next.#revocations = this.#revocations;
    next.#forks = this.#forks;
    next.#held = new Set(this.#held).add(restriction.id);
    next.#standings = this.#standings.slice();
    const [byKey, key] = this.#placeOf(restriction);
    const changed = new Map(byKey).set(key, [...(byKey.get(key) ?? none), restriction]);
    if (byKey === this.#removals) next.#removals = changed;
    else if (byKey === this.#demotions) next.#demotions = changed;
    else if (byKey === this.#revocations) next.#revocations = changed;
    else next.#forks = changed;
    return next;
  }

  /** Removals of a member that hold. */
  removalsOf(member: number): readonly Restriction[] {
    return this.#removals.get(member) ?? none;
  }

  /** Demotions of a member that hold. */
  demotionsOf(member: number): readonly Restriction[] {
    return this.#demotions.get(member) ?? none;
  }

  /** Revocations of a writer that hold. */
  revocationsOf(writer: number): readonly Restriction[] {
    return this.#revocations.get(writer) ?? none;
  }

  /** Forks of a writer. */
  forksOf(writer: number): readonly Restriction[] {
    return this.#forks.get(writer) ?? none;
  }

  /** Forks of all writers. */
  forks(): readonly Restriction[] {
    return [...this.#forks.values()].flat();
  }

  /** Whether nothing above the caps made this restriction, by what holds so far. */
  stands({ control, needsAdmin }: Restriction): boolean {
    const standing = this.standingOf(control);
    return standing === "good" || (standing === "powerless" && !needsAdmin);
  }

  /** Whether an add or a role (both need an admin) stands. */
  isGood({ control }: Place): boolean {
    return control === genesisId || this.standingOf(control) === "good";
  }

  /** How a control block stands. */
  standingOf(control: number): Standing {
    const known = this.#known(control);
    if (known !== undefined) return known;
    // A chain of adds, each by the one added before, may be as long as the room has members: no recursion.
    const open = [control];
    for (let at = open.at(-1); at !== undefined; at = open.at(-1)) {
      const record = this.facts.record(at);
      const missing = this.#groundOf(record);
      if (missing !== undefined) {
        open.push(missing);
        continue;
      }
      this.#remember(at, record.isVoidByItself ? "void" : this.#judge(record));
      open.pop();
    }
    return this.#known(control) ?? "void";
  }

  /** Whether a block that is not final is void whatever its keys: its writer was nobody, or something that holds cuts it off. */
  isCutOff(control: number): boolean {
    return this.#judge(this.facts.record(control)) === "void";
  }

  #known(control: number): Standing | undefined {
    return standingByCode[this.#standings[control] ?? 0] ?? this.#decisions.standingAt(this.#moment, control);
  }

  #remember(control: number, standing: Standing): void {
    if (control >= this.#standings.length) {
      const longer = new Uint8Array(this.facts.records.length + 1_024);
      longer.set(this.#standings);
      this.#standings = longer;
    }
    this.#standings[control] = standingByCode.indexOf(standing);
  }

  /** A block that this one depends on and whose standing is not known yet. All of them are in its past. */
  #groundOf(record: ControlRecord): number | undefined {
    const { id, certificate, powers } = record;
    if (certificate !== id && this.#isUnknown(certificate)) return certificate;
    for (const { control } of this.facts.admittersOf(record)) if (this.#isUnknown(control)) return control;
    for (const { control } of powers) if (this.#isUnknown(control)) return control;
    return undefined;
  }

  #isUnknown(control: number): boolean {
    return control !== genesisId && this.#known(control) === undefined;
  }

  #judge(record: ControlRecord): Standing {
    const { id, author, certificate, writer, seq, needsAdmin } = record;
    if (author === nobody) return "void";
    if (certificate !== id && certificate !== genesisId && this.standingOf(certificate) === "void") return "void";
    if (this.forksOf(writer).some((fork) => seq >= fork.seq)) return "void";
    if (!this.revocationsOf(writer).every((revocation) => this.facts.accepts(revocation, id))) return "void";
    const removals = this.removalsOf(author).filter((removal) => !this.facts.accepts(removal, id));
    const admitters = this.facts.admittersOf(record);
    if (!admitters.some((add) => this.isGood(add) && this.#isAfterAll(add, removals))) return "void";
    if (!needsAdmin) return "good";
    const demotions = this.demotionsOf(author).filter((demotion) => !this.facts.accepts(demotion, id));
    const limits = [...removals, ...demotions];
    return record.powers.some((power) => this.isGood(power) && this.#isAfterAll(power, limits)) ? "good" : "powerless";
  }

  #isAfterAll({ control }: Place, restrictions: readonly Restriction[]): boolean {
    return restrictions.every((restriction) => this.facts.isBefore(restriction.control, control));
  }

  #placeOf({ kind, target, writer }: Restriction): [Map<number, Restriction[]>, number] {
    switch (kind) {
      case "remove":
        return [this.#removals, target];
      case "demote":
        return [this.#demotions, target];
      case "revoke":
        return [this.#revocations, writer];
      case "fork":
        return [this.#forks, writer];
    }
  }

  #cutsSomething(restriction: Restriction): boolean {
    const { kind, target, writer, seq } = restriction;
    const writers =
      kind === "remove" || kind === "demote" ? this.facts.member(target).writers.map((one) => one.writer) : [writer];
    return writers.some((index) =>
      this.facts
        .writer(index)
        .controls.some((id) =>
          kind === "fork" ? this.facts.record(id).seq >= seq : !this.facts.accepts(restriction, id),
        ),
    );
  }
}
