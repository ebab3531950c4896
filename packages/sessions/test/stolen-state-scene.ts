/** Conversations during which the whole state is stolen at a random moment. */
import { nodePrimitives } from "@coterie/primitives/node";
import type { SessionMessage, SessionRecord } from "../src/index.ts";
import { dumpOf, findsSecret, Thief, WatchedPrimitives, withBrokenAgreement } from "./stolen-state.ts";
import { createPair, seededRandom, type TestDevice } from "./two-devices.ts";

/** What thieves read. */
export interface TheftTally {
  thefts: number;
  /** Earlier messages whose keys, or what they came from, were in a stolen state; and those that it opened. */
  earlier: number;
  earlierInState: number;
  earlierOpened: number;
  /** Messages after a round trip without the thief. */
  later: number;
  laterOpened: number;
  /** Messages after the epoch that began after the theft, with X25519 broken all along. */
  laterQuantum: number;
  laterQuantumOpened: number;
  /** Messages that the thief is expected to read: those before the round trip. */
  openedBeforeHealing: number;
}

export function emptyTheftTally(): TheftTally {
  return {
    thefts: 0,
    earlier: 0,
    earlierInState: 0,
    earlierOpened: 0,
    later: 0,
    laterOpened: 0,
    laterQuantum: 0,
    laterQuantumOpened: 0,
    openedBeforeHealing: 0,
  };
}

interface Past {
  readonly message: SessionMessage;
  readonly secrets: readonly string[];
  readonly toVictim: boolean;
}

/** One conversation; the state of bob is stolen after `turns` messages, `epochs` more epochs follow. */
export function stealAndGoOn(
  { seed, turns, toEpoch }: { readonly seed: number; readonly turns: number; readonly toEpoch: boolean },
  tally: TheftTally,
): void {
  const watched = new WatchedPrimitives(nodePrimitives);
  const { alice, bob } = createPair(watched.primitives, { seed });
  const past: Past[] = [];
  alice.start(bob.bundle);
  let [from, to] = [alice, bob];
  for (let i = 0; i < turns; i++) {
    if (i > 0 && (seed * 31 + i * i) % 3 > 0) [from, to] = [to, from];
    const message = from.send(`message ${i}`);
    // Sending and opening compute the same keys: these are of both.
    const secrets = watched.takeSecrets();
    to.open(message);
    past.push({ message, secrets, toVictim: to === bob });
  }
  const stolen = bob.record;
  tally.thefts++;
  countEarlier({ stolen, past, seed }, tally);
  const thief = new Thief({ primitives: nodePrimitives, random: seededRandom(nodePrimitives, seed + 1) }, stolen);
  heal({ alice, bob, thief }, tally);
  if (toEpoch) passEpoch({ alice, bob, stolen, seed }, tally);
}

function countEarlier(
  { stolen, past, seed }: { readonly stolen: SessionRecord; readonly past: readonly Past[]; readonly seed: number },
  tally: TheftTally,
): void {
  const dump = dumpOf(stolen);
  const deps = { primitives: nodePrimitives, random: seededRandom(nodePrimitives, seed) };
  for (const { message, secrets, toVictim } of past) {
    const thief = new Thief(deps, stolen);
    tally.earlier++;
    if (findsSecret(dump, secrets)) tally.earlierInState++;
    if (toVictim ? thief.opensReceived(message) : thief.opensSent(message)) tally.earlierOpened++;
  }
}

interface Watched {
  readonly alice: TestDevice;
  readonly bob: TestDevice;
  readonly thief: Thief;
}

/** A message of the victim, an answer, and one round more for the answer's key: the thief reads along, and then nothing. */
function heal({ alice, bob, thief }: Watched, tally: TheftTally): void {
  const toAlice = bob.send("still readable");
  if (thief.opensSent(toAlice)) tally.openedBeforeHealing++;
  alice.open(toAlice);
  const toBob = alice.send("readable as well");
  if (thief.opensReceived(toBob)) tally.openedBeforeHealing++;
  bob.open(toBob);
  alice.open(bob.send("under a key of after the theft"));
  const answer = alice.send("the round trip is complete");
  thief.opensReceived(answer);
  bob.open(answer);
  for (let i = 0; i < 4; i++) {
    const [sent, received] = [bob.send("closed again"), alice.send("closed again")];
    tally.later += 2;
    if (thief.opensSent(sent)) tally.laterOpened++;
    if (thief.opensReceived(received)) tally.laterOpened++;
    alice.open(sent);
    bob.open(received);
  }
}

/** Until an epoch that began after the theft has given its secret; then everything of X25519 is told to the thief. */
function passEpoch(
  {
    alice,
    bob,
    stolen,
    seed,
  }: { readonly alice: TestDevice; readonly bob: TestDevice; readonly stolen: SessionRecord; readonly seed: number },
  tally: TheftTally,
): void {
  const epochOf = ({ current }: SessionRecord): number => current?.quantum.braid.state.epoch ?? 0;
  // The epoch under way may rest on keys that were stolen; the message keys follow two epochs later.
  while (epochOf(bob.record) < epochOf(stolen) + 3) {
    alice.open(bob.send("more"));
    bob.open(alice.send("more"));
  }
  const deps = { primitives: nodePrimitives, random: seededRandom(nodePrimitives, seed) };
  for (let i = 0; i < 4; i++) {
    const broken = new Thief(deps, withBrokenAgreement(stolen, bob.record));
    const received = alice.send("closed by the epoch");
    tally.laterQuantum++;
    if (broken.opensReceived(received)) tally.laterQuantumOpened++;
    bob.open(received);
    alice.open(bob.send("more"));
  }
}
