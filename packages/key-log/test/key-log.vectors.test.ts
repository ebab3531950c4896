import { expect, it } from "vitest";
import { type Bytes, decodeHex, encodeHex } from "@coterie/bytes";
import { deriveKeyId, keyIdBytes } from "@coterie/primitives";
import { nodePrimitives } from "@coterie/primitives/node";
import { portablePrimitives } from "@coterie/primitives/portable";
import {
  appendEntry,
  createKeyLog,
  decodeKeyLogEntry,
  type KeyLogSigner,
  type KeyLogUpdate,
  parseLogId,
  resumeKeyLog,
  verifyKeyLog,
} from "../src/index.ts";
import { golden, goldenEntries } from "./golden.ts";
import { dayMs, entriesOf } from "./maker.ts";

const { startMs } = golden;

function signerOfSeed(byte: number): KeyLogSigner {
  const { publicKey, secretKey } = nodePrimitives.deriveSigningKeyPair(new Uint8Array(32).fill(byte));
  return { publicKey, sign: (message: Bytes) => nodePrimitives.sign(secretKey, message) };
}

it("makes these bytes", async () => {
  const [first, second] = [signerOfSeed(1), signerOfSeed(2)];
  const publicKey = decodeHex(golden.publicKey);
  const { organisation } = golden;
  let log = await createKeyLog(nodePrimitives, { organisation, signer: first, createdAtMs: startMs });
  const keyId = deriveKeyId(nodePrimitives, publicKey);
  const updates: readonly (readonly [KeyLogSigner, KeyLogUpdate])[] = [
    [first, { kind: "activate", publicKey, validFromMs: startMs, validUntilMs: startMs + 365 * dayMs }],
    [first, { kind: "retire", keyId, graceUntilMs: startMs + 30 * dayMs }],
    [first, { kind: "authority", newSigner: second }],
    [second, { kind: "revoke", keyId, sinceMs: startMs + 2 }],
  ];
  for (const [index, [signer, update]] of updates.entries())
    log = await appendEntry(nodePrimitives, { log, signer, update, createdAtMs: startMs + index + 1 });
  expect(entriesOf(log).map(encodeHex)).toEqual(goldenEntries.map(encodeHex));
  expect(log.logId).toBe(golden.logId);
});

it.each([nodePrimitives, portablePrimitives])("reads these bytes ($backend)", async (primitives) => {
  const pin = parseLogId(golden.logId);
  const input = { organisation: golden.organisation, entries: goldenEntries, rememberedHead: undefined };
  const { active, revoked, log } = await verifyKeyLog(primitives, { ...input, pins: [pin], nowMs: startMs + dayMs });
  expect(active).toBeUndefined();
  expect(revoked.map(({ publicKey, sinceMs }) => [encodeHex(publicKey), sinceMs])).toEqual([
    [golden.publicKey, startMs + 2],
  ]);
  expect(encodeHex(log.authority)).toBe(golden.newAuthority);
  expect(encodeHex(log.entries.at(-1)?.hash ?? new Uint8Array(0))).toBe(golden.headHash);
  expect(
    (await resumeKeyLog(primitives, { ...input, entries: goldenEntries.slice(0, 2), pin })).activations,
  ).toHaveLength(1);
});

it("has the lengths of the protocol's tables", () => {
  expect(goldenEntries.map(({ length }) => length)).toEqual([220, 245, 219, 290, 219]);
  expect(goldenEntries.map((entry) => decodeKeyLogEntry(nodePrimitives, entry).change.kind)).toEqual([
    "genesis",
    "activate",
    "retire",
    "authority",
    "revoke",
  ]);
  expect(encodeHex(keyIdBytes(deriveKeyId(nodePrimitives, decodeHex(golden.publicKey))))).toBe(golden.keyId);
});
