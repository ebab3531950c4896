/** Histories among gangs that write under any epoch that they know, seal new ones to anybody and grant old ones to anybody. */
import type { Genesis } from "../src/rooms/acts.ts";
import { type Block, holderOf } from "../src/rooms/blocks.ts";
import { hasUnsafeEpoch, rotateOf } from "../src/rooms/epochs.ts";
import { Peer } from "../src/rooms/peer.ts";
import { Room } from "../src/rooms/room.ts";
import { type Rules, theRules } from "../src/rooms/rules.ts";
import { builtOn, leaksIn, missingIn } from "./rooms-checks.ts";
import { bannedOf, gangOf, isSplit, mingle } from "./rooms-histories.ts";
import { hasQuorum, openIn, thereIn } from "./rooms-liveness.ts";
import { forge } from "./rooms-mischief.ts";
import { Schedule } from "./rooms-schedule.ts";

export interface HostileTally {
  forged: number;
  voidForged: number;
  splits: number;
  /** Where so many indexers are of the gang, or removed, that nothing has to become final. */
  withoutQuorum: number;
  faults: string[];
}

export interface HostileChoice {
  readonly rules?: Partial<Rules>;
  readonly mode?: Genesis["mode"];
  /** How many of the first members are indexers, those of the gang among them; if more than one, finality is asked for as well (I6). */
  readonly indexers?: number;
}

/** Every other gang keeps its keys to itself; then nobody who was removed may read anything (K1). */
export function runHostile(seed: number, tally: HostileTally, choice: HostileChoice = {}): Schedule {
  const { mode = "majority", indexers = 1 } = choice;
  const rules = { ...theRules, ...choice.rules };
  const keepsKeys = seed % 2 === 0;
  const schedule = new Schedule({
    seed,
    rules,
    people: Math.max(4 + (seed % 4), indexers + 1),
    steps: 0,
    genesis: { mode },
  });
  if (indexers > 1) schedule.nameIndexers(indexers);
  const { room, peers, blocks } = schedule;
  const people = peers.map(({ identity }) => identity);
  const identities = new Set(gangOf(people, seed));
  // Those of the gang write forged blocks only.
  peers.splice(0, peers.length, ...peers.filter(({ identity }) => !identities.has(identity)));
  const { chance } = schedule;
  const forged = mingle(schedule, { room, chance, identities, prefix: "x", keepsKeys }, people);
  schedule.heal();
  for (let round = 0; round < 4; round++) {
    schedule.settle();
    schedule.writeRound();
  }
  const before = blocks.size;
  schedule.writeRound();
  const fault = (what: string): number => tally.faults.push(`seed ${seed} ${JSON.stringify(choice)}: ${what}`);
  if (!hasQuorum(schedule)) tally.withoutQuorum++;
  else if (indexers > 1) {
    schedule.settle();
    for (const what of openIn(schedule).slice(0, 1)) fault(what);
  }
  // Others, whom the rest does not take for members, are on their own.
  const isSure = ({ writer }: Block): boolean =>
    room.state(blocks, room.commitsIn(blocks).length).sure.has(holderOf(writer));
  const rotatesSince = (count: number): boolean =>
    [...blocks].slice(count).some((block) => rotateOf(block) !== undefined && isSure(block));
  if (rotatesSince(before)) fault("rotations go on");
  tally.forged += forged.size;
  for (const block of blocks) {
    if (!room.isVoidByItself(block)) continue;
    if (forged.has(block)) tally.voidForged++;
    else fault(`${block.name} keeps to the rules and is void by itself`);
  }
  for (const peer of peers) {
    const own = new Room(room.genesis, rules, hasUnsafeEpoch);
    own.commitsIn(peer.applied);
    const other = [...peer.applied].find((block) => own.isVoidByItself(block) !== room.isVoidByItself(block));
    if (other !== undefined) fault(`${peer.identity} judges ${other.name} otherwise`);
  }
  const knownForged = (): number =>
    peers.reduce((sum, { applied }) => sum + [...forged].filter((one) => applied.has(one)).length, 0);
  const heard = knownForged();
  const isKnown = thereIn(schedule).every(({ commits }) => commits === room.commitsIn(blocks).length);
  const late = isKnown ? bannedOf(schedule, identities) : [];
  for (let i = 0; i < 20 && late.length > 0; i++) {
    const block = forge({ room, chance, identities: new Set(late), prefix: "y", keepsKeys }, blocks, people);
    if (block !== undefined) blocks.add(block);
  }
  schedule.heal();
  const then = blocks.size;
  schedule.writeRound();
  // Their grants may open what others of the gang wrote before; that counts.
  if (rotatesSince(then) && knownForged() === heard) fault("those whose removal is decided make others rotate");
  for (let round = 0; round < 2; round++) schedule.writeRound();
  const everybody = [...new Set([...people, ...identities])].map(
    (identity) => new Peer(room, identity, `${identity}.0`),
  );
  const [leak] = keepsKeys ? leaksIn({ room, blocks, peers: everybody }) : [];
  if (leak !== undefined) fault(`${leak.who} reads ${leak.block}`);
  const [missing] = missingIn(schedule, builtOn(schedule));
  if (missing !== undefined) fault(missing);
  return schedule;
}

/** Some histories; those in which liars made two orders final are only counted. */
export function runManyHostile(
  seeds: { readonly from: number; readonly count: number },
  choice: HostileChoice = {},
): HostileTally {
  const tally: HostileTally = { forged: 0, voidForged: 0, splits: 0, withoutQuorum: 0, faults: [] };
  for (let seed = seeds.from; seed < seeds.from + seeds.count; seed++) {
    try {
      runHostile(seed, tally, choice);
    } catch (error) {
      if (!isSplit(error)) throw error;
      tally.splits++;
    }
  }
  return tally;
}
