import { type Bytes, encodeHex } from "@coterie/bytes";
import type { Membership } from "../src/index.ts";
import type { MemberHistory, Operation, WriterCap } from "../src/membership/operation.ts";
import {
  adding,
  type BlockChoice,
  capAt,
  certifying,
  closureOf,
  forking,
  granting,
  indexing,
  keyOf,
  making,
  namesIn,
  Peer,
  personOf,
  removing,
  revoking,
  Scene,
  type SceneBlock,
  updatingKey,
} from "./membership-scene.ts";

export const people = ["alice", "bob", "carol", "dave", "erin", "mallory"];
const histories: readonly MemberHistory[] = ["all", "since-join", "snapshot"];

/** Numbers that a seed decides: mulberry32. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error("nothing to pick from");
    return item;
  }
}

/**
 * A history that a seed decides: people write with what they have seen so far, which is seldom everything; admins add, remove, promote and
 * demote each other at once; some write behind removals that they have seen; leaders commit now and then.
 */
export function randomHistory(seed: number, length: number = 24): Scene {
  const dice = new Dice(seed);
  const scene = new Scene();
  const peer = new GrowingPeer(scene);
  const seenBy = new Map<string, SceneBlock[]>();
  peer.write({ by: "alice/1", does: [adding("bob", "admin"), adding("carol", "admin"), granting] });
  for (const person of ["bob", "carol"]) peer.write({ by: `${person}/1`, does: [certifying(`${person}/1`)] });
  const start = [...scene.heads()];
  while (scene.blocks.length < length) {
    if (dice.chance(12)) duel(dice, { scene, peer });
    const writer = `${dice.pick(people)}/${dice.chance(85) ? 1 : 2}`;
    const seen = seenBy.get(writer) ?? [...start];
    // Now and then a writer catches up with somebody.
    if (dice.chance(35)) seen.push(dice.pick(scene.blocks));
    seenBy.set(writer, seen);
    const own = scene.blocks.findLast((block) => block.writer === writer);
    const isForked = own !== undefined && dice.chance(3);
    const previous = isForked ? own.previous : own;
    const after = dice.chance(10) ? [...start] : [...seen];
    const before = previous === undefined ? after : [previous, ...after];
    const membership = peer.membershipAt(before);
    const isWelcome =
      own === undefined ? membership.find(keyOf(personOf(writer))) : membership.findAuthor(keyOf(writer), own.seq + 1);
    if (isWelcome === undefined && !dice.chance(own === undefined ? 3 : 20)) continue;
    const does = own === undefined || isForked ? firstOperations(dice, writer) : [];
    const count = 1 + dice.below(2);
    const view = { dice, scene, before, membership, writer };
    for (let i = 0; i < count; i++) does.push(randomOperation(view));
    const known = peer.commitsIn(before);
    const least = Math.max(0, ...before.map(({ commits }) => commits));
    const commits = dice.chance(70) || known < least ? Math.max(known, least) : least + dice.below(known - least + 1);
    const isVoidByItself = dice.chance(3);
    const block = peer.write({ by: writer, after, previous, does, commits, isVoidByItself });
    seen.push(block);
    if (dice.chance(20)) peer.commitAny(dice);
  }
  return scene;
}

/** Admins who remove or demote each other at once: two of them, in a circle, or in a chain. */
function duel(dice: Dice, { scene, peer }: { readonly scene: Scene; readonly peer: GrowingPeer }): void {
  const after = dice.chance(70) ? [...scene.heads()] : [dice.pick(scene.blocks)];
  const membership = peer.membershipAt(after);
  const admins = people.filter((name) => membership.find(keyOf(name))?.role === "admin");
  const writers = admins.filter((name) => membership.isValidWriter(keyOf(`${name}/1`)));
  const length = Math.min(writers.length, 2 + dice.below(3));
  const start = dice.below(Math.max(1, writers.length));
  const circle = Array.from({ length }, (_, at) => writers[(start + at) % writers.length] ?? "alice");
  const commits = peer.commitsIn(after);
  for (const [at, name] of circle.entries()) {
    const target = circle[(at + 1) % length] ?? name;
    const caps = scene.capsOf(target, after);
    const operation = dice.chance(75) ? removing(target, caps) : making(target, "member", caps);
    if (target !== name && dice.chance(90)) peer.write({ by: `${name}/1`, after, does: [operation], commits });
  }
}

function firstOperations(dice: Dice, writer: string): Operation[] {
  return dice.chance(95) ? [certifying(writer)] : [];
}

interface View {
  readonly dice: Dice;
  readonly scene: Scene;
  readonly before: readonly SceneBlock[];
  readonly membership: Membership;
  readonly writer: string;
}

function randomOperation({ dice, scene, before, membership, writer }: View): Operation {
  const self = personOf(writer);
  const present = people.filter((name) => membership.find(keyOf(name)) !== undefined);
  const unsure = people.filter((name) => !membership.isSure(keyOf(name)));
  const others = present.filter((name) => name !== self && (name !== "alice" || dice.chance(30)));
  const target = others.length > 0 && dice.chance(95) ? dice.pick(others) : dice.pick(people);
  const hasCaps = dice.chance(90);
  const caps = (): readonly WriterCap[] => (hasCaps ? scene.capsOf(target, before) : []);
  const kind = dice.below(100);
  if (kind < 34) {
    const added = unsure.length > 0 && dice.chance(90) ? dice.pick(unsure) : dice.pick(people);
    return adding(added, dice.chance(75) ? "admin" : "member", dice.pick(histories));
  }
  if (kind < 54) return removing(target, caps());
  if (kind < 62) return making(target, "member", caps());
  if (kind < 75) return making(target, "admin");
  if (kind < 80) return revoking(capAt(dice.pick([...closureOf(before)])));
  if (kind < 86) return updatingKey(self, dice.below(4));
  if (kind < 92) return indexing(`${dice.pick(people)}/1`, `${dice.pick(people)}/2`);
  if (kind < 94) return forking(`${target}/1`, dice.below(5));
  return granting;
}

/** A peer that follows a scene as it grows. */
class GrowingPeer {
  readonly #scene: Scene;
  readonly #peer: Peer;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#peer = new Peer(scene);
  }

  write(choice: BlockChoice): SceneBlock {
    const block = this.#scene.write(choice);
    this.#peer.admit(block);
    return block;
  }

  /** How many commits somebody knows that has seen `blocks`. */
  commitsIn(blocks: readonly SceneBlock[]): number {
    const seen = closureOf(blocks);
    return this.#scene.leaders.filter((leader) => seen.has(leader)).length;
  }

  membershipAt(blocks: readonly SceneBlock[]): Membership {
    return this.#peer.membership(blocks, this.commitsIn(blocks));
  }

  commitAny(dice: Dice): void {
    const last = this.#scene.leaders.at(-1);
    const block = dice.pick(this.#scene.blocks);
    if (block === last || (last !== undefined && !block.past.has(last))) return;
    this.#scene.commit(block);
    this.#peer.catchUp();
  }
}

/** A topological order that a seed decides. */
export function shuffled(scene: Scene, seed: number): readonly SceneBlock[] {
  const dice = new Dice(seed);
  const left = new Set(scene.blocks);
  const order: SceneBlock[] = [];
  while (left.size > 0) {
    const free = [...left].filter(({ past }) => [...past].every((block) => !left.has(block)));
    const next = dice.pick(free);
    left.delete(next);
    order.push(next);
  }
  return order;
}

/** Everything that membership says at some moments of a scene, so that peers can be compared. */
export function describePeer(peer: Peer, scene: Scene): Readonly<Record<string, string>> {
  const told: Record<string, string> = {};
  for (const block of scene.blocks) told[`authorised ${block.name}`] = String(peer.authorised.get(block));
  for (const [at, block] of scene.blocks.entries()) {
    if (at % 6 !== 0) continue;
    const commits = at % 12 === 0 ? block.commits : scene.leaders.length;
    told[`up to ${block.name}, ${commits} commits`] = describeAt(peer, peer.membership([block], commits));
  }
  for (const commits of new Set([0, scene.leaders.length >>> 1, scene.leaders.length])) {
    const membership = peer.membership(scene.blocks, commits);
    told[`all, ${commits} commits`] = describeAt(peer, membership);
    told[`cut, ${commits} commits`] = describeCuts(peer, scene, membership);
  }
  return told;
}

function describeAt(peer: Peer, membership: Membership): string {
  return JSON.stringify({
    who: namesIn(membership, people),
    members: membership.members.map((member) => [
      short(member.identity),
      short(member.sealingKey),
      member.keyVersion,
      member.history,
      peer.nameOf(member.admission.control),
      membership.validWritersOf(member).map(short),
    ]),
    sure: membership.sureMembers.map(({ identity }) => short(identity)),
    indexers: membership.indexers.map(short),
    triggers: peer.namesOf(membership.triggers),
    frozen: membership.frozenWriters.map(({ writer, seq }) => `${short(writer)} ${seq}`).sort(),
    void: peer.log.sets
      .ids(membership.set)
      .filter((control) => membership.isVoidControl(control))
      .map((control) => peer.nameOf(control))
      .sort(),
  });
}

/** As if the blocks were no control blocks. */
function describeCuts(peer: Peer, scene: Scene, membership: Membership): string {
  return scene.blocks
    .map((block) => {
      const isInPastOf = (control: number): boolean => peer.blocks[control]?.past.has(block) ?? false;
      const reason = membership.findCutReason({ ...block, writer: keyOf(block.writer), isInPastOf });
      return `${block.name} ${reason?.kind}`;
    })
    .join();
}

function short(key: Bytes): string {
  return encodeHex(key.subarray(0, 4));
}
