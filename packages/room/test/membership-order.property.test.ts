import { expect, it } from "vitest";
import { describePeer, people, randomHistory, shuffled } from "./membership-histories.ts";
import { namesIn, Peer } from "./membership-scene.ts";

const isFull = process.env["COTERIE_FULL"] === "1";
// Whole rooms are played 1,000 times a day (rooms-schedules.property.test.ts).
const seeds = isFull ? 10_000 : 300;

it(`D3: says the same whatever order blocks and commits are told in (${seeds} seeds)`, { timeout: 900_000 }, () => {
  const seen = { doubts: 0, voids: 0, decided: 0, members: 0 };
  for (let seed = 1; seed <= seeds; seed++) {
    const scene = randomHistory(seed);
    const peer = new Peer(scene);
    const told = describePeer(peer, scene);
    const other = new Peer(scene, { order: shuffled(scene, seed), isEager: seed % 2 === 0 });
    expect(describePeer(other, scene), `seed ${seed}`).toEqual(told);
    const now = peer.membership();
    seen.doubts += now.members.length - now.sureMembers.length;
    seen.members += now.members.length;
    seen.voids += [...peer.controls.values()].filter((control) => now.isVoidControl(control)).length;
    seen.decided += Number(now.triggers !== peer.membership(scene.blocks, 0).triggers);
    expect(namesIn(now, people), `seed ${seed}`).toBeDefined();
  }
  // A generator that makes no trouble tests nothing.
  for (const [what, count] of Object.entries(seen)) expect(count, `${what}`).toBeGreaterThan(seeds / 5);
});
