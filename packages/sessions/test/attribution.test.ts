import { describe, expect, it } from "vitest";
import { type AttributionTally, addressOf, Neighbours } from "./attribution-scene.ts";
import { type CipherDevice, createCipherDevice, decryptText, encryptText, establishedDevices } from "./cipher-scene.ts";

const named = (name: string, seed: number): CipherDevice =>
  createCipherDevice({
    seed,
    changes: { addressesOf: (peer) => ({ local: addressOf(name), peer: addressOf(peer) }) },
  });

describe("who wrote to whom (C3)", () => {
  it("is not mistaken in 600 wrong deliveries: other devices, other names, splices", async () => {
    const tally: AttributionTally = { deliveries: 0, misattributed: 0 };
    const neighbours = new Neighbours(1);
    await neighbours.talk();
    await neighbours.deliverWrongly(tally, 600);
    expect(tally).toEqual({ deliveries: 600, misattributed: 0 });
  });

  it("refuses a device's own messages when they come back to it", async () => {
    const { alice, bob } = await establishedDevices();
    const ratchet = await encryptText(alice, "bob.1", "mine");
    expect(await decryptText(alice, "bob.1", ratchet)).toBe("tampered");
    const [one, two] = [createCipherDevice({ seed: 5 }), createCipherDevice({ seed: 6 })];
    await one.cipher.start("bob.1", two.publish());
    const first = await encryptText(one, "bob.1", "mine");
    expect(await decryptText(one, "bob.1", first)).toBe("identity-changed");
    expect(await decryptText(bob, "alice.1", ratchet)).toBe("mine");
    expect(await decryptText(two, "alice.1", first)).toBe("mine");
  });

  it("does not let mallory pass bob's keys off as her own: what alice wrote to mallory, bob refuses", async () => {
    const [alice, bob] = [named("alice.1", 1), named("bob.1", 2)];
    await alice.cipher.start("mallory.1", bob.publish());
    const toMallory = await encryptText(alice, "mallory.1", "for mallory alone");
    expect(await decryptText(bob, "alice.1", toMallory)).toBe("tampered");
    await alice.cipher.start("bob.1", bob.publish());
    expect(await decryptText(bob, "alice.1", await encryptText(alice, "bob.1", "for bob"))).toBe("for bob");
  });

  it("does not let mallory pass alice's first message off as her own", async () => {
    const [alice, bob] = [named("alice.1", 1), named("bob.1", 2)];
    await alice.cipher.start("bob.1", bob.publish());
    const message = await encryptText(alice, "bob.1", "from alice");
    expect(await decryptText(bob, "mallory.1", message)).toBe("tampered");
    expect(await decryptText(bob, "alice.1", message)).toBe("from alice");
  });

  it("without addresses is still the key: another name for alice's message is another name for alice's key", async () => {
    const [alice, bob] = [createCipherDevice({ seed: 1 }), createCipherDevice({ seed: 2 })];
    await alice.cipher.start("bob.1", bob.publish());
    expect(await decryptText(bob, "mallory.1", await encryptText(alice, "bob.1", "from alice"))).toBe("from alice");
    expect(await bob.store.loadIdentity("mallory.1")).toEqual(alice.local.identity.publicKey);
  });
});
