import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { describe, expect, it } from "vitest";
import type { SessionStore } from "../src/index.ts";
import { createCipherDevice, decryptText, encryptText } from "./cipher-scene.ts";

const alice = (seed = 1) => createCipherDevice({ seed });

describe("prekeys", () => {
  it("that are used once are gone: another first message for them is stale", async () => {
    const [first, second, bob] = [alice(1), alice(5), createCipherDevice({ seed: 2 })];
    const bundle = bob.publish();
    for (const [one, name] of [
      [first, "alice.1"],
      [second, "carol.1"],
    ] as const) {
      await one.cipher.start("bob.1", bundle);
      const text = await decryptText(bob, name, await encryptText(one, "bob.1", "hello"));
      expect(text).toBe(one === first ? "hello" : "stale-prekey");
    }
    expect(await bob.store.loadPrekey({ kind: "one-time", id: bundle.oneTimePrekey?.id ?? 0 })).toBeUndefined();
    expect(await bob.store.loadPrekey({ kind: "kem", id: bundle.kemPrekey.id })).toBeUndefined();
    expect(await bob.store.loadPrekey({ kind: "signed", id: bundle.signedPrekey.id })).toBeDefined();
  });

  it("that are used once serve one of two first messages that come at the same moment", async () => {
    const bob = createCipherDevice({ seed: 2, wrapStore: turnByTurn });
    const bundle = bob.publish();
    const senders = [alice(1), alice(5), alice(6)];
    const messages = [];
    for (const one of senders) {
      await one.cipher.start("bob.1", bundle);
      messages.push(await encryptText(one, "bob.1", "hello"));
    }
    const opened = await Promise.all(messages.map(async (message, i) => await decryptText(bob, `peer.${i}`, message)));
    expect(opened.toSorted()).toEqual(["hello", "stale-prekey", "stale-prekey"]);
  });

  it("of last resort open first messages of many, and no first message twice", async () => {
    const bob = createCipherDevice({ seed: 2 });
    const bundle = bob.publish({ oneTime: false, lastResort: true });
    for (const seed of [1, 5, 6]) {
      const one = alice(seed);
      await one.cipher.start("bob.1", bundle);
      const message = await encryptText(one, "bob.1", "hello");
      expect(await decryptText(bob, `peer.${seed}`, message)).toBe("hello");
      // Bob forgets the session, but not what the prekey was used with.
      await bob.cipher.acceptIdentity(`peer.${seed}`, one.local.identity.publicKey);
      expect(await decryptText(bob, `peer.${seed}`, message)).toBe("duplicate");
      expect(await decryptText(bob, "another.1", message)).toBe("duplicate");
    }
  });

  it("of last resort open one of two copies of a first message that come at the same moment under two names", async () => {
    const bob = createCipherDevice({ seed: 2, wrapStore: turnByTurn });
    const one = alice(1);
    await one.cipher.start("bob.1", bob.publish({ oneTime: false, lastResort: true }));
    const message = await encryptText(one, "bob.1", "hello");
    const opened = ["alice.1", "alice.2"].map(async (peer) => await decryptText(bob, peer, message));
    expect((await Promise.all(opened)).toSorted()).toEqual(["duplicate", "hello"]);
  });

  it("stay where a first message for them was tampered with", async () => {
    const bob = createCipherDevice({ seed: 2 });
    const one = alice(1);
    const bundle = bob.publish();
    await one.cipher.start("bob.1", bundle);
    const { kind, bytes } = await encryptText(one, "bob.1", "hello");
    for (const place of ["kem", "mac"] as const) {
      const changed = bytes.slice();
      const at = place === "kem" ? changed.length - 1 : changed.length - 1700;
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(await decryptText(bob, "alice.1", { kind, bytes: changed })).toBe("tampered");
    }
    expect(await bob.store.loadIdentity("alice.1")).toBeUndefined();
    expect(await decryptText(bob, "alice.1", { kind, bytes })).toBe("hello");
    expect(await bob.store.loadIdentity("alice.1")).toEqual(one.local.identity.publicKey);
  });

  it("at rest are bound to their place and key", async () => {
    const { openPrekey } = await import("../src/index.ts");
    const bob = createCipherDevice({ seed: 2 });
    const { id } = bob.publish().signedPrekey;
    const sealed = await bob.store.loadPrekey({ kind: "signed", id });
    if (sealed === undefined) throw new Error("no prekey");
    const { storeKey } = bob;
    expect(openPrekey({ primitives }, { place: { kind: "signed", id }, sealed, storeKey }).lengthBytes).toBe(32);
    for (const place of [
      { kind: "signed", id: id + 1 },
      { kind: "one-time", id },
    ] as const) {
      expect(() => openPrekey({ primitives }, { place, sealed, storeKey })).toThrow(
        expect.objectContaining({ code: "sessions/unreadable-record" }),
      );
    }
  });
});

/** Calls end in turns, so that two steps that are not kept apart meet. */
function turnByTurn(store: SessionStore): SessionStore {
  const pause = async (): Promise<void> => {
    for (let i = 0; i < 5; i++) await Promise.resolve();
  };
  return {
    ...store,
    loadPrekey: async (place) => {
      await pause();
      return await store.loadPrekey(place);
    },
    commit: async (change) => {
      await pause();
      await store.commit(change);
    },
  };
}
