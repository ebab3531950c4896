import { describe, expect, it } from "vitest";
import {
  acceptsKey,
  appendEntry,
  createKeyLog,
  evaluateKeyLog,
  type KeyLog,
  type KeyLogState,
  type KeyLogUpdate,
  parseKeyLogPin,
  plannedChanges,
  resumeKeyLog,
  verifyKeyLog,
} from "../src/index.ts";
import { dayMs, deps, entriesOf, keyIdOf, organisationOf, publicKeyOf, signerOf, startMs } from "./maker.ts";

const organisation = organisationOf("alice");
const signer = signerOf("alice");

function firstKey(
  name: string,
  days = 365,
): { publicKey: Uint8Array<ArrayBuffer>; validFromMs: number; validUntilMs: number } {
  return { publicKey: publicKeyOf(name), validFromMs: startMs, validUntilMs: startMs + days * dayMs };
}

async function startLog(days = 365): Promise<KeyLog> {
  return createKeyLog(deps, { organisation, signer, createdAtMs: startMs, firstKey: firstKey("key 1", days) });
}

async function append(log: KeyLog, atDay: number, update: KeyLogUpdate): Promise<KeyLog> {
  return appendEntry(deps, { log, signer, update, createdAtMs: startMs + atDay * dayMs });
}

function activate(name: string, fromDay: number, untilDay: number): KeyLogUpdate {
  const validFromMs = startMs + fromDay * dayMs;
  return { kind: "activate", publicKey: publicKeyOf(name), validFromMs, validUntilMs: startMs + untilDay * dayMs };
}

async function stateAt(log: KeyLog, day: number): Promise<KeyLogState> {
  const pins = [log.logId];
  const nowMs = startMs + day * dayMs;
  return verifyKeyLog(deps, { organisation, entries: entriesOf(log), pins, nowMs, rememberedHead: undefined });
}

describe("the keys of a log", () => {
  it("names the active key with its validity", async () => {
    const { active, inGrace, revoked, pinned, log } = await stateAt(await startLog(), 1);
    expect(active).toEqual({ keyId: keyIdOf("key 1"), ...firstKey("key 1") });
    expect({ inGrace, revoked, pinned }).toEqual({ inGrace: [], revoked: [], pinned: "log" });
    expect(log.authority).toEqual(signer.publicKey);
    expect(log.organisation).toBe(organisation);
  });

  it("has no active key before the first one begins, nor in a log without keys", async () => {
    expect((await stateAt(await startLog(), -1)).active).toBeUndefined();
    const empty = await createKeyLog(deps, { organisation, signer, createdAtMs: startMs });
    expect((await stateAt(empty, 1)).active).toBeUndefined();
  });

  it("is valid from its first millisecond to its last", async () => {
    const log = await startLog(365);
    expect(evaluateKeyLog(log, startMs).active?.keyId).toBe(keyIdOf("key 1"));
    expect(evaluateKeyLog(log, startMs - 1).active).toBeUndefined();
    expect(evaluateKeyLog(log, startMs + 365 * dayMs - 1).active?.keyId).toBe(keyIdOf("key 1"));
    expect(evaluateKeyLog(log, startMs + 365 * dayMs)).toMatchObject({ active: undefined, isStale: true });
  });

  it("refuses a log whose key has expired, but lets its authority renew it", async () => {
    const log = await startLog(30);
    await expect(stateAt(log, 30)).rejects.toMatchObject({ code: "key-log/stale" });
    const input = { organisation, entries: entriesOf(log), pin: log.logId, rememberedHead: undefined };
    const renewed = await append(await resumeKeyLog(deps, input), 31, activate("key 1", 31, 90));
    expect((await stateAt(renewed, 32)).active?.validUntilMs).toBe(startMs + 90 * dayMs);
  });

  it("keeps accepting what was sealed to the key before, until its validity is over", async () => {
    const log = await append(await startLog(30), 10, activate("key 2", 10, 100));
    const state = await stateAt(log, 10);
    expect(state.active?.keyId).toBe(keyIdOf("key 2"));
    expect(state.inGrace).toEqual([
      { keyId: keyIdOf("key 1"), publicKey: publicKeyOf("key 1"), acceptedUntilMs: startMs + 30 * dayMs },
    ]);
    expect([keyIdOf("key 1"), keyIdOf("key 2"), keyIdOf("key 3")].map((id) => acceptsKey(state, id))).toEqual([
      true,
      true,
      false,
    ]);
    expect((await stateAt(log, 30)).inGrace).toEqual([]);
  });

  it("never goes back to an older key by itself", async () => {
    const log = await append(await startLog(365), 10, activate("key 2", 10, 20));
    await expect(stateAt(log, 20)).rejects.toMatchObject({ code: "key-log/stale" });
  });

  it("switches to a scheduled key when its time comes", async () => {
    const log = await append(await startLog(365), 10, activate("key 2", 20, 300));
    const before = await stateAt(log, 19);
    expect(before.active?.keyId).toBe(keyIdOf("key 1"));
    expect(before.scheduled.map(({ keyId }) => keyId)).toEqual([keyIdOf("key 2")]);
    expect((await stateAt(log, 20)).active?.keyId).toBe(keyIdOf("key 2"));
  });

  it.each([
    ["retired", { kind: "retire", keyId: keyIdOf("key 2"), graceUntilMs: startMs + 30 * dayMs }],
    ["revoked", { kind: "revoke", keyId: keyIdOf("key 2"), sinceMs: startMs }],
  ] as const)("drops a scheduled key that is %s before it begins", async (_what, update) => {
    const scheduled = await append(await startLog(365), 10, activate("key 2", 20, 300));
    const cancelled = await append(scheduled, 15, update);
    for (const day of [16, 25]) {
      const state = await stateAt(cancelled, day);
      expect(state.active?.keyId).toBe(keyIdOf("key 1"));
      expect(acceptsKey(state, keyIdOf("key 2"))).toBe(false);
      expect(state.scheduled).toEqual([]);
    }
  });

  it("stops sealing to a retired key at once and accepts it until its grace ends", async () => {
    const log = await append(await startLog(), 10, {
      kind: "retire",
      keyId: keyIdOf("key 1"),
      graceUntilMs: startMs + 14 * dayMs,
    });
    const retired = await stateAt(log, 13);
    expect(retired.active).toBeUndefined();
    expect(acceptsKey(retired, keyIdOf("key 1"))).toBe(true);
    expect(acceptsKey(await stateAt(log, 14), keyIdOf("key 1"))).toBe(false);
    const again = await append(log, 15, activate("key 1", 15, 200));
    expect((await stateAt(again, 16)).active?.keyId).toBe(keyIdOf("key 1"));
  });

  it("refuses a revoked key at once and for ever", async () => {
    const sinceMs = startMs + 3 * dayMs;
    const log = await append(await startLog(), 10, { kind: "revoke", keyId: keyIdOf("key 1"), sinceMs });
    const state = await stateAt(log, 10);
    expect(state.active).toBeUndefined();
    expect(acceptsKey(state, keyIdOf("key 1"))).toBe(false);
    expect(state.revoked).toEqual([{ keyId: keyIdOf("key 1"), publicKey: publicKeyOf("key 1"), sinceMs }]);
    await expect(append(log, 11, activate("key 1", 11, 20))).rejects.toMatchObject({ code: "key-log/against-rules" });
    const replaced = await append(log, 11, activate("key 2", 11, 20));
    expect((await stateAt(replaced, 12)).active?.keyId).toBe(keyIdOf("key 2"));
  });

  it("has no active key by a clock that is not a number", async () => {
    expect(evaluateKeyLog(await startLog(), Number.NaN).active).toBeUndefined();
  });
});

describe("the key authority", () => {
  it("hands over to a new key, which signs from then on, under the same log id", async () => {
    const newSigner = signerOf("alice's new token");
    const before = await startLog();
    const log = await append(before, 5, { kind: "authority", newSigner });
    expect(log.logId).toBe(before.logId);
    await expect(append(log, 6, activate("key 2", 6, 20))).rejects.toMatchObject({ code: "key-log/wrong-signer" });
    const update = activate("key 2", 6, 20);
    const after = await appendEntry(deps, { log, signer: newSigner, update, createdAtMs: startMs + 6 * dayMs });
    expect((await stateAt(after, 7)).active?.keyId).toBe(keyIdOf("key 2"));
  });

  it("never returns to a key that was the authority before", async () => {
    const newSigner = signerOf("alice's new token");
    const log = await append(await startLog(), 5, { kind: "authority", newSigner });
    const back = appendEntry(deps, {
      log,
      signer: newSigner,
      update: { kind: "authority", newSigner: signer },
      createdAtMs: startMs + 6 * dayMs,
    });
    await expect(back).rejects.toMatchObject({ code: "key-log/against-rules" });
  });

  it("may sign asynchronously, as a token does", async () => {
    const slow = {
      publicKey: signer.publicKey,
      sign: async (message: Uint8Array<ArrayBuffer>) => signer.sign(message),
    };
    const log = await createKeyLog(deps, {
      organisation,
      signer: slow,
      createdAtMs: startMs,
      firstKey: firstKey("key 1"),
    });
    expect((await stateAt(log, 1)).active?.keyId).toBe(keyIdOf("key 1"));
  });

  it.each([0, 63, 65, 64])("makes nothing of a signer that returns %i wrong bytes", async (length) => {
    const broken = { publicKey: signer.publicKey, sign: () => new Uint8Array(length).fill(1) };
    const made = createKeyLog(deps, { organisation, signer: broken, createdAtMs: startMs });
    await expect(made).rejects.toMatchObject({ code: "key-log/bad-signature" });
  });

  it("is not asked to sign what the rules forbid", async () => {
    let asked = 0;
    const counting = {
      publicKey: signer.publicKey,
      sign: (message: Uint8Array<ArrayBuffer>) => ((asked += 1), signer.sign(message)),
    };
    const log = await startLog();
    const update = { kind: "revoke", keyId: keyIdOf("never activated"), sinceMs: startMs } as const;
    const made = appendEntry(deps, { log, signer: counting, update, createdAtMs: startMs + dayMs });
    await expect(made).rejects.toMatchObject({ code: "key-log/against-rules" });
    expect(asked).toBe(0);
  });
});

describe("pins", () => {
  it("take a log id or a key id in text, and nothing else", async () => {
    const log = await startLog();
    expect(parseKeyLogPin(` ${log.logId.toUpperCase()} `)).toBe(log.logId);
    expect(parseKeyLogPin(keyIdOf("key 1"))).toBe(keyIdOf("key 1"));
    expect(() => parseKeyLogPin(organisation)).toThrow(expect.objectContaining({ code: "bytes/malformed-text" }));
    expect(() => parseKeyLogPin("")).toThrow(expect.objectContaining({ code: "bytes/malformed-text" }));
  });

  it("of a key believe that key alone", async () => {
    const log = await append(await startLog(), 10, activate("key 2", 10, 100));
    const verifyWith = async (pins: Parameters<typeof verifyKeyLog>[1]["pins"]): Promise<KeyLogState> =>
      verifyKeyLog(deps, {
        organisation,
        entries: entriesOf(log),
        pins,
        nowMs: startMs + 11 * dayMs,
        rememberedHead: undefined,
      });
    const state = await verifyWith([keyIdOf("key 2")]);
    expect(state).toMatchObject({ pinned: "key", inGrace: [], active: { keyId: keyIdOf("key 2") } });
    expect((await verifyWith([keyIdOf("key 1"), keyIdOf("key 2")])).inGrace).toHaveLength(1);
    await expect(verifyWith([keyIdOf("key 1")])).rejects.toMatchObject({ code: "key-log/not-pinned" });
    await expect(verifyWith([])).rejects.toMatchObject({ code: "key-log/not-pinned" });
  });

  it("stop a foreign log before any of its signatures is verified", async () => {
    let verified = 0;
    const counting = { ...deps, verify: () => ((verified += 1), true) };
    const foreign = await createKeyLog(deps, {
      organisation,
      signer: signerOf("mallory"),
      createdAtMs: startMs,
      firstKey: firstKey("mallory's key"),
    });
    const pins = [(await startLog()).logId];
    const input = { organisation, entries: entriesOf(foreign), pins, nowMs: startMs, rememberedHead: undefined };
    await expect(verifyKeyLog(counting, input)).rejects.toMatchObject({ code: "key-log/not-pinned" });
    expect(verified).toBe(0);
  });
});

describe("the changes that a log plans", () => {
  it("are the times ahead at which its keys may be others, in order and each once", async () => {
    const log = await append(await startLog(), 1, activate("key 2", 30, 200));
    const retired = await append(log, 2, {
      kind: "retire",
      keyId: keyIdOf("key 1"),
      graceUntilMs: startMs + 40 * dayMs,
    });
    const days = (nowDay: number): number[] =>
      plannedChanges(retired, startMs + nowDay * dayMs).map((time) => (time - startMs) / dayMs);
    expect(days(2)).toEqual([30, 40, 200, 365]);
    expect(days(40)).toEqual([200, 365]);
    expect(days(365)).toEqual([]);
    for (const [from, until] of [
      [2, 30],
      [30, 40],
      [40, 200],
    ] as const) {
      const before = evaluateKeyLog(retired, startMs + from * dayMs);
      expect(evaluateKeyLog(retired, startMs + until * dayMs - 1)).toMatchObject({ active: before.active });
    }
  });
});
