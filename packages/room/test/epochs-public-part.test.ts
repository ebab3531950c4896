import { type Bytes, concatBytes, encodeHex } from "@coterie/bytes";
import { describe, expect, it } from "vitest";
import { decodePublicPart, encodePublicPart, type Sealing } from "../src/epochs/public-part.ts";
import { roomLimits } from "../src/index.ts";
import { madeUp, nothing, seededRandom } from "./epochs-scene.ts";

const malformed = expect.objectContaining({ code: "room/malformed" });

/** Entries that ascend, by their first four bytes. */
function entries(count: number): Bytes {
  return concatBytes(
    ...Array.from({ length: count }, (_, i) => concatBytes(Uint8Array.of(i >>> 16, i >>> 8, i), madeUp("entry", 45))),
  );
}

function sealing(count: number, name = "epoch"): Sealing {
  return { epochId: madeUp(name, 16), ephemeralKey: madeUp(`key of ${name}`), entries: entries(count) };
}

describe("the public part of a block", () => {
  it("comes back as it was, and is empty where nothing is sealed", () => {
    for (const sealings of [[], [sealing(8)], [sealing(16), sealing(8, "b"), sealing(8, "b")], [sealing(1000)]])
      expect(decodePublicPart(encodePublicPart(sealings))).toEqual(sealings);
    expect(encodePublicPart([])).toEqual(nothing);
    expect(encodePublicPart([sealing(8)]).length).toBe(1 + 16 + 32 + 1 + 8 * 48);
  });

  it("holds no view on what it was decoded from", () => {
    const bytes = encodePublicPart([sealing(8)]);
    const decoded = decodePublicPart(bytes);
    bytes.fill(0);
    expect(decoded).toEqual([sealing(8)]);
  });

  it("is refused on both sides where entries are not in eights, ascending, distinct and within their limit", () => {
    const one = entries(1);
    const swapped = concatBytes(entries(8).subarray(48, 96), one, entries(8).subarray(96));
    const twice = concatBytes(one, one, entries(8).subarray(96));
    const wrong = [
      nothing,
      entries(7),
      entries(9),
      entries(4),
      swapped,
      twice,
      entries(8).subarray(1),
      entries(10_008),
    ];
    for (const bad of wrong) {
      const sealings = [{ ...sealing(8), entries: bad.slice() }];
      expect(() => encodePublicPart(sealings)).toThrow(malformed);
    }
    const { epochId, ephemeralKey } = sealing(8);
    for (const [count, bad] of [
      [7, entries(7)],
      [8, swapped],
      [8, twice],
      [0, nothing],
    ] as const) {
      const bytes = concatBytes(Uint8Array.of(1), epochId, ephemeralKey, Uint8Array.of(count), bad);
      expect(() => decodePublicPart(bytes)).toThrow(malformed);
    }
    expect(decodePublicPart(encodePublicPart([sealing(roomLimits.sealedEntries)]))).toHaveLength(1);
  });

  it("is refused with no sealing, too many, a field of another length, or a number spelled longer", () => {
    expect(() => decodePublicPart(Uint8Array.of(0))).toThrow(malformed);
    const many = Array.from({ length: roomLimits.sealingsPerBlock }, () => sealing(8));
    expect(decodePublicPart(encodePublicPart(many))).toHaveLength(1_024);
    expect(() => encodePublicPart([...many, sealing(8)])).toThrow(malformed);
    expect(() => decodePublicPart(Uint8Array.of(0x81, 0x08))).toThrow(malformed);
    expect(() => encodePublicPart([{ ...sealing(8), epochId: madeUp("epoch", 15) }])).toThrow(malformed);
    expect(() => encodePublicPart([{ ...sealing(8), ephemeralKey: madeUp("key", 33) }])).toThrow(malformed);
    const bytes = encodePublicPart([sealing(8)]);
    expect(() => decodePublicPart(concatBytes(Uint8Array.of(0x81, 0), bytes.subarray(1)))).toThrow(malformed);
  });

  it("allocates nothing for what it only announces", () => {
    const { epochId, ephemeralKey } = sealing(8);
    for (const count of [
      [0xff, 0xff, 0xff, 0xff, 0x0f],
      [0x90, 0x4e],
      [0x98, 0x4e],
    ]) {
      const bytes = concatBytes(Uint8Array.of(1), epochId, ephemeralKey, Uint8Array.from(count));
      expect(() => decodePublicPart(bytes)).toThrow(malformed);
    }
  });

  it("decodes 10,000 mutants to what encodes to the same bytes, or refuses them (A5)", () => {
    const random = seededRandom("mutants of public parts");
    const original = encodePublicPart([sealing(8), sealing(16, "b")]);
    let refused = 0;
    for (let i = 0; i < 10_000; i++) {
      const at = random.below(original.length);
      const changed = original.slice();
      changed[at] = (changed[at] ?? 0) ^ (1 + random.below(255));
      const mutants = [
        changed,
        original.slice(0, at),
        concatBytes(original, changed.subarray(at)),
        concatBytes(original.subarray(0, at), changed),
      ];
      const mutant = mutants[random.below(4)] ?? changed;
      if (mutant.length === 0) continue;
      try {
        expect(encodeHex(encodePublicPart(decodePublicPart(mutant)))).toBe(encodeHex(mutant));
      } catch (error) {
        expect(error).toEqual(malformed);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(5_000);
  });
});
