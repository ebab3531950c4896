/** Epochs and who knows them: docs/protocol/rooms.md §6, and what is safe in §7. Sealing is giving. */
import { type Act, adds, type Authorship } from "./acts.ts";
import { authorise } from "./authorising.ts";
import {
  type Block,
  compareNames,
  control,
  full,
  type Grant,
  type History,
  holderOf,
  isIn,
  type Level,
  nothing,
  read,
  type Rotate,
} from "./blocks.ts";
import type { State } from "./membership.ts";
import type { Position } from "./position.ts";
import type { Room } from "./room.ts";

/** Levels by epoch. */
export type Knowledge = Map<string, Level>;

export interface Epoch {
  readonly name: string;
  readonly block: Block;
  readonly author: string;
  readonly rotate: Rotate;
}

/** The epochs whose rotation is in a set, void or not: all of them hand out keys. */
export function epochsIn(blocks: Iterable<Block>): Map<string, Epoch> {
  const epochs = new Map<string, Epoch>();
  for (const block of blocks) {
    const rotate = rotateOf(block);
    if (rotate !== undefined)
      epochs.set(rotate.epoch, { name: rotate.epoch, block, author: holderOf(block.writer), rotate });
  }
  return epochs;
}

/** The rotation that a block carries, which is under the epoch it makes. */
export function rotateOf(block: Block): Rotate | undefined {
  return block.operations.find((operation): operation is Rotate => operation.kind === "rotate");
}

export function grantsOf(block: Block): Grant[] {
  return block.operations.filter((operation): operation is Grant => operation.kind === "grant");
}

/** Grants that can be true: of epochs that their author can have known. */
function grantsIn(blocks: Iterable<Block>, epochs: ReadonlyMap<string, Epoch>): Grant[] {
  return [...blocks].flatMap((block) =>
    grantsOf(block).filter(({ epoch }) => {
      const rotation = epochs.get(epoch);
      return rotation !== undefined && isIn(rotation.block, block);
    }),
  );
}

export function levelOf(history: History): Level {
  return history === "all" ? full : history === "snapshot" ? 3 : read;
}

/** What follows from knowing some epochs: full opens wraps in full, anything opens the control of wraps. */
export function closeKnowledge(known: Knowledge, epochs: ReadonlyMap<string, Epoch>): Knowledge {
  const closed: Knowledge = new Map();
  const learn = (name: string, level: Level): void => {
    if (level <= (closed.get(name) ?? nothing)) return;
    closed.set(name, level);
    for (const [wrapped, what] of epochs.get(name)?.rotate.wraps ?? []) {
      learn(wrapped, level === full && what === "full" ? full : control);
    }
  };
  for (const [name, level] of known) learn(name, level);
  return closed;
}

/** Epochs without wraps of newer ones, which nobody makes who keeps to the rules: nobody is believed to reach anything by them. */
export function downwards(epochs: ReadonlyMap<string, Epoch>): Map<string, Epoch> {
  const isBelow = (name: string, over: Epoch): boolean => {
    const epoch = epochs.get(name);
    return epoch !== undefined && compareEpochs(epoch, over) < 0;
  };
  const kept = [...epochs.values()].map((epoch) => {
    const wraps = new Map([...epoch.rotate.wraps].filter(([name]) => isBelow(name, epoch)));
    return [epoch.name, { ...epoch, rotate: { ...epoch.rotate, wraps } }] as const;
  });
  return new Map(kept);
}

export function compareEpochs(a: Epoch, b: Epoch): number {
  return a.block.lamport - b.block.lamport || compareNames(a.name, b.name);
}

/** Who holds the versions of a sealing key up to a greatest one, and perhaps what it made itself. */
export interface Holder {
  readonly identity: string;
  readonly keyVersion: number;
  readonly isAuthor: boolean;
}

/** What blocks give to somebody, and what follows from that. */
export function learn(blocks: ReadonlySet<Block>, holder: Holder): Knowledge {
  return closeKnowledge(givenTo(blocks, holder), epochsIn(blocks));
}

/** What blocks give to somebody directly. */
export function givenTo(blocks: ReadonlySet<Block>, holder: Holder): Knowledge {
  const epochs = epochsIn(blocks);
  const known: Knowledge = new Map();
  const give = (name: string, level: Level): void => {
    if (level > (known.get(name) ?? nothing)) known.set(name, level);
  };
  for (const { name, author, rotate } of epochs.values()) {
    if (holder.isAuthor && author === holder.identity) give(name, full);
    const entry = rotate.recipients.get(holder.identity);
    if (entry !== undefined && entry.keyVersion <= holder.keyVersion) give(name, entry.level);
  }
  for (const { epoch, identity, level, keyVersion } of grantsIn(blocks, epochs)) {
    if (identity === holder.identity && keyVersion <= holder.keyVersion) give(epoch, level);
  }
  return known;
}

/** Those to whom a set of blocks shows an epoch to be known, directly or through what wraps it, and at which level. */
export function knowersOf(room: Room, blocks: ReadonlySet<Block>, name: string): Map<string, Level> {
  const epochs = epochsIn(blocks);
  const knowers = new Map<string, Level>();
  const reach = new Map<string, Level>();
  const reachFrom = (other: string, level: Level): Level => {
    if (other === name) return level;
    if (room.rules.epoch !== "safe") return nothing;
    const known = reach.get(`${other} ${level}`);
    if (known !== undefined) return known;
    const found = closeKnowledge(new Map([[other, level]]), epochs).get(name) ?? nothing;
    reach.set(`${other} ${level}`, found);
    return found;
  };
  const know = (identity: string, other: string, level: Level): void => {
    const reached = reachFrom(other, level);
    if (reached > (knowers.get(identity) ?? nothing)) knowers.set(identity, reached);
  };
  for (const { name: other, author, rotate } of epochs.values()) {
    know(author, other, full);
    for (const [identity, { level }] of rotate.recipients) know(identity, other, level);
  }
  for (const { epoch, identity, level } of grantsIn(blocks, epochs)) know(identity, epoch, level);
  return knowers;
}

/** The members who may follow new blocks, sure of anybody or not; but only the sure ones read them. */
export function followersIn(room: Room, { state, commits }: Pick<Position, "state" | "commits">): Set<string> {
  const isIndexer = (identity: string): boolean =>
    room.eraAfter(commits).indexers.some((writer) => state.claimOf(writer)?.identity === identity);
  const { inDoubt } = room.rules;
  const follows = (identity: string): boolean =>
    state.sure.has(identity) || (inDoubt === "control, if indexers" ? isIndexer(identity) : inDoubt !== "nothing");
  return new Set([...state.members.keys()].filter(follows));
}

/** What a new epoch must know of: §7. */
export function triggersIn(room: Room, blocks: Iterable<Block>, state: State): Act[] {
  const acts = [...blocks].flatMap((block) => room.actsOf(block));
  const { rules } = room;
  return acts.filter((act) => {
    const { operation } = act;
    if (operation.kind === "update key") return true;
    if (operation.kind === "add") return rules.lateJoiners === "trigger" && operation.history !== "all";
    if (!state.open.has(act)) return false;
    if (rules.triggers === "restrictions" || operation.kind === "revoke writer") return true;
    if (operation.kind !== "remove") return false;
    return !acts.some((add) => adds(add, operation.identity) && add.block.past.has(act.block));
  });
}

/** Whether an epoch is safe for an author who knows these blocks. */
export function isSafe(
  room: Room,
  blocks: ReadonlySet<Block>,
  choice: Pick<Position, "state" | "commits"> & { name: string; author: string },
): boolean {
  const { state, name, author } = choice;
  const epoch = epochsIn(blocks).get(name);
  if (epoch === undefined || room.isVoidByItself(epoch.block)) return false;
  const knows = ({ block, operation: { kind } }: Act): boolean => {
    const mayBeInside = kind === "add" || (kind === "update key" && room.rules.ownUpdates === "known");
    return epoch.block.past.has(block) || (mayBeInside && block === epoch.block);
  };
  const isKnown = room.rules.epoch !== "safe" || triggersIn(room, blocks, state).every(knows);
  const followers = followersIn(room, choice);
  const mayKnow = (identity: string, level: Level): boolean =>
    identity === author ||
    (level < read ? followers : state.sure).has(identity) ||
    (level < read && room.rules.inDoubt === "control, for good");
  return isKnown && [...knowersOf(room, blocks, name)].every(([identity, level]) => mayKnow(identity, level));
}

/** The read rule: whether the epoch of a block, or what it rotates to, makes it void by itself. */
export function hasUnsafeEpoch(
  room: Room,
  block: Block,
  { state, author }: { state: State; author: Authorship },
): boolean {
  if (room.rules.epoch === "latest" || room.rules.epoch === "none") return false;
  const rotations = block.operations.filter(({ kind }) => kind === "rotate");
  const rotate = rotateOf(block);
  const { identity } = author;
  const { commits } = block;
  if (rotate === undefined) return !isSafe(room, block.past, { state, commits, name: block.epoch, author: identity });
  const before = epochsIn(block.past);
  const wrapsOthers = room.rules.wraps === "of the past" && [...rotate.wraps.keys()].some((name) => !before.has(name));
  if (rotations.length > 1 || rotate.epoch !== block.epoch || wrapsOthers) return true;
  const mayAdd = state.maySeal({ identity, writer: block.writer });
  const acts = mayAdd ? authorise(block, { state, authorship: author }) : [];
  const followers = followersIn(room, { state, commits });
  return [...rotate.recipients].some(
    ([one, { level }]) =>
      one !== identity && !(level < read ? followers : state.sure).has(one) && !acts.some((act) => adds(act, one)),
  );
}

/** What a member is due of an epoch: §7. */
export function dueOf(state: State, identity: string, epoch: Epoch): Level {
  const admission = state.members.get(identity)?.admission;
  if (admission === undefined) return nothing;
  if (!state.sure.has(identity)) return control;
  const { block, history } = admission;
  if (history === "all") return full;
  return block !== undefined && isIn(block, epoch.block) ? levelOf(history) : control;
}
