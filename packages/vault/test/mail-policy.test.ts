import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  acceptsMailKey,
  type MailKeyEntry,
  type MailKeyId,
  type MailPolicy,
  parseMailKeyId,
  planMailKeys,
  type StoredMailBox,
} from "../src/index.ts";
import { codeOf } from "./fixtures.ts";

const hourMs = 3_600_000;
const policy: MailPolicy = {
  rotateAfterMs: 24 * hourMs,
  acceptReplacedMs: 12 * hourMs,
  settleMs: hourMs,
  unconfirmedMs: 72 * hourMs,
  undeliveredMs: 48 * hourMs,
};

const idOf = (i: number): MailKeyId => parseMailKeyId(i.toString(16).padStart(32, "0"));
const keyAt = (i: number, hours: number): MailKeyEntry => ({ keyId: idOf(i), createdAtMs: hours * hourMs });
const boxOf = (row: string, key: number, hours: number, confirmed = false): StoredMailBox<string> => ({
  row,
  keyId: idOf(key),
  storedAtMs: hours * hourMs,
  confirmed,
});

function planAt(hours: number, keys: readonly MailKeyEntry[], boxes: readonly StoredMailBox<string>[]) {
  return planMailKeys({ policy, nowMs: hours * hourMs, keys, boxes });
}

describe("planMailKeys", () => {
  it("asks for a first key, and for a new one after its time", () => {
    expect(planAt(0, [], []).rotate).toBe(true);
    expect(planAt(23.99, [keyAt(1, 0)], []).rotate).toBe(false);
    expect(planAt(24, [keyAt(1, 0)], []).rotate).toBe(true);
    expect(planAt(24, [keyAt(1, 0), keyAt(2, 10)], []).rotate).toBe(false);
  });

  it("moves boxes away from a key that ends, and destroys it once it is empty", () => {
    // Key 1 was replaced at hour 24; it takes boxes until 36 and ends at 37.
    const keys = [keyAt(1, 0), keyAt(2, 24)];
    const boxes = [boxOf("a", 1, 20), boxOf("b", 1, 30), boxOf("c", 2, 30)];
    expect(planAt(36.99, keys, boxes)).toEqual({ rotate: false, expire: [], rewrap: [], destroy: [] });
    expect(planAt(37, keys, boxes)).toEqual({ rotate: false, expire: [], rewrap: ["a", "b"], destroy: [] });
    const moved = boxes.map((box) => ({ ...box, keyId: idOf(2) }));
    expect(planAt(37, keys, moved)).toEqual({ rotate: false, expire: [], rewrap: [], destroy: [idOf(1)] });
  });

  it("ends unconfirmed boxes after 72 hours and undelivered ones after 48, whatever key they are under", () => {
    const keys = [keyAt(1, 70)];
    const boxes = [boxOf("unconfirmed", 1, 0), boxOf("confirmed", 1, 24, true), boxOf("young", 1, 24.01, true)];
    expect(planAt(71.99, keys, boxes).expire).toEqual([]);
    expect(planAt(72, keys, boxes).expire).toEqual(["unconfirmed", "confirmed"]);
  });

  it("does not move what is at its end, and destroys the key over it", () => {
    const keys = [keyAt(1, 0), keyAt(2, 24)];
    expect(planAt(80, keys, [boxOf("a", 1, 0)])).toEqual({
      rotate: true,
      expire: ["a"],
      rewrap: [],
      destroy: [idOf(1)],
    });
  });

  it("gives up boxes of keys that do not exist any more", () => {
    expect(planAt(1, [keyAt(2, 0)], [boxOf("a", 1, 0.5)]).expire).toEqual(["a"]);
  });

  it("refuses policies that make no sense", () => {
    for (const change of [
      { rotateAfterMs: 0 },
      { settleMs: 0 },
      { unconfirmedMs: -1 },
      { undeliveredMs: 1.5 },
      { acceptReplacedMs: -1 },
      { rotateAfterMs: Number.NaN },
      { rotateAfterMs: 1000, acceptReplacedMs: 300_000 },
    ]) {
      const changed = { ...policy, ...change };
      const code = codeOf(() => planMailKeys({ policy: changed, nowMs: 0, keys: [], boxes: [] }));
      expect(code).toBe("vault/invalid-mail-policy");
    }
    expect(
      codeOf(() => planMailKeys({ policy: { ...policy, acceptReplacedMs: 0 }, nowMs: 0, keys: [], boxes: [] })),
    ).toBe("nothing");
  });
});

describe("acceptsMailKey", () => {
  it("takes new boxes for the newest key and for a short while for the one before", () => {
    const keys = [keyAt(1, 0), keyAt(2, 24)];
    const accepts = (i: number, hours: number): boolean =>
      acceptsMailKey(idOf(i), { policy, nowMs: hours * hourMs, keys });
    expect([accepts(2, 1000), accepts(1, 35.99), accepts(1, 36), accepts(3, 24)]).toEqual([true, true, false, false]);
  });
});

// Weeks of a gateway: boxes arrive, are confirmed, delivered and deleted; the plan is carried out every hour at the latest.
describe("a gateway that carries out its plans", () => {
  it("keeps no deleted or unconfirmed box readable beyond its bound, and loses none before its end", () => {
    const events = fc.array(
      fc.record({
        waitMs: fc.integer({ min: 1, max: hourMs }),
        kind: fc.constantFrom("store", "confirm", "deliver", "idle"),
      }),
      { minLength: 50, maxLength: 600 },
    );
    fc.assert(
      fc.property(events, (list) => {
        expect(faultsOf(list)).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});

function faultsOf(events: readonly { readonly waitMs: number; readonly kind: string }[]): readonly string[] {
  const faults: string[] = [];
  const boundMs = policy.rotateAfterMs + policy.acceptReplacedMs + 3 * policy.settleMs;
  let nowMs = 0;
  let nextKey = 1;
  let keys: MailKeyEntry[] = [];
  let boxes: StoredMailBox<number>[] = [];
  /** Every ciphertext that ever was on disk, with the time at which its row was changed or deleted. */
  const remains: { keyId: MailKeyId; goneAtMs: number }[] = [];
  const remove = (gone: readonly StoredMailBox<number>[]): void => {
    remains.push(...gone.map(({ keyId }) => ({ keyId, goneAtMs: nowMs })));
    boxes = boxes.filter((box) => !gone.includes(box));
  };
  const carryOut = (): void => {
    for (let round = 0; round < 2; round++) {
      const plan = planMailKeys({ policy, nowMs, keys, boxes });
      if (plan.rotate) keys = [{ keyId: idOf(nextKey++), createdAtMs: nowMs }, ...keys];
      remove(boxes.filter(({ row }) => plan.expire.includes(row)));
      const moved = boxes.filter(({ row }) => plan.rewrap.includes(row));
      remove(moved);
      boxes.push(...moved.map((box) => ({ ...box, keyId: keys[0]?.keyId ?? box.keyId })));
      if (boxes.some(({ keyId }) => plan.destroy.includes(keyId))) faults.push("a box is lost with its key");
      keys = keys.filter(({ keyId }) => !plan.destroy.includes(keyId));
    }
  };
  carryOut();
  for (const [row, { waitMs, kind }] of events.entries()) {
    nowMs += waitMs;
    const candidate = keys[row % keys.length];
    const isAccepted = candidate !== undefined && acceptsMailKey(candidate.keyId, { policy, nowMs, keys });
    if (kind === "store" && isAccepted)
      boxes.push({ row, keyId: candidate.keyId, storedAtMs: nowMs, confirmed: false });
    const [oldest] = boxes;
    if (kind === "confirm" && oldest !== undefined) boxes = [{ ...oldest, confirmed: true }, ...boxes.slice(1)];
    if (kind === "deliver" && oldest !== undefined) remove([oldest]);
    carryOut();
    const alive = new Set(keys.map(({ keyId }) => keyId));
    const isOverdue = (box: StoredMailBox<number>): boolean => nowMs >= box.storedAtMs + policy.unconfirmedMs;
    if (boxes.some(isOverdue)) faults.push("an unconfirmed box is kept beyond its end");
    if (boxes.some(({ keyId }) => !alive.has(keyId))) faults.push("a live box has no key");
    const isReadable = remains.some(({ keyId, goneAtMs }) => alive.has(keyId) && goneAtMs + boundMs < nowMs);
    if (isReadable) faults.push("a deleted box is readable beyond the bound");
    if (keys.length > 4) faults.push("keys pile up");
  }
  return faults;
}
