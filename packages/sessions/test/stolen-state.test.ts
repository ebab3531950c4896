import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { describe, expect, it } from "vitest";
import { emptyTheftTally, stealAndGoOn } from "./stolen-state-scene.ts";
import { findsSecret, dumpOf, Thief, WatchedPrimitives, withBrokenAgreement } from "./stolen-state.ts";
import { createPair, seededRandom } from "./two-devices.ts";

const deps = { primitives, random: seededRandom(primitives, 50) };

describe("a stolen state (C6)", () => {
  it("forward secrecy: taken after message 2, it opens 2-later but not 1", () => {
    const { alice, bob } = createPair(primitives);
    alice.start(bob.bundle);
    const [one, two] = [alice.send("one"), alice.send("two")];
    expect([bob.open(one), bob.open(two)]).toEqual(["one", "two"]);
    const thief = new Thief(deps, bob.record);
    const later = alice.send("later");
    expect(thief.opensReceived(later)).toBe(true);
    expect([thief.opensReceived(one), thief.opensReceived(two)]).toEqual([false, false]);
  });

  it("opens messages that were skipped, since their keys are kept: no other way to read them late", () => {
    const { alice, bob } = createPair(primitives);
    alice.start(bob.bundle);
    const [skipped, two] = [alice.send("skipped"), alice.send("two")];
    bob.open(two);
    expect(new Thief(deps, bob.record).opensReceived(skipped)).toBe(true);
    bob.open(skipped);
    expect(new Thief(deps, bob.record).opensReceived(skipped)).toBe(false);
  });

  it("holds no key of earlier messages and opens none, and none after a round trip, at 30 random moments", () => {
    const tally = emptyTheftTally();
    for (let seed = 1; seed <= 30; seed++) {
      stealAndGoOn({ seed, turns: 3 + ((seed * 7) % 40), toEpoch: seed <= 3 }, tally);
    }
    expect(tally).toMatchObject({ earlierInState: 0, earlierOpened: 0, laterOpened: 0, laterQuantumOpened: 0 });
    expect(tally.earlier).toBeGreaterThan(500);
    // Who could read nothing at all would prove nothing.
    expect(tally.openedBeforeHealing).toBe(2 * tally.thefts);
  });

  it("would be found with a key in it, and with the post-quantum side of today opens what X25519 alone does not close", () => {
    const watched = new WatchedPrimitives(primitives);
    const { alice, bob } = createPair(watched.primitives);
    alice.start(bob.bundle);
    const [first, second] = [alice.send("first"), alice.send("second")];
    const secrets = watched.takeSecrets();
    bob.open(first);
    // The chain key that the second message comes from is still there, as it must be.
    expect(findsSecret(dumpOf(bob.record), secrets)).toBe(true);
    expect(new Thief(deps, withBrokenAgreement(bob.record, bob.record)).opensReceived(second)).toBe(true);
  });
});
