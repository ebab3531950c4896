/**
 * Strict mode under siege: as many liars as it bears, who lead the first waves, and a scheduler that delivers single blocks (with what is
 * before them) to whom it likes. Everybody writes as soon as the next round is open.
 */
import { Dice, type TestBlock } from "./linearizer-dag.ts";
import { Peer, type RoomRules } from "./linearizer-peers.ts";
import type { Weather } from "./linearizer-weather.ts";

export function siege(seed: number, create: RoomRules["create"]): Weather {
  const dice = new Dice(seed);
  const writers = dice.pick([4, 4, 5, 7]);
  const liars = Math.ceil(writers / 3) - 1;
  const indexers = Array.from({ length: writers }, (_, writer) => writer);
  const rules = { mode: "strict", indexers, interval: dice.pick([6, 1_000]), create } as const;
  const honest = indexers.slice(liars).map((writer) => new Peer(dice, rules, writer));
  const personas = indexers
    .slice(0, liars)
    .flatMap((writer) => [new Peer(dice, rules, writer), new Peer(dice, rules, writer)]);
  const peers = [...honest, ...personas];
  for (const peer of peers) peer.write({ isValue: true });
  const steps = 10 * writers + dice.below(20 * writers);
  for (let step = 0; step < steps; step++) {
    const [from, to] = [dice.pick(peers), dice.pick(peers)];
    for (let single = dice.below(3); single >= 0; single--)
      deliver(from, to, dice.pick(from.dag.blocks.slice(-2 * writers)));
    to.advance();
    if (to.isAckDue()) to.write({ isValue: true });
    else if (personas.includes(to) && dice.chance(0.1)) to.write({ isValue: true, heads: dice.below(3) });
  }
  for (const to of honest) for (const from of peers) to.receive(from.dag.blocks);
  for (const peer of honest) peer.advance();
  const blocks = honest[0]?.dag.blocks ?? [];
  return { rules, alive: honest, gone: [], blocks, ackRounds: undefined, isQuorumAlive: false, hasLiar: true };
}

function deliver(from: Peer, to: Peer, block: TestBlock): void {
  const missing = new Set([block]);
  for (const one of missing) for (const parent of one.parents) if (!to.dag.has(parent)) missing.add(parent);
  to.receive(from.dag.blocks.filter((one) => missing.has(one)));
}
