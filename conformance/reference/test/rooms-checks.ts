/** What must be true of keys at the end of a history: K1 to K3. */
import { type Act, adds, isAfterAll, placeOf, removes } from "../src/rooms/acts.ts";
import {
  type Block,
  closureOf,
  control,
  full,
  holderOf,
  isIn,
  type Level,
  nothing,
  read,
} from "../src/rooms/blocks.ts";
import {
  closeKnowledge,
  epochsIn,
  followersIn,
  grantsOf,
  type Knowledge,
  learn,
  rotateOf,
} from "../src/rooms/epochs.ts";
import type { Room } from "../src/rooms/room.ts";
import { type Stand, standingOf } from "../src/rooms/standing.ts";
import type { Schedule } from "./rooms-schedule.ts";

export type History = Pick<Schedule, "room" | "peers" | "blocks">;

export interface Leak {
  readonly block: string;
  readonly who: string;
  readonly level: Level;
  /** Whether a removal of this very person is in the block's past, and no add follows it anywhere. */
  readonly isPlain: boolean;
}

function actsIn(room: Room, blocks: Iterable<Block>): Act[] {
  return [...blocks].flatMap((block) => room.actsOf(block));
}

/** What somebody knows who sees all that is public and ever held a key of its own. */
export function knowledgeOf(blocks: ReadonlySet<Block>, identity: string): Knowledge {
  return learn(blocks, { identity, keyVersion: Number.POSITIVE_INFINITY, isAuthor: true });
}

export function poolOf(known: readonly Knowledge[], blocks: ReadonlySet<Block>): Knowledge {
  const pool: Knowledge = new Map();
  for (const one of known) {
    for (const [name, level] of one) if (level > (pool.get(name) ?? nothing)) pool.set(name, level);
  }
  return closeKnowledge(pool, epochsIn(blocks));
}

/**
 * K1: who can read a block has an admission that no restriction in the block's past takes away, or that was final before. Those who have
 * none pool what they know. The block's author, and whom the block itself adds, are not asked.
 */
export function leaksIn({ room, peers, blocks }: History): Leak[] {
  const acts = actsIn(room, blocks);
  const commits = room.commitsIn(blocks);
  const { open } = room.state(blocks, commits.length);
  const final = new Map<Block, Stand>(
    [...(commits.at(-1)?.decisions.final ?? [])].filter(([, stand]) => stand === "good"),
  );
  const decisions = { restrictions: new Map<Act, boolean>(), final };
  const { genesis, rules, authorshipOf, isVoidByItself } = room;
  const knowledge = new Map(peers.map(({ identity }) => [identity, knowledgeOf(blocks, identity)]));
  const outsiders = (block: Block): string[] => {
    const held = new Set([...open].filter((act) => block.past.has(act.block)));
    const { isEffective } = standingOf({ genesis, rules, acts, decisions, authorshipOf, isVoidByItself }, held);
    return [...knowledge.keys()].filter((identity) => {
      const removals = [...held].filter((act) => removes(act, identity));
      if (identity === holderOf(block.writer) || (identity === genesis.founder && removals.length === 0)) return false;
      if (held.size === 0 || room.actsOf(block).some((act) => adds(act, identity))) return false;
      return !acts.some((act) => adds(act, identity) && isAfterAll(placeOf(act), removals) && isEffective(act));
    });
  };
  return [...blocks].flatMap((block) => {
    if (room.isVoidByItself(block)) return [];
    const outside = outsiders(block);
    const pool = poolOf(
      outside.map((identity) => knowledge.get(identity) ?? new Map()),
      blocks,
    );
    const level = pool.get(block.epoch) ?? nothing;
    if (level < (rules.inDoubt === "nothing" ? control : read)) return [];
    const reads = (identity: string): boolean => (knowledge.get(identity)?.get(block.epoch) ?? nothing) >= level;
    const who = outside.find(reads) ?? "all of them together";
    const isPlain = acts.some(
      (act) =>
        removes(act, who) &&
        open.has(act) &&
        block.past.has(act.block) &&
        !acts.some((add) => adds(add, who) && add.block.past.has(act.block)),
    );
    return [{ block: block.name, who, level, isPlain }];
  });
}

/** K1 for thieves of sealing keys: what is written in knowledge of a newer key opens with none of the older ones. */
export function theftsIn({ room, blocks }: Pick<History, "room" | "blocks">): string[] {
  return actsIn(room, blocks).flatMap(({ operation, block: update }) => {
    if (operation.kind !== "update key") return [];
    const { identity, version } = operation;
    const stolen = learn(blocks, { identity, keyVersion: version - 1, isAuthor: false });
    const after = [...blocks].filter((block) => block.past.has(update) && !room.isVoidByItself(block));
    const opened = after.filter(({ epoch }) => stolen.has(epoch));
    return opened.map(({ name }) => `version ${version - 1} of ${identity} opens ${name}`);
  });
}

/** What at least one of them could open: nobody can judge by what nobody can read. */
export function heardBy(peers: History["peers"]): Set<Block> {
  return new Set(peers.flatMap(({ applied }) => [...applied]));
}

/** K2: what a member should read or follow and cannot, though another one could grant it. `blocks` are those that count. */
export function missingIn({ room, peers, blocks: all }: History, blocks: ReadonlySet<Block> = all): string[] {
  const heard = heardBy(peers);
  const commits = room.commitsIn(heard).length;
  const state = room.state(heard, commits);
  const there = followersIn(room, { state, commits });
  // Where they cannot hear of one another, they may each have reasons for doubt that no quorum ends.
  const present = peers.filter(({ identity }) => there.has(identity));
  const states = present.map((peer) => peer.state);
  const members = present.filter(({ identity }) => states.every((one) => one.members.has(identity)));
  const isLost = (epoch: string, level: Level): boolean =>
    members.every((peer) => (peer.known.get(epoch) ?? nothing) < level);
  const isBuried = (block: Block): boolean => [...block.past].some(({ epoch }) => isLost(epoch, control));
  return members.flatMap(({ identity, known, applied }) => {
    const admission = state.members.get(identity)?.admission;
    return [...blocks].flatMap((block) => {
      const level = known.get(block.epoch) ?? nothing;
      // Of what is void by itself nobody is due more than to follow it.
      const isFull = admission?.history === "all" && !room.isVoidByItself(block);
      const isSure = [state, ...states].every(({ sure }) => sure.has(identity));
      const isLate = admission?.block !== undefined && isIn(admission.block, block);
      const knowsAdmission = isLate && !room.isVoidByItself(block);
      const wanted = !isSure ? control : isFull ? full : knowsAdmission ? read : control;
      const waits = level >= control && !applied.has(block) && !isBuried(block);
      const lacks = ([control, read, full] as const).some(
        (one) => level < one && one <= wanted && !isLost(block.epoch, one),
      );
      const verbs = [...(lacks ? ["lacks"] : []), ...(waits ? ["waits at"] : [])];
      return verbs.map((verb) => `${identity} ${verb} ${block.name}`);
    });
  });
}

/**
 * K5: links, order and membership under an epoch are known to nobody but those whom somebody who knows the epoch took for a member: by M of a
 * block that has its rotation in its past, or makes it. What such a block gives counts, and what that reaches.
 */
export function strangersIn({ room, peers, blocks }: History): string[] {
  const epochs = epochsIn(blocks);
  return peers.flatMap(({ identity }) => {
    const own = (block: Block): boolean =>
      holderOf(block.writer) === identity ||
      room.stateOf(block).members.has(identity) ||
      room.actsOf(block).some((act) => adds(act, identity));
    const allowed: Knowledge = new Map();
    for (const block of blocks) {
      const given = [rotateOf(block), ...grantsOf(block)].flatMap((one) => (one === undefined ? [] : [one.epoch]));
      if (own(block)) for (const name of given) allowed.set(name, full);
    }
    const reached = closeKnowledge(allowed, epochs);
    return [...knowledgeOf(blocks, identity).keys()]
      .filter((name) => !reached.has(name))
      .map((name) => `${identity} follows ${name}`);
  });
}

/** Who follows the newest blocks of members and is no member, by all that their authors know, and by all that anybody does. */
export function followersOf({ room, peers }: History, blocks: readonly Block[]): string[] {
  const heard = heardBy(peers);
  const { members } = room.state(heard, room.commitsIn(heard).length);
  const outside = peers.filter(({ identity }) => !members.has(identity));
  return blocks.flatMap(({ name, writer, epoch }) => {
    const author = peers.find(({ identity }) => identity === holderOf(writer) && members.has(identity));
    if (author === undefined) return [];
    const known = author.state.members;
    const follow = outside.filter((one) => !known.has(one.identity) && one.known.has(epoch));
    return follow.map(({ identity }) => `${identity} follows ${name}`);
  });
}

/** What those who are sure build on with their last blocks. */
export function builtOn({ room, peers, blocks }: History): Set<Block> {
  const { sure } = room.state(blocks, room.commitsIn(blocks).length);
  const last = peers.filter(({ identity }) => sure.has(identity)).map((peer) => peer.last);
  return closureOf(last.filter((block) => block !== undefined));
}

/** K6: those who are sure, and know the same commits, take the same people for members, with the same sealing keys. */
export function quarrelsIn({ room, peers }: History): string[] {
  const heard = heardBy(peers);
  const commits = room.commitsIn(heard).length;
  const { sure } = room.state(heard, commits);
  const there = peers.filter((peer) => sure.has(peer.identity) && peer.commits === commits);
  const texts = there.map(({ identity, state }) => {
    const people = [...state.members].map(
      ([one, { keyVersion, powers }]) => `${one} ${keyVersion} ${powers.length > 0}`,
    );
    return { identity, text: people.sort().join() };
  });
  const [first] = texts;
  return texts.flatMap(({ identity, text }) =>
    first === undefined || text === first.text ? [] : [`${first.identity} knows ${first.text}, ${identity} ${text}`],
  );
}

/** K3: epochs that somebody without full history reads though no add of it is known to them. */
export function excessIn({ room, peers, blocks }: History): string[] {
  const acts = actsIn(room, blocks);
  const epochs = epochsIn(blocks);
  return peers.flatMap(({ identity }) => {
    const own = acts.filter((act) => adds(act, identity));
    const isLimited = own.every(({ operation }) => operation.kind === "add" && operation.history !== "all");
    if (!isLimited || identity === room.genesis.founder) return [];
    return [...knowledgeOf(blocks, identity)].flatMap(([name, level]) => {
      const rotation = epochs.get(name)?.block;
      const isAllowed = level < read || own.some(({ block }) => rotation !== undefined && isIn(block, rotation));
      return isAllowed ? [] : [`${identity} reads ${name}`];
    });
  });
}
