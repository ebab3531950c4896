/** Epochs and who knows them: docs/protocol/rooms.md §6, and what is safe in §7. Sealing is giving. */
import { type Act, adds, type Authorship } from "./acts.ts";
import { authorise } from "./authorising.ts";
import {
  type Block,
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

/** What blocks give to somebody who holds the versions of a sealing key up to a greatest one, and what it made itself. */
export function learn(
  blocks: ReadonlySet<Block>,
  holder: { readonly identity: string; readonly keyVersion: number; readonly isAuthor: boolean },
): Knowledge {
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
  return closeKnowledge(known, epochs);
}

/** Those to whom a set of blocks shows an epoch to be known, at any level. */
export function knowersOf(room: Room, blocks: ReadonlySet<Block>, name: string): Set<string> {
  const epochs = epochsIn(blocks);
  const over = [...epochs.keys()].filter((other) => closeKnowledge(new Map([[other, full]]), epochs).has(name));
  if (room.rules.epoch !== "safe") over.splice(0, over.length, name);
  const knowers = new Set<string>();
  for (const other of over) {
    const epoch = epochs.get(other);
    if (epoch === undefined) continue;
    for (const identity of [epoch.author, ...epoch.rotate.recipients.keys()]) knowers.add(identity);
  }
  for (const { epoch, identity } of grantsIn(blocks, epochs)) if (over.includes(epoch)) knowers.add(identity);
  return knowers;
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
  choice: { state: State; name: string; author: string },
): boolean {
  const { state, name, author } = choice;
  const epoch = epochsIn(blocks).get(name);
  if (epoch === undefined || room.isVoidByItself(epoch.block)) return false;
  const knows = ({ block, operation: { kind } }: Act): boolean => {
    const mayBeInside = kind === "add" || (kind === "update key" && room.rules.ownUpdates === "known");
    return epoch.block.past.has(block) || (mayBeInside && block === epoch.block);
  };
  const isKnown = room.rules.epoch !== "safe" || triggersIn(room, blocks, state).every(knows);
  return isKnown && [...knowersOf(room, blocks, name)].every((one) => one === author || state.sure.has(one));
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
  if (rotate === undefined) return !isSafe(room, block.past, { state, name: block.epoch, author: identity });
  const before = epochsIn(block.past);
  const wrapsOthers = room.rules.wraps === "of the past" && [...rotate.wraps.keys()].some((name) => !before.has(name));
  if (rotations.length > 1 || rotate.epoch !== block.epoch || wrapsOthers) return true;
  const mayAdd = state.maySeal({ identity, writer: block.writer });
  const acts = mayAdd ? authorise(block, { state, authorship: author }) : [];
  return [...rotate.recipients.keys()].some(
    (one) => one !== identity && !state.sure.has(one) && !acts.some((act) => adds(act, one)),
  );
}

/** What somebody is due of an epoch: §7. */
export function dueOf(state: State, identity: string, epoch: Epoch): Level {
  const admission = state.members.get(identity)?.admission;
  if (admission === undefined) return nothing;
  const { block, history } = admission;
  if (history === "all") return full;
  return block !== undefined && isIn(block, epoch.block) ? levelOf(history) : control;
}
