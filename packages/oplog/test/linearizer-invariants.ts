/** The invariants of docs/protocol/rooms.md §4.3, on one room in bad weather. */
import { createLinearizer } from "../src/index.ts";
import { Dice, type TestBlock } from "./linearizer-dag.ts";
import { Peer } from "./linearizer-peers.ts";
import { siege } from "./linearizer-siege.ts";
import { linearizeByTheBook } from "./linearizer-twin.ts";
import { weather, type Weather } from "./linearizer-weather.ts";

/** What a run was like, so that tests can say that they saw enough. */
export interface Sighting {
  readonly blocks: number;
  readonly commits: number;
  readonly eras: number;
  readonly forks: number;
  readonly hasLiar: boolean;
  readonly ackRounds: number | undefined;
}

/** Runs the seed with this linearizer: bad weather, or a siege. @throws Error that names the seed and the invariant */
export function checkInvariants(seed: number, create: typeof createLinearizer = createLinearizer): Sighting {
  const seen = seed % 4 === 3 ? siege(seed, create) : weather(seed, create);
  const fail = (invariant: string): never => {
    throw new Error(`seed ${seed}: ${invariant}`);
  };
  for (const peer of seen.alive) if (!isCausal([...peer.final, ...peer.tail])) fail("I1: a block before its parent");
  const orders = [...seen.alive, ...seen.gone].map((peer) => peer.final).sort((a, b) => a.length - b.length);
  orders.slice(1).forEach((order, at) => isPrefix(orders[at] ?? [], order) || fail("I3: two peers' finals conflict"));
  checkSameBlocks(seed, seen, fail);
  checkViews(seed, seen, fail);
  if (seen.isQuorumAlive) {
    if (seen.ackRounds === undefined) fail("I6: no silence");
    if (seen.alive.some((peer) => peer.openValues > 0)) fail("I6: a value is not final");
  }
  const [first] = seen.alive;
  return {
    blocks: seen.blocks.length,
    commits: first?.linearizer.commits ?? 0,
    eras: first?.linearizer.era ?? 0,
    forks: seen.blocks.length - new Set(seen.blocks.map(({ writer, seq }) => `${writer} ${seq}`)).size,
    hasLiar: seen.hasLiar,
    ackRounds: seen.ackRounds,
  };
}

/** I2, I4, I5: whoever has these blocks has this order, whenever they came; the twin agrees. */
function checkSameBlocks(seed: number, { alive, blocks, rules }: Weather, fail: (invariant: string) => void): void {
  const dice = new Dice(seed + 0.5);
  const expected = linearizeByTheBook({ ...rules, blocks, first: dice.pick(["earliest", "latest"]) });
  const fresh = new Peer(dice, rules, 0);
  const finals: TestBlock[][] = [];
  for (const block of shuffleCausally(dice, blocks)) {
    fresh.receive([block]);
    if (!dice.chance(0.1)) continue;
    fresh.advance();
    finals.push(fresh.final);
  }
  fresh.advance();
  if (finals.some((final) => !isPrefix(final, fresh.final))) fail("I2: something final changed");
  for (const peer of [fresh, ...alive]) {
    if (!isSame(peer.final, expected.final)) fail("I4: another final order than the twin's");
    if (!isSame(peer.tail, expected.tail)) fail("I4: another tentative order than the twin's");
    if (peer.linearizer.commits !== expected.commits || peer.linearizer.era !== expected.era) fail("I4: other commits");
    if (peer.linearizer.orderHash.join() !== fresh.linearizer.orderHash.join()) fail("I4: another order hash");
  }
}

/** I3: whoever knows only some of the blocks, with all that is before them, has a prefix of the final order. */
function checkViews(seed: number, { alive, blocks, rules }: Weather, fail: (invariant: string) => void): void {
  const dice = new Dice(seed + 0.25);
  for (let view = 0; view < 4; view++) {
    const heads = dice.shuffle(blocks.slice(dice.below(blocks.length))).slice(0, 1 + dice.below(6));
    const known = new Set(heads);
    for (const block of known) for (const parent of block.parents) known.add(parent);
    const observer = new Peer(dice, rules, 0);
    observer.receive(blocks.filter((block) => known.has(block)));
    observer.advance();
    for (const { final } of alive.slice(0, 1)) {
      const [short, long] = [observer.final, final].sort((a, b) => a.length - b.length);
      if (!isPrefix(short ?? [], long ?? [])) fail("I3: a view of fewer blocks conflicts");
    }
  }
}

function isCausal(order: readonly TestBlock[]): boolean {
  const before = new Set<TestBlock>();
  return order.every((block) => block.parents.every((parent) => before.has(parent)) && before.add(block));
}

function isPrefix(short: readonly TestBlock[], long: readonly TestBlock[]): boolean {
  return short.every((block, at) => block === long[at]);
}

function isSame(a: readonly TestBlock[], b: readonly TestBlock[]): boolean {
  return a.length === b.length && isPrefix(a, b);
}

/** The same blocks in another order of arrival. */
function shuffleCausally(dice: Dice, blocks: readonly TestBlock[]): TestBlock[] {
  const arrived = new Set<TestBlock>();
  const order: TestBlock[] = [];
  const waiting = dice.chance(0.5)
    ? dice.shuffle(blocks)
    : blocks.toSorted((a, b) => a.writer - b.writer || a.seq - b.seq);
  while (order.length < blocks.length) {
    for (const block of waiting) {
      if (arrived.has(block) || !block.parents.every((parent) => arrived.has(parent))) continue;
      arrived.add(block);
      order.push(block);
    }
  }
  return order;
}
