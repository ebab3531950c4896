/** What must be so when everybody has heard everything, found out from the blocks, the deeds and what each device holds. */
import { type Bytes, decodeHex, decodeUtf8, encodeHex } from "@coterie/bytes";
import { decodeEnvelope } from "@coterie/oplog";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { type EpochLevel, levelOf, type RoomLog } from "../src/index.ts";
import { type Deed, describeOrder, type Schedule } from "./rooms-schedule.ts";
import type { Person } from "./world.ts";

/** What a schedule came to, so that tests can insist that enough was met. */
export interface Verdict {
  readonly faults: readonly string[];
  readonly blocks: number;
  readonly members: number;
  readonly removals: number;
  /** Pairs of a block and somebody removed in its past who must not open it. */
  readonly secrets: number;
  /** Pairs of a text and a member who must read it. */
  readonly due: number;
}

/** Who begins anew from nothing but blocks when a schedule is judged: one member, each time another one, or all. */
export type Restarting = "one" | "all";

/** Judges a schedule that was played. */
export async function judgeSchedule(schedule: Schedule, restarting: Restarting = "all"): Promise<Verdict> {
  return await new Judge(schedule, restarting).judge();
}

const noSignal = { aborted: true, addEventListener: (): void => undefined, removeEventListener: (): void => undefined };

class Judge {
  readonly #schedule: Schedule;
  readonly #restarting: Restarting;
  readonly #faults: string[] = [];
  /** A member with everything, each time another one. */
  readonly #reference: Person;
  /** The reference's log from its first block on, after its restart: one that began at a checkpoint knows no pasts below it. */
  #log: RoomLog;
  #pasts: readonly Set<number>[] = [];
  #secrets = 0;
  #due = 0;

  constructor(schedule: Schedule, restarting: Restarting) {
    this.#schedule = schedule;
    this.#restarting = restarting;
    const { members, world, founder, people } = schedule;
    const [best = founder] = people.filter(({ room }) => room !== undefined).toSorted(byBlocks);
    this.#reference = members[world.random.below(members.length || 1)] ?? best;
    this.#log = this.#reference.in.log;
  }

  async judge(): Promise<Verdict> {
    const { members, deeds, people } = this.#schedule;
    for (const person of people)
      for (const alarm of person.alarms) this.#faults.push(`${person.name} is alarmed: ${alarm.kind}`);
    await this.#checkAgreement();
    if (members.length === 0) await this.#reference.reopen("genesis");
    this.#log = this.#reference.in.log;
    this.#pasts = pastsOf(this.#log);
    this.#checkMembers();
    this.#checkNonces(await storedBlocks(this.#reference));
    await this.#checkSecrecy();
    await this.#checkReading();
    return {
      faults: this.#faults,
      blocks: this.#log.dag.size,
      members: members.length,
      removals: deeds.filter(({ kind }) => kind === "remove").length,
      secrets: this.#secrets,
      due: this.#due,
    };
  }

  /** D3: one list of members, one order, one view for all with the same rights, the same again after a restart from nothing but blocks. */
  async #checkAgreement(): Promise<void> {
    const { members } = this.#schedule;
    const before = new Map<string, string>();
    for (const person of members) {
      if (!person.knowsAsMember(person)) this.#faults.push(`${person.name} does not know that it is a member`);
      // A device that began at a checkpoint takes up what it may read since then when it opens the room the next time.
      if (person.in.log.beganWithCheckpoint) await person.reopen("checkpoint");
      const { history } = memberOf(person) ?? { history: "all" };
      const summary = `${describe(person)} ${await encodedView(person)}`;
      const other = before.get(history) ?? before.set(history, summary).get(history);
      // Of the others each one reads from its own admission on.
      if (history === "all" && other !== summary)
        this.#faults.push(`${person.name} disagrees with another one with history ${history}`);
      if (this.#restarting === "one" && person !== this.#reference) continue;
      const graph = describe(person);
      await person.reopen("genesis");
      if (describe(person) !== graph) this.#faults.push(`${person.name} comes to something else after a restart`);
      if (`${describe(person)} ${await encodedView(person)}` !== summary)
        this.#faults.push(`${person.name} has another view from scratch`);
    }
    if (new Set(members.map(describe)).size > 1) this.#faults.push("members disagree");
  }

  /** D3, rule by rule where it is certain without evaluating anything: what those did stands whom nobody ever restricted. */
  #checkMembers(): void {
    const { deeds, people, members, founder } = this.#schedule;
    const certain = (deed: Deed): boolean => this.#isUndisputed(deed.by) && this.#indexOf(deed) !== undefined;
    for (const person of people) {
      const about = deeds.filter(({ target }) => target === person);
      const adds = about.filter(({ kind }) => kind === "add");
      const removals = about.filter(({ kind }) => kind === "remove");
      const held = removals.filter(certain);
      const mayBeBack = adds.some((add) => held.every((removal) => this.#isBefore(removal, add)));
      const isMember = members.includes(person);
      if (isMember && held.length > 0 && !mayBeBack) this.#faults.push(`${person.name} is back from the dead`);
      if (!isMember && removals.length === 0 && (person === founder || adds.some(certain)))
        this.#faults.push(`${person.name} is gone and nobody removed it`);
      if (isMember && person !== founder && adds.length > 0 && adds.every((add) => this.#isCutOff(add, certain)))
        this.#faults.push(`${person.name} was added by somebody who was removed or demoted meanwhile`);
      const demotions = about.filter((deed) => deed.kind === "demote" && certain(deed));
      const powers = about.filter(({ kind }) => kind === "add" || kind === "promote");
      const hasPower = powers.some((power) => demotions.every((demotion) => this.#isBefore(demotion, power)));
      if (demotions.length > 0 && !hasPower && memberOf(person)?.role === "admin")
        this.#faults.push(`${person.name} has its powers back`);
    }
  }

  /** 12: whether somebody undisputed restricted the author of an add, and neither knew of the other. */
  #isCutOff(add: Deed, certain: (deed: Deed) => boolean): boolean {
    return this.#schedule.deeds.some(
      (deed) =>
        isRestriction(deed.kind) &&
        deed.target === add.by &&
        deed.by !== add.by &&
        certain(deed) &&
        this.#indexOf(add) !== undefined &&
        !this.#isBefore(add, deed) &&
        !this.#isBefore(deed, add),
    );
  }

  /** 24: no key is used twice with one nonce. */
  #checkNonces(blocks: readonly Bytes[]): void {
    const seen = new Map<string, string>();
    for (const block of blocks) {
      const { header, nonce, hash } = decodeEnvelope(primitives, block);
      const place = `${encodeHex(header.epochId)}/${encodeHex(header.writer)}/${encodeHex(nonce)}`;
      const name = encodeHex(hash);
      if ((seen.get(place) ?? name) !== name) this.#faults.push("a nonce was used twice");
      seen.set(place, name);
    }
  }

  /** D4, first half: who was removed in the past of a block, and never added again, holds nothing of its epoch. */
  async #checkSecrecy(): Promise<void> {
    const { dag, table, membershipLog } = this.#log;
    const { people, members } = this.#schedule;
    const gone = people.filter((person) => person.room !== undefined && !members.includes(person));
    const epochs = epochsOf(await storedBlocks(this.#reference));
    const epochOf = (block: number): string | undefined => epochs.get(encodeHex(dag.hash(block)));
    const begins = new Map<string | undefined, number>();
    for (let block = dag.size - 1; block >= 0; block--) begins.set(epochOf(block), block);
    const hasMost =
      members.length > 0 && people.every(({ room }) => room === undefined || room.log.dag.size <= dag.size);
    for (const person of gone) {
      const held = await heldLevels(person, new Set(epochs.values()));
      const isMemberAt = Array.from(
        { length: dag.size },
        (_, block) => membershipLog.evaluate(table.past(block), dag.commits(block)).find(person.id) !== undefined,
      );
      for (let block = 0; block < dag.size; block++) {
        const epoch = epochOf(block);
        // A removal may prove void: whoever was a member again in knowledge of the epoch's first block was handed the epoch.
        const begin = epoch === undefined ? block : (begins.get(epoch) ?? block);
        const isBack = isMemberAt.some((isMember, later) => isMember && this.#isInPast({ earlier: begin, later }));
        if (isMemberAt.at(block) !== false || isBack || !this.#isGoneFor(person, block)) continue;
        this.#secrets++;
        const level = epoch === undefined ? undefined : held.get(epoch);
        // Whom somebody has in doubt may follow the order (§7). Who doubted whom may stand in blocks that others have, or that nobody sure has.
        if (level !== undefined && (level !== "control" || hasMost))
          this.#faults.push(`${person.name} opens block ${block}`);
      }
    }
  }

  /** Whether all adds of somebody are in the past of the block: then nobody added it again who did not know. */
  #isGoneFor(person: Person, block: number): boolean {
    const adds = this.#schedule.deeds.filter(({ kind, target }) => kind === "add" && target === person);
    const isFounder = person === this.#schedule.founder;
    const knows = (deed: Deed): boolean => {
      const index = this.#indexOf(deed);
      return index !== undefined && this.#isInPast({ earlier: index, later: block });
    };
    return (isFounder || adds.length > 0) && adds.every(knows);
  }

  /** D4, second half, and D6: every member reads what it is due, and nothing else. */
  async #checkReading(): Promise<void> {
    const { deeds, members, founder } = this.#schedule;
    const restricted = new Set(deeds.flatMap(({ kind, target }) => (isRestriction(kind) ? [target] : [])));
    for (const member of members) {
      const history = memberOf(member)?.history ?? "all";
      const lines = new Set(await member.lines());
      const adds = deeds.filter(({ kind, target }) => kind === "add" && target === member);
      for (const said of deeds) {
        if (said.kind !== "say") continue;
        const index = this.#indexOf(said);
        // Somebody's who was removed, or whose add is void since then, and in an epoch that only such people hold: closed for ever to all.
        if (index === undefined) {
          if (this.#isUndisputed(said.by)) this.#faults.push(`${said.text} is lost`);
          continue;
        }
        const isAfter = adds.some((add) => this.#isBefore(add, said));
        // An add may have been void already for whoever wrote after it.
        const isSurelyAfter = adds.some((add) => this.#isUndisputed(add.by) && this.#isBefore(add, said));
        const isDue = history === "all" || (isSurelyAfter && !restricted.has(member));
        const counts = !restricted.has(said.by) && this.#isUndisputed(said.by);
        if (isDue && counts) this.#due++;
        if (isDue && counts && !lines.has(said.text))
          this.#faults.push(`${member.name} (${history}) does not read ${said.text}`);
        const isForbidden = history !== "all" && adds.length === 1 && member !== founder && !isAfter;
        if (isForbidden && lines.has(said.text)) this.#faults.push(`${member.name} (${history}) reads ${said.text}`);
      }
    }
  }

  /** Whether nobody ever restricted somebody, nor those who added or promoted it: then nothing takes its blocks and its powers away. */
  #isUndisputed(person: Person, seen: readonly Person[] = []): boolean {
    if (seen.includes(person)) return true;
    const about = this.#schedule.deeds.filter(({ target }) => target === person);
    if (about.some(({ kind }) => isRestriction(kind))) return false;
    const powers = about.filter(({ kind }) => kind === "add" || kind === "promote");
    return powers.every(({ by }) => this.#isUndisputed(by, [...seen, person]));
  }

  #isBefore(earlier: Deed, later: Deed): boolean {
    const [from, to] = [this.#indexOf(earlier), this.#indexOf(later)];
    return from !== undefined && to !== undefined && this.#isInPast({ earlier: from, later: to });
  }

  #isInPast({ earlier, later }: { readonly earlier: number; readonly later: number }): boolean {
    return this.#pasts[later]?.has(earlier) ?? false;
  }

  #indexOf({ hash }: Deed): number | undefined {
    return this.#log.dag.find(hash);
  }
}

function isRestriction(kind: Deed["kind"]): boolean {
  return kind === "remove" || kind === "demote";
}

function memberOf(person: Person) {
  return person.in.log.membership.find(person.id);
}

function pastsOf({ dag }: RoomLog): readonly Set<number>[] {
  const pasts: Set<number>[] = [];
  for (let block = 0; block < dag.size; block++) {
    const past = new Set<number>();
    for (const parent of dag.parents(block)) {
      past.add(parent);
      for (const earlier of pasts[parent] ?? []) past.add(earlier);
    }
    pasts.push(past);
  }
  return pasts;
}

/** Members and order, as somebody's device has them. */
function describe(person: Person): string {
  const { log } = person.in;
  const members = log.membership.members.map(
    ({ identity, role, history }) => `${encodeHex(identity.subarray(0, 4))} ${role} ${history}`,
  );
  const indexers = log.membership.indexers.map((writer) => encodeHex(writer.subarray(0, 4)));
  return [...members, describeOrder(person), describeKeys(log), ...indexers].join(" ");
}

/**
 * Sealing keys as far as they count for what is written next: by the past of the last block that is not void. A key update in a block of the
 * removed is known to whoever holds its epoch, and in no past.
 */
function describeKeys(log: RoomLog): string {
  const { order, dag, table, membershipLog } = log;
  const last =
    order.tail().findLast((block) => !log.isVoid(block)) ??
    (order.position > 0 ? order.at(order.position - 1) : undefined);
  if (last === undefined) return "";
  const { members } = membershipLog.evaluate(table.past(last), dag.commits(last));
  return members.map(({ keyVersion, sealingKey }) => `${keyVersion} ${encodeHex(sealingKey.subarray(0, 4))}`).join(" ");
}

function byBlocks(a: Person, b: Person): number {
  return b.in.log.dag.size - a.in.log.dag.size;
}

async function encodedView(person: Person): Promise<string> {
  const view = await person.in.view("lines");
  return Array.from({ length: view.length }, (_, i) => decodeUtf8(view.at(i))).join("\n");
}

/** Everything that a device has of the log. */
export async function storedBlocks({ in: room, store }: Person): Promise<readonly Bytes[]> {
  const blocks: Bytes[] = [];
  for (let at = store.first(); at < store.length(); at = store.first() + blocks.length)
    blocks.push(...(await room.readStored(at, 1_000)));
  return blocks;
}

function epochsOf(blocks: readonly Bytes[]): ReadonlyMap<string, string> {
  const epochs = new Map<string, string>();
  for (const block of blocks) {
    const { hash, header } = decodeEnvelope(primitives, block);
    epochs.set(encodeHex(hash), encodeHex(header.epochId));
  }
  return epochs;
}

/** Epochs, by their ids in hex, of which somebody's device holds anything, and how much. */
export async function heldLevels(
  person: Person,
  epochIds: ReadonlySet<string>,
): Promise<ReadonlyMap<string, EpochLevel>> {
  const held = new Map<string, EpochLevel>();
  for (const id of epochIds) {
    const secret = await person.in.get(decodeHex(id), { signal: noSignal }).catch(() => undefined);
    if (secret === undefined) continue;
    held.set(id, levelOf(secret));
    secret.destroy();
  }
  return held;
}
