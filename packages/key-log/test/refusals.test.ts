import { describe, expect, it } from "vitest";
import { decodeHex } from "@coterie/bytes";
import {
  appendEntry,
  createKeyLog,
  decodeKeyLogEntry,
  type KeyLogDeps,
  keyLogLimits,
  type KeyLogPin,
  type KeyLogState,
  verifyKeyLog,
} from "../src/index.ts";
import {
  activateStep,
  dayMs,
  deps,
  entriesOf,
  fields,
  genesisStep,
  keyIdOf,
  organisationOf,
  publicKeyOf,
  rawLog,
  rawLogId,
  type RawStep,
  seed,
  signerOf,
  signingKeyOf,
  startMs,
} from "./maker.ts";

interface Served {
  readonly entries: readonly Uint8Array[];
  readonly pins?: readonly KeyLogPin[];
  readonly organisation?: string;
  readonly with?: KeyLogDeps;
  readonly nowMs?: number;
}

async function verify({ entries, pins, organisation, with: verifier, nowMs }: Served): Promise<KeyLogState> {
  return verifyKeyLog(verifier ?? deps, {
    organisation: organisation ?? organisationOf("alice"),
    entries,
    pins: pins ?? entries.slice(0, 1).map(rawLogId),
    nowMs: nowMs ?? startMs + 40 * dayMs,
    rememberedHead: undefined,
  });
}

async function codeOf(served: Served): Promise<string> {
  return verify(served).then(
    () => "accepted",
    (error: { readonly code?: string }) => error.code ?? "not one of ours",
  );
}

async function codeOfSteps(...steps: readonly RawStep[]): Promise<string> {
  return codeOf({ entries: rawLog([genesisStep(), ...steps]) });
}

const key1 = activateStep("key 1");

describe("the chain", () => {
  it("is accepted as it was made", async () => {
    expect(await codeOfSteps(key1, activateStep("key 2"))).toBe("accepted");
  });

  it.each([
    ["nothing", [], "key-log/truncated"],
    ["no beginning", [1, 2], "key-log/truncated"],
    ["a gap", [0, 2], "key-log/broken-chain"],
    ["an entry twice", [0, 1, 1, 2], "key-log/broken-chain"],
    ["the beginning twice", [0, 0, 1], "key-log/broken-chain"],
    ["another order", [0, 2, 1], "key-log/broken-chain"],
  ])("refuses %s", async (_what, order, code) => {
    const entries = rawLog([genesisStep(), key1, activateStep("key 2")]);
    const served = order.flatMap((index) => entries[index] ?? []);
    expect(await codeOf({ entries: served, pins: entries.slice(0, 1).map(rawLogId) })).toBe(code);
  });

  it("refuses a beginning that is none, or that follows something", async () => {
    expect(await codeOf({ entries: rawLog([key1]) })).toBe("key-log/truncated");
    expect(await codeOf({ entries: rawLog([{ ...genesisStep(), seq: 1 }]) })).toBe("key-log/truncated");
    const follower = { ...genesisStep(), previous: new Uint8Array(32).fill(1) };
    expect(await codeOf({ entries: rawLog([follower, key1]) })).toBe("key-log/broken-chain");
  });

  it("refuses another organisation's log, and an entry of one in the middle", async () => {
    const entries = rawLog([genesisStep(), key1]);
    expect(await codeOf({ entries, organisation: organisationOf("bob") })).toBe("key-log/other-organisation");
    const foreign = { ...key1, organisation: seed("bob").subarray(0, 16) };
    expect(await codeOfSteps(foreign)).toBe("key-log/other-organisation");
    await expect(verify({ entries, organisation: "alice" })).rejects.toMatchObject({ code: "bytes/malformed-text" });
  });

  it("takes the organisation's id in upper case as well", async () => {
    const organisation = organisationOf("alice").toUpperCase();
    expect(await codeOf({ entries: rawLog([genesisStep(), key1]), organisation })).toBe("accepted");
  });
});

describe("signatures", () => {
  const mallory = signingKeyOf("mallory");
  const token = signingKeyOf("token");
  const handover: RawStep = { kind: "authority", parts: [token.publicKey], counterSigner: token };

  it.each([
    ["the beginning signed by somebody else", [{ ...genesisStep(), signer: mallory }]],
    ["an entry signed by somebody else", [genesisStep(), { ...key1, signer: mallory }]],
    ["a handover signed by the new authority alone", [genesisStep(), { ...handover, signer: token }]],
    ["a handover counter-signed by somebody else", [genesisStep(), { ...handover, counterSigner: mallory }]],
    ["a handover to somebody who did not sign", [genesisStep(), { ...handover, counterSigner: signingKeyOf("alice") }]],
    ["an entry by the old authority after a handover", [genesisStep(), handover, key1]],
  ])("refuses %s", async (_what, steps) => {
    expect(await codeOf({ entries: rawLog(steps) })).toBe("key-log/bad-signature");
  });

  it("accepts the new authority after a handover", async () => {
    expect(await codeOfSteps(handover, { ...key1, signer: token })).toBe("accepted");
  });

  it("refuses the counter-signature over the body itself, and the other way round", async () => {
    const entries = rawLog([genesisStep(), handover]);
    const { body, signature, counterSignature } = decodeKeyLogEntry(deps, entries[1] ?? new Uint8Array());
    const swapped = fields(body, counterSignature ?? new Uint8Array(64), signature);
    expect(await codeOf({ entries: [...entries.slice(0, 1), swapped] })).toBe("key-log/bad-signature");
  });
});

describe("keys (check A4)", () => {
  // The encodings of small order (0, 1, two of order 8, -1), each as it is, plus p where that fits, and with the top bit set.
  const x25519 = [
    "00".repeat(32),
    `01${"00".repeat(31)}`,
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    `ec${"ff".repeat(30)}7f`,
    `ed${"ff".repeat(30)}7f`,
    `ee${"ff".repeat(30)}7f`,
    `${"00".repeat(31)}80`,
    `01${"00".repeat(30)}80`,
    `ec${"ff".repeat(31)}`,
    `ed${"ff".repeat(31)}`,
    `f6${"ff".repeat(30)}7f`,
    `09${"00".repeat(30)}80`,
  ];
  const ed25519 = [
    `01${"00".repeat(31)}`,
    `01${"00".repeat(30)}80`,
    "00".repeat(32),
    `${"00".repeat(31)}80`,
    `ec${"ff".repeat(30)}7f`,
    `ec${"ff".repeat(31)}`,
    `ed${"ff".repeat(30)}7f`,
    `ee${"ff".repeat(30)}7f`,
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    `f0${"ff".repeat(30)}7f`,
  ];

  it.each(x25519)("refuses the organisation key %s in a log and before it is signed", async (hex) => {
    const publicKey = decodeHex(hex);
    const parts = [publicKey, startMs, startMs + 100 * dayMs];
    expect(await codeOfSteps({ kind: "activate", parts })).toBe("key-log/invalid-key");
    const firstKey = { publicKey, validFromMs: startMs, validUntilMs: startMs + 100 * dayMs };
    const input = { organisation: organisationOf("alice"), signer: signerOf("alice"), createdAtMs: startMs, firstKey };
    await expect(createKeyLog(deps, input)).rejects.toMatchObject({ code: "key-log/invalid-key" });
  });

  // Also with a verifier that would accept anything: the keys are refused for what they are.
  it.each(ed25519)("refuses the authority key %s at the beginning and in a handover", async (hex) => {
    const parts = [decodeHex(hex)];
    const lax = { ...deps, verify: () => true };
    expect(await codeOf({ entries: rawLog([{ kind: "genesis", parts }]), with: lax })).toBe("key-log/invalid-key");
    const handover = { kind: "authority", parts, counterSigner: signingKeyOf("mallory") };
    expect(await codeOf({ entries: rawLog([genesisStep(), handover]), with: lax })).toBe("key-log/invalid-key");
  });
});

describe("the rules", () => {
  const retire = (key: string, graceMs: number): RawStep => ({
    kind: "retire",
    parts: [keyIdBytes(key), graceMs],
  });
  const revoke = (key: string, sinceMs: number): RawStep => ({ kind: "revoke", parts: [keyIdBytes(key), sinceMs] });
  const alice = signingKeyOf("alice");

  it.each<[string, RawStep[]]>([
    ["a second beginning", [genesisStep("bob")]],
    ["a time that goes backwards", [{ ...key1, createdAtMs: startMs - 1 }]],
    ["a key that is over when it is activated", [{ ...key1, createdAtMs: startMs + 365 * dayMs }]],
    [
      "a validity that ends before it begins",
      [activateStep("key 1", { fromMs: startMs + 2 * dayMs, untilMs: startMs + 2 * dayMs })],
    ],
    ["retiring a key that was never activated", [retire("key 1", startMs)]],
    ["revoking a key that was never activated", [revoke("key 1", startMs)]],
    ["grace beyond the key's validity", [key1, retire("key 1", startMs + 365 * dayMs + 1)]],
    ["a revocation in the future", [key1, { ...revoke("key 1", startMs + 1), createdAtMs: startMs }]],
    ["revoking twice", [key1, revoke("key 1", startMs), revoke("key 1", startMs)]],
    ["retiring a revoked key", [key1, revoke("key 1", startMs), retire("key 1", startMs)]],
    ["activating a revoked key again", [key1, revoke("key 1", startMs), key1]],
    ["a handover to the same authority", [{ kind: "authority", parts: [alice.publicKey], counterSigner: alice }]],
  ])("refuse %s", async (_what, steps) => {
    expect(await codeOfSteps(...steps)).toBe("key-log/against-rules");
  });

  it("allow two entries of the same millisecond, and grace to the end of the validity", async () => {
    const sameTime = { ...activateStep("key 2"), createdAtMs: startMs };
    expect(await codeOfSteps(sameTime)).toBe("accepted");
    expect(await codeOfSteps(key1, retire("key 1", startMs + 365 * dayMs))).toBe("accepted");
  });

  it.each([
    [-1, "accepted"],
    [0, "accepted"],
    [1, "key-log/against-rules"],
  ])("hold at two years %i ms", async (excess, code) => {
    const untilMs = startMs + keyLogLimits.validityMs + excess;
    expect(await codeOfSteps({ ...activateStep("key 1", { untilMs }), createdAtMs: startMs })).toBe(code);
  });
});

describe("bytes", () => {
  const other = (change: Partial<RawStep>): RawStep => ({ ...key1, ...change });

  it.each<[string, RawStep, string]>([
    ["a newer version (check A8)", other({ label: "coterie/key-log/2" }), "key-log/unknown-version"],
    ["an older version (check A8)", other({ label: "coterie/key-log/0" }), "key-log/unknown-version"],
    ["an unknown kind (check A8)", other({ kind: "restore" }), "key-log/unknown-version"],
    ["a kind in upper case", other({ kind: "Activate" }), "key-log/unknown-version"],
    ["a short key", other({ parts: [new Uint8Array(31), startMs, startMs + dayMs] }), "key-log/malformed"],
    ["a long key", other({ parts: [new Uint8Array(33), startMs, startMs + dayMs] }), "key-log/malformed"],
    ["a missing part", other({ parts: [publicKeyOf("key 1"), startMs] }), "key-log/malformed"],
    ["a part too many", other({ parts: [publicKeyOf("key 1"), startMs, startMs, startMs] }), "key-log/malformed"],
    ["a short organisation id", other({ organisation: new Uint8Array(15) }), "key-log/malformed"],
    ["a short previous hash", other({ previous: new Uint8Array(31) }), "key-log/malformed"],
    ["a short key id", { kind: "revoke", parts: [new Uint8Array(19), startMs] }, "key-log/malformed"],
    ["a handover without counter-signature", { kind: "authority", parts: [seed("x")] }, "key-log/malformed"],
    ["a counter-signature elsewhere", other({ counterSigner: signingKeyOf("alice") }), "key-log/malformed"],
    ["a time beyond all calendars", other({ createdAtMs: keyLogLimits.latestTimeMs + 1 }), "key-log/malformed"],
  ])("refuses %s", async (_what, step, code) => {
    expect(await codeOfSteps(step)).toBe(code);
  });

  it("accepts the last time of all calendars, and refuses numbers of other widths", async () => {
    const { latestTimeMs } = keyLogLimits;
    const untilMs = latestTimeMs;
    expect(await codeOfSteps({ ...activateStep("key 1", { untilMs }), createdAtMs: latestTimeMs - 1 })).toBe(
      "accepted",
    );
    const parts = [publicKeyOf("key 1"), new Uint8Array(7), new Uint8Array(8).fill(0xff)];
    expect(await codeOfSteps(other({ parts }))).toBe("key-log/malformed");
  });

  it("refuses entries at every length but their own", async () => {
    const [genesis, entry] = rawLog([genesisStep(), key1]);
    if (genesis === undefined || entry === undefined) throw new Error("two entries were made");
    for (let length = 0; length < entry.length; length++)
      expect(await codeOf({ entries: [genesis, entry.subarray(0, length)] })).toBe("key-log/malformed");
    expect(await codeOf({ entries: [genesis, fields(entry)] })).toBe("key-log/malformed");
    expect(await codeOf({ entries: [genesis, Uint8Array.from([...entry, 0])] })).toBe("key-log/malformed");
  });

  it.each([
    [511, "key-log/malformed"],
    [512, "key-log/malformed"],
    [513, "key-log/too-large"],
  ])("looks into %i bytes as the limit says", async (length, code) => {
    expect(await codeOf({ entries: [new Uint8Array(length)], pins: [] })).toBe(code);
  });

  it.each([
    [999, "accepted"],
    [1000, "accepted"],
    [1001, "key-log/too-large"],
  ])("takes %i entries as the limit says", async (count, code) => {
    const renewals = Array.from({ length: count - 1 }, () => ({ ...key1, createdAtMs: startMs }));
    expect(await codeOfSteps(...renewals)).toBe(code);
  });

  it("does not append beyond the limit", async () => {
    const renewals = Array.from({ length: 999 }, () => ({ ...key1, createdAtMs: startMs }));
    const { log } = await verify({ entries: rawLog([genesisStep(), ...renewals]) });
    const update = { kind: "revoke", keyId: keyIdOf("key 1"), sinceMs: startMs } as const;
    const more = appendEntry(deps, { log, signer: signerOf("alice"), update, createdAtMs: startMs + dayMs });
    await expect(more).rejects.toMatchObject({ code: "key-log/too-large" });
    expect(entriesOf(log)).toHaveLength(1000);
  });

  it("says nothing of its input in messages", async () => {
    const entries = rawLog([genesisStep(), other({ kind: "jane.doe@example.org" })]);
    const error: unknown = await verify({ entries }).catch((reason: unknown) => reason);
    expect(String(error)).not.toContain("jane");
  });
});

function keyIdBytes(key: string): Uint8Array {
  const label = fields("coterie/public-key-id/1", "x25519", publicKeyOf(key));
  return deps.sha256(label).subarray(0, 20);
}
