/** One person at one device: what has arrived, what could be opened and understood, and what it writes by the rules. */
import { isControl, isRestriction } from "./acts.ts";
import { type Block, closureOf, control, full, headsOf, makeBlock, nothing, type Operation } from "./blocks.ts";
import { closeKnowledge, epochsIn, givenTo, type Knowledge, rotateOf } from "./epochs.ts";
import type { State } from "./membership.ts";
import type { Position } from "./position.ts";
import type { Room } from "./room.ts";
import { sealBlock } from "./writing.ts";

export class Peer {
  readonly room: Room;
  readonly identity: string;
  writer: string;
  last: Block | undefined;
  readonly received = new Set<Block>();
  /** Opened, with everything in their pasts. */
  readonly applied = new Set<Block>();
  known: Knowledge = new Map();
  /** The epochs that it began, which another device of the same one may know less of. */
  readonly made = new Set<string>();
  /** What it wrote, with what it knew just before. */
  readonly written = new Map<Block, Knowledge>();

  constructor(room: Room, identity: string, writer: string) {
    this.room = room;
    this.identity = identity;
    this.writer = writer;
  }

  receive(blocks: Iterable<Block>): void {
    const before = this.received.size;
    for (const block of blocks) this.received.add(block);
    if (this.received.size > before) this.#apply();
  }

  /** A block waits for what it builds on, for its epoch, and until as many commits are known as it names. */
  #apply(): void {
    const holder = { identity: this.identity, keyVersion: Number.POSITIVE_INFINITY, isAuthor: false };
    const known = givenTo(this.received, holder);
    for (const epoch of this.made) known.set(epoch, full);
    this.known = closeKnowledge(known, epochsIn(this.received));
    for (let size = -1; size !== this.applied.size; ) {
      size = this.applied.size;
      let commits: number | undefined;
      for (const block of [...this.received].sort((a, b) => a.lamport - b.lamport)) {
        if (this.applied.has(block) || !this.#opens(block)) continue;
        if (![...block.past].every((earlier) => this.applied.has(earlier))) continue;
        commits ??= this.commits;
        if (block.commits <= commits) this.applied.add(block);
        else commits = undefined;
      }
    }
  }

  /** A block under an epoch that was not made in its past is malformed: those who cannot open it could never be granted it. */
  #opens(block: Block): boolean {
    if (this.room.rules.epoch === "none") return true;
    const isMadeBefore = [block, ...block.past].some((earlier) => rotateOf(earlier)?.epoch === block.epoch);
    const isMalformed = this.room.rules.unmadeEpoch === "malformed" && !isMadeBefore;
    return !isMalformed && (this.known.get(block.epoch) ?? nothing) >= control;
  }

  get commits(): number {
    return this.room.commitsIn(this.applied).length;
  }

  /** M of everything known. */
  get state(): State {
    return this.room.state(this.applied, this.commits);
  }

  /** Where the next block would stand; nothing where its author is nobody, by M of everything known or of that block. */
  position(): Position | undefined {
    const commits = this.commits;
    const whole = this.room.state(this.applied, commits);
    if (!whole.members.has(this.identity)) return undefined;
    const links = this.#links(whole, commits);
    const past = closureOf([...links, ...(this.last === undefined ? [] : [this.last])]);
    const state = this.room.state(past, commits);
    const isStopped = this.last !== undefined && ![state, whole].every(({ writers }) => writers.includes(this.writer));
    return isStopped || !state.members.has(this.identity) ? undefined : { past, links, commits, state };
  }

  /** §4.2: all heads; but in place of some void ones that are not final, what they build on. */
  #links(whole: State, commits: number): Block[] {
    const { room, applied } = this;
    const final = new Set(room.commitsIn(applied).flatMap(({ segment }) => segment));
    const closureSince = (known: number): Set<Block> => {
      const indexers = new Set<string>();
      for (let count = known; count <= commits; count++)
        for (const writer of room.eraAfter(count).indexers) indexers.add(writer);
      const isLeftOut = (block: Block): boolean =>
        !final.has(block) &&
        !indexers.has(block.writer) &&
        whole.standOf(block) === "void" &&
        this.#leavesOut(block, whole);
      return closureOf([...applied].filter((block) => !isLeftOut(block)));
    };
    const closed = closureSince(commits);
    const named = Math.max(0, ...[...closed].map((block) => block.commits));
    return headsOf(room.rules.commitsShown === "linked" && named < commits ? closureSince(named) : closed);
  }

  #leavesOut(block: Block, whole: State): boolean {
    const { room } = this;
    switch (room.rules.leavesOut) {
      case "void for good, and no key of a member":
        return !isControl(block) || (whole.isLost(block) && !this.#renewsKey(block, whole));
      case "void for good":
        return !isControl(block) || whole.isLost(block);
      case "void save control":
        return !isControl(block);
      case "void save restrictions":
        return !room.actsOf(block).some((act) => isRestriction(act) && whole.open.has(act));
      case "void":
        return true;
      case "nothing":
        return false;
    }
  }

  /** Whether a block says which key a member has now: that counts in void blocks as well, so that everybody must see it. */
  #renewsKey(block: Block, { members }: State): boolean {
    return this.room.actsOf(block).some(({ operation: one }) => one.kind === "update key" && members.has(one.identity));
  }

  /** Writes a block by the rules. */
  write(
    name: string,
    choice: { readonly operations?: readonly Operation[]; readonly hasContent?: boolean; readonly at?: Position } = {},
  ): Block {
    const { room, identity, known, writer } = this;
    const at = choice.at ?? this.position();
    if (at === undefined) throw new Error(`${identity} may not write`);
    const isFirst = this.last === undefined && writer !== room.genesis.writer;
    const chosen: Operation[] = [
      ...(isFirst ? [{ kind: "add writer", identity } as const] : []),
      ...(choice.operations ?? []),
    ];
    const draft = { room, at, author: { identity, writer, known }, fresh: `e-${name}` };
    const sealed = room.rules.epoch === "none" ? { epoch: "", operations: chosen } : sealBlock(draft, chosen);
    const { links, commits } = at;
    const { hasContent = true } = choice;
    const block = makeBlock({ name, writer, previous: this.last, links, commits, ...sealed, hasContent });
    this.last = block;
    if (rotateOf(block) !== undefined) this.made.add(block.epoch);
    this.written.set(block, known);
    this.receive([block]);
    return block;
  }
}
