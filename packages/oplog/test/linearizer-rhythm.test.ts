import { expect, it } from "vitest";
import { createLinearizer, quorumOf } from "../src/index.ts";
import { Dice } from "./linearizer-dag.ts";
import { Peer } from "./linearizer-peers.ts";

/** Who acts at once in each step of a rhythm, after all have heard all: everybody in some step. */
function compose(dice: Dice, living: readonly number[]): number[][] {
  const crowd = dice.pick([0, 0.4]);
  const steps = Array.from({ length: living.length + dice.below(2 * living.length) }, () => {
    const alone = dice.pick(living);
    return living.filter((writer) => writer === alone || dice.chance(crowd));
  });
  const missing = living.filter((writer) => !steps.some((step) => step.includes(writer)));
  return [...steps, ...missing.map((writer) => [writer])];
}

it("lets no steady rhythm of indexers keep a value open", () => {
  const stuck = Array.from({ length: 1_500 }, (_, seed) => seed).filter((seed) => !doesSettle(seed));
  expect(stuck).toEqual([]);
});

/** Whether a value of this seed's room becomes final within twenty times of its rhythm. */
function doesSettle(seed: number): boolean {
  const dice = new Dice(seed);
  const mode = dice.pick(["majority", "strict"] as const);
  const indexers = Array.from({ length: 2 + dice.below(5) }, (_, writer) => writer);
  const quorum = quorumOf(mode, indexers.length);
  const living = dice.shuffle(indexers).slice(0, quorum + dice.below(indexers.length - quorum + 1));
  const rules = { mode, indexers, interval: 1_000, create: createLinearizer };
  const peers = living.map((writer) => new Peer(dice, rules, writer));
  const exchange = (): void => {
    for (const to of peers) for (const from of peers) to.receive(from.dag.blocks);
    for (const peer of peers) peer.advance();
  };
  peers[0]?.write({ isValue: true });
  exchange();
  const rhythm = compose(dice, living);
  for (let times = 0; times < 20 && peers.some((peer) => peer.openValues > 0); times++) {
    for (const step of rhythm) {
      const due = peers.filter((peer) => step.includes(peer.writer) && peer.isAckDue());
      for (const peer of due) peer.write({ isValue: false });
      exchange();
    }
  }
  return peers.every((peer) => peer.openValues === 0);
}
