import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Bytes } from "@coterie/bytes";
import { appendEntry, createKeyLog, decodeKeyLogEntry, type KeyLog, verifyKeyLog } from "../src/index.ts";
import { dayMs, deps, entriesOf, keyIdOf, organisationOf, publicKeyOf, signerOf, startMs } from "./maker.ts";

const organisation = organisationOf("alice");
let log: KeyLog;
let entries: Bytes[];

// One entry of every kind.
beforeAll(async () => {
  const [signer, newSigner] = [signerOf("alice"), signerOf("token")];
  const createdAtMs = startMs;
  const key = (name: string) => ({
    publicKey: publicKeyOf(name),
    validFromMs: startMs,
    validUntilMs: startMs + 99 * dayMs,
  });
  const update = { kind: "activate", ...key("key 2") } as const;
  log = await createKeyLog(deps, { organisation, signer, createdAtMs, firstKey: key("key 1") });
  log = await appendEntry(deps, { log, signer, createdAtMs, update });
  const retire = { kind: "retire", keyId: keyIdOf("key 1"), graceUntilMs: startMs + 9 * dayMs } as const;
  log = await appendEntry(deps, { log, signer, createdAtMs, update: retire });
  log = await appendEntry(deps, { log, signer, createdAtMs, update: { kind: "authority", newSigner } });
  const revoke = { kind: "revoke", keyId: keyIdOf("key 1"), sinceMs: startMs } as const;
  log = await appendEntry(deps, { log, signer: newSigner, createdAtMs, update: revoke });
  entries = entriesOf(log);
});

async function isAccepted(served: readonly Uint8Array[]): Promise<boolean> {
  const input = { organisation, entries: served, pins: [log.logId], nowMs: startMs + dayMs, rememberedHead: undefined };
  return verifyKeyLog(deps, input).then(
    () => true,
    (error: { readonly code?: string }) => {
      expect(error.code).toMatch(/^key-log\/[a-z-]+$/);
      return false;
    },
  );
}

describe("a log of every kind of entry", () => {
  it("is accepted as it was made", async () => {
    expect(entries).toHaveLength(6);
    expect(await isAccepted(entries)).toBe(true);
  });

  it("is refused with any one bit flipped", async () => {
    let flips = 0;
    for (const [index, entry] of entries.entries()) {
      for (let bit = 0; bit < entry.length * 8; bit++) {
        const flipped = Uint8Array.from(entry);
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        flips += 1;
        if (await isAccepted(entries.with(index, flipped))) expect.fail(`bit ${bit} of entry ${index} is free`);
      }
    }
    expect(flips).toBe(entries.reduce((sum, { length }) => sum + length * 8, 0));
  });

  it("is refused in every other order (719 permutations)", async () => {
    let accepted = 0;
    for (const order of permutations(entries)) accepted += (await isAccepted(order)) ? 1 : 0;
    expect(accepted).toBe(1);
  });

  it("is refused with entries dropped or repeated, unless only the end is missing", async () => {
    const picks = fc.array(fc.nat({ max: entries.length - 1 }), { maxLength: 9 });
    await fc.assert(
      fc.asyncProperty(picks, async (picked) => {
        const isBeginning = picked.length > 0 && picked.every((index, place) => index === place);
        expect(await isAccepted(picked.flatMap((index) => entries[index] ?? []))).toBe(isBeginning);
      }),
      { numRuns: 3000 },
    );
  });

  it("decodes every entry to what encodes to it again, and throws only its own errors for other bytes", () => {
    for (const entry of entries) expect(decodeKeyLogEntry(deps, entry).encoded).toEqual(entry);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        expect(() => decodeKeyLogEntry(deps, bytes)).toThrow(
          expect.objectContaining({ code: expect.stringMatching(/^key-log\/(malformed|too-large|unknown-version)$/) }),
        );
      }),
      { numRuns: 5000 },
    );
  });
});

function permutations<Item>(items: readonly Item[]): Item[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((first, index) => permutations(items.toSpliced(index, 1)).map((rest) => [first, ...rest]));
}
