import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { describe, expect, it } from "vitest";
import { cloneAndSend, emptyCloneTally } from "./clone-scene.ts";
import { establishedDevices, encryptText, decryptText } from "./cipher-scene.ts";
import { createPair } from "./two-devices.ts";

describe("two copies of one device (C6)", () => {
  it("write under the same keys until one of them is answered: what no session of this protocol prevents", () => {
    const tally = emptyCloneTally();
    for (let seed = 1; seed <= 20; seed++) cloneAndSend({ seed }, tally);
    expect(tally).toEqual({
      pairs: 20,
      // The first messages of both copies, and none after the answer, which only one copy got.
      sameKeyBeforeAnswer: 20,
      sameKeyAfterAnswer: 0,
      // The peer opens what comes first, and reports the other one as opened before: it never shows two.
      bothOpened: 0,
      secondReported: 20,
    });
  });

  it("never use one nonce twice at rest: each copy draws its own", async () => {
    const { alice, bob } = await establishedDevices();
    const seen = new Set<string>();
    for (let i = 0; i < 50; i++) {
      await decryptText(bob, "alice.1", await encryptText(alice, "bob.1", "again"));
      for (const [device, peer] of [
        [alice, "bob.1"],
        [bob, "alice.1"],
      ] as const) {
        seen.add(String((await device.store.loadRecord(peer))?.subarray(0, 24)));
      }
    }
    expect(seen.size).toBe(100);
  });

  it("heal for the one that stays in the conversation; the other one reads no more", () => {
    const { alice, bob } = createPair(primitives);
    alice.start(bob.bundle);
    bob.open(alice.send("hello"));
    alice.open(bob.send("hello yourself"));
    const backup = bob.record;
    for (let i = 0; i < 3; i++) {
      bob.open(alice.send("on"));
      alice.open(bob.send("and on"));
    }
    const live = bob.record;
    const message = alice.send("for the live one");
    bob.record = backup;
    expect(bob.open(message)).toBe("tampered");
    bob.record = live;
    expect(bob.open(message)).toBe("for the live one");
  });
});
