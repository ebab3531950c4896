import { describe, expect, it } from "vitest";
import { hasUnsafeEpoch, rotateOf } from "../src/rooms/epochs.ts";
import { Peer } from "../src/rooms/peer.ts";
import { Room } from "../src/rooms/room.ts";
import { theRules } from "../src/rooms/rules.ts";
import { builtOn, leaksIn, missingIn } from "./rooms-checks.ts";
import { bannedOf, gangOf, isSplit, mingle } from "./rooms-histories.ts";
import { forge } from "./rooms-mischief.ts";
import { Schedule } from "./rooms-schedule.ts";

interface Tally {
  forged: number;
  voidForged: number;
  splits: number;
  faults: string[];
}

/** A gang writes under any epoch that it knows, seals new ones to anybody and grants old ones to anybody. */
function run(seed: number, tally: Tally, keepsKeys: boolean): void {
  const schedule = new Schedule({ seed, rules: theRules, people: 4 + (seed % 4), steps: 0 });
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
  const fault = (what: string): number => tally.faults.push(`seed ${seed}: ${what}`);
  const rotatesSince = (count: number): boolean =>
    [...blocks].slice(count).some((block) => rotateOf(block) !== undefined);
  if (rotatesSince(before)) fault("rotations go on");
  tally.forged += forged.size;
  for (const block of blocks) {
    if (!room.isVoidByItself(block)) continue;
    if (forged.has(block)) tally.voidForged++;
    else fault(`${block.name} keeps to the rules and is void by itself`);
  }
  for (const peer of peers) {
    const own = new Room(room.genesis, theRules, hasUnsafeEpoch);
    own.commitsIn(peer.applied);
    const other = [...peer.applied].find((block) => own.isVoidByItself(block) !== room.isVoidByItself(block));
    if (other !== undefined) fault(`${peer.identity} judges ${other.name} otherwise`);
  }
  const late = bannedOf(schedule, identities);
  for (let i = 0; i < 20 && late.length > 0; i++) {
    const block = forge({ room, chance, identities: new Set(late), prefix: "y", keepsKeys }, blocks, people);
    if (block !== undefined) blocks.add(block);
  }
  schedule.heal();
  const then = blocks.size;
  schedule.writeRound();
  if (rotatesSince(then)) fault("those whose removal is decided make others rotate");
  for (let round = 0; round < 2; round++) schedule.writeRound();
  const everybody = [...new Set([...people, ...identities])].map(
    (identity) => new Peer(room, identity, `${identity}.0`),
  );
  const [leak] = keepsKeys ? leaksIn({ room, blocks, peers: everybody }) : [];
  if (leak !== undefined) fault(`${leak.who} reads ${leak.block}`);
  const [missing] = missingIn(schedule, builtOn(schedule));
  if (missing !== undefined) fault(missing);
}

describe("keys of rooms among gangs (docs/protocol/rooms.md §7)", () => {
  it("are judged alike by all, and those who keep to the rules read on, in 150 histories (K1, K2, K4, K5)", () => {
    const tally: Tally = { forged: 0, voidForged: 0, splits: 0, faults: [] };
    for (let seed = 1; seed <= 150; seed++) {
      try {
        run(seed, tally, seed % 2 === 0);
      } catch (error) {
        if (!isSplit(error)) throw error;
        tally.splits++;
      }
    }
    expect(tally.faults).toEqual([]);
    expect(tally.voidForged).toBeGreaterThan(150);
    expect(tally.forged - tally.voidForged).toBeGreaterThan(100);
    expect(tally.splits).toBeLessThan(5);
  });
});
