import { Plaintext } from "@coterie/bytes";
import { describe, expect, it } from "vitest";
import { type SessionStore, sessionLimits, Uncommitted } from "../src/index.ts";
import { canary, createCipherDevice, decryptText, encryptText, establishedDevices, recordOf } from "./cipher-scene.ts";

describe("a session cipher", () => {
  it("makes the round trip", async () => {
    const { alice, bob } = await establishedDevices();
    expect(await decryptText(bob, "alice.1", await encryptText(alice, "bob.1", "to bob"))).toBe("to bob");
    expect(await decryptText(alice, "bob.1", await encryptText(bob, "alice.1", "to alice"))).toBe("to alice");
  });

  it("refuses a tampered ciphertext, and then opens the true one", async () => {
    const { alice, bob } = await establishedDevices();
    const { kind, bytes } = await encryptText(alice, "bob.1", "true");
    const changed = bytes.slice();
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    const before = await bob.store.loadRecord("alice.1");
    expect(await decryptText(bob, "alice.1", { kind, bytes: changed })).toBe("tampered");
    expect(await bob.store.loadRecord("alice.1")).toBe(before);
    expect(await decryptText(bob, "alice.1", { kind, bytes })).toBe("true");
  });

  it("says no-session where there is none, after a reset, and where nobody answered for thirty days", async () => {
    let nowMs = 0;
    const alice = createCipherDevice({ seed: 1, changes: { now: () => nowMs } });
    const bob = createCipherDevice({ seed: 2 });
    const sending = async (): Promise<string> =>
      (await alice.cipher.encrypt("bob.1", Plaintext.fromText("hello"))).kind;
    expect(await sending()).toBe("no-session");
    await alice.cipher.start("bob.1", bob.publish());
    nowMs = sessionLimits.unacknowledgedMs;
    expect(await sending()).toBe("encrypted");
    nowMs++;
    expect(await sending()).toBe("no-session");
    await alice.cipher.start("bob.1", bob.publish());
    await alice.cipher.reset("bob.1");
    expect(await sending()).toBe("no-session");
    const { alice: stranger } = await establishedDevices({ alice: { seed: 8 } });
    const message = await encryptText(stranger, "bob.1", "hello");
    expect(await decryptText(createCipherDevice({ seed: 9 }), "alice.1", message)).toBe("no-session");
  });

  it("shows another identity key instead of taking it, for bundles and for first messages", async () => {
    const { alice, bob } = await establishedDevices();
    const mallory = createCipherDevice({ seed: 3 });
    const before = await alice.store.loadRecord("bob.1");
    const identityKey = mallory.local.identity.publicKey;
    expect(await alice.cipher.start("bob.1", mallory.publish())).toEqual({ kind: "identity-changed", identityKey });
    await mallory.cipher.start("alice.1", alice.publish());
    const message = await encryptText(mallory, "alice.1", "it is me, bob");
    expect(await alice.cipher.decrypt("bob.1", message)).toEqual({ kind: "identity-changed", identityKey });
    expect(await alice.store.loadRecord("bob.1")).toBe(before);
    expect(await decryptText(alice, "bob.1", await encryptText(bob, "alice.1", "really"))).toBe("really");
  });

  it("opens a first message under another identity key once that was accepted, and forgets the old sessions", async () => {
    const { alice, bob } = await establishedDevices();
    const reinstalled = createCipherDevice({ seed: 4 });
    await reinstalled.cipher.start("alice.1", alice.publish());
    const message = await encryptText(reinstalled, "alice.1", "my new phone");
    expect(await decryptText(alice, "bob.1", message)).toBe("identity-changed");
    await alice.cipher.acceptIdentity("bob.1", reinstalled.local.identity.publicKey);
    expect(await recordOf(alice, "bob.1")).toBeUndefined();
    expect(await decryptText(alice, "bob.1", message)).toBe("my new phone");
    expect(await decryptText(alice, "bob.1", await encryptText(bob, "alice.1", "the old one"))).toBe("tampered");
  });

  it("writes and reads one step at a time with a device, in the order of the calls", async () => {
    const { alice, bob } = await establishedDevices({ alice: { wrapStore: slowly }, bob: { wrapStore: slowly } });
    const texts = Array.from({ length: 20 }, (_unused, i) => `message ${i}`);
    const messages = await Promise.all(texts.map(async (text) => await encryptText(alice, "bob.1", text)));
    const answers = texts.map(async (text) => await encryptText(bob, "alice.1", text));
    const opened = messages.map(async (message) => await decryptText(bob, "alice.1", message));
    expect(await Promise.all(opened)).toEqual(texts);
    const mixed = (await Promise.all(answers)).map(async (message) => await decryptText(alice, "bob.1", message));
    expect(await Promise.all(mixed)).toEqual(texts);
  });

  it("lets steps with other devices pass while one waits", async () => {
    const gate = { open: (): void => undefined };
    const waiting = new Promise<void>((resolve) => (gate.open = resolve));
    const held = (store: SessionStore): SessionStore => ({
      ...store,
      loadRecord: async (peer) => {
        if (peer === "held.1") await waiting;
        return await store.loadRecord(peer);
      },
    });
    const { alice } = await establishedDevices({ alice: { wrapStore: held } });
    const stuck = alice.cipher.encrypt("held.1", Plaintext.fromText("waits"));
    expect(await encryptText(alice, "bob.1", "passes")).toBeDefined();
    gate.open();
    expect(await stuck).toEqual({ kind: "no-session" });
  });

  it("tells telemetry which step ended how, and nothing else", async () => {
    const { alice, bob } = await establishedDevices();
    const message = await encryptText(alice, "bob.1", canary);
    await decryptText(bob, "alice.1", message);
    await decryptText(bob, "alice.1", message);
    const malformed = bob.cipher.decrypt("alice.1", { kind: "ratchet", bytes: new TextEncoder().encode(canary) });
    await expect(malformed).rejects.toMatchObject({ code: "sessions/malformed" });
    expect(bob.spans.slice(-3).map(({ span, outcome }) => [span, outcome])).toEqual([
      ["decrypt", "opened"],
      ["decrypt", "duplicate"],
      ["decrypt", "sessions/malformed"],
    ]);
    for (const span of [...alice.spans, ...bob.spans]) {
      expect(Object.keys(span).toSorted()).toEqual(["durationMs", "outcome", "span"]);
    }
    expect(JSON.stringify([alice.spans, bob.spans])).not.toMatch(/canary|bob\.1|alice\.1/u);
  });

  it("says unexpected in telemetry where a store fails, without the store's words", async () => {
    const failing = (store: SessionStore): SessionStore => ({
      ...store,
      loadRecord: async () => await Promise.reject(new Error(canary)),
    });
    const alice = createCipherDevice({ seed: 1, wrapStore: failing });
    await expect(alice.cipher.encrypt("bob.1", Plaintext.fromText("x"))).rejects.toThrow(canary);
    expect(alice.spans.map(({ outcome }) => outcome)).toEqual(["unexpected"]);
  });

  it("refuses a plaintext that is too long, and encrypts one at the limit", async () => {
    const { alice, bob } = await establishedDevices();
    const ofLength = (length: number): Plaintext => Plaintext.own(new Uint8Array(length).fill(65));
    const before = await alice.store.loadRecord("bob.1");
    const tooLong = alice.cipher.encrypt("bob.1", ofLength(sessionLimits.plaintextBytes + 1));
    await expect(tooLong).rejects.toMatchObject({ code: "sessions/too-long" });
    expect(await alice.store.loadRecord("bob.1")).toBe(before);
    for (const length of [0, sessionLimits.plaintextBytes - 1, sessionLimits.plaintextBytes]) {
      const sent = await alice.cipher.encrypt("bob.1", ofLength(length));
      if (sent.kind !== "encrypted") throw new Error(sent.kind);
      const opened = await bob.cipher.decrypt("alice.1", sent.message);
      expect(opened.kind === "opened" && opened.plaintext.lengthBytes).toBe(length);
    }
    const bytes = new Uint8Array(sessionLimits.messageBytes + 1).fill(0x44);
    for (const kind of ["ratchet", "prekey"] as const) {
      await expect(bob.cipher.decrypt("alice.1", { kind, bytes })).rejects.toMatchObject({ code: "sessions/too-long" });
    }
  });
});

describe("a step whose commit fails", () => {
  it("did not happen, gives nothing, and works the next time", async () => {
    let fails = false;
    const failing = (store: SessionStore): SessionStore => ({
      ...store,
      commit: async (change) =>
        fails ? await Promise.reject(new Error("the disk is full")) : await store.commit(change),
    });
    const { alice, bob } = await establishedDevices({ alice: { wrapStore: failing }, bob: { wrapStore: failing } });
    const message = await encryptText(bob, "alice.1", "to alice");
    const bundle = bob.publish();
    const before = await alice.store.loadRecord("bob.1");
    fails = true;
    for (const step of [
      async () => await alice.cipher.encrypt("bob.1", Plaintext.fromText("never sent")),
      async () => await alice.cipher.decrypt("bob.1", message),
      async () => await alice.cipher.start("bob.1", bundle),
      async () => await alice.cipher.reset("bob.1"),
    ]) {
      await expect(step()).rejects.toThrow("the disk is full");
      expect(await alice.store.loadRecord("bob.1")).toBe(before);
    }
    fails = false;
    expect(await decryptText(alice, "bob.1", message)).toBe("to alice");
    expect(await decryptText(bob, "alice.1", await encryptText(alice, "bob.1", "sent once"))).toBe("sent once");
    await alice.cipher.start("bob.1", bundle);
    const first = await encryptText(alice, "bob.1", "first");
    fails = true;
    await expect(bob.cipher.decrypt("alice.1", first)).rejects.toThrow("the disk is full");
    expect(await bob.store.loadPrekey({ kind: "one-time", id: bundle.oneTimePrekey?.id ?? 0 })).toBeDefined();
    fails = false;
    expect(await decryptText(bob, "alice.1", first)).toBe("first");
  });
});

describe("what is not committed", () => {
  it("turns into no JSON", () => {
    const uncommitted = new Uncommitted("value", { peer: "bob.1", record: undefined });
    expect(() => JSON.stringify(uncommitted)).toThrow(TypeError);
    expect(() => JSON.stringify({ inside: uncommitted })).toThrow(TypeError);
    expect(Object.keys(uncommitted)).toEqual([]);
  });
});

/** Every call ends some turns later than it began. */
function slowly(store: SessionStore): SessionStore {
  const later = async <Value>(value: Promise<Value>): Promise<Value> => {
    for (let i = 0; i < 5; i++) await Promise.resolve();
    return await value;
  };
  return {
    loadRecord: async (peer) => await later(store.loadRecord(peer)),
    loadIdentity: async (peer) => await later(store.loadIdentity(peer)),
    loadPrekey: async (place) => await later(store.loadPrekey(place)),
    wasKemUsed: async (use) => await later(store.wasKemUsed(use)),
    commit: async (change) => await later(store.commit(change)),
  };
}
