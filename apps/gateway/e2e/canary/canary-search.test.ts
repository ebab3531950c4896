// The searcher itself: it finds what was planted, in every encoding, and nothing that was not.
import { createHash, randomBytes } from "node:crypto";
import { deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { CanarySearch } from "./canary-search.ts";
import { needlesOf } from "./needles.ts";

const canary = "Łucja·Kanarek-x7Qp";
const search = new CanarySearch([...needlesOf(canary), ...needlesOf("another-Canary-1234")]);

/** `planted` between random bytes, at a random place. */
function hay(planted: Uint8Array): Buffer {
  return Buffer.concat([randomBytes(1000 + Math.floor(randomBytes(1).readUInt8(0) / 2)), planted, randomBytes(1000)]);
}

const hash = (algorithm: string): Buffer => createHash(algorithm).update(canary).digest();

const planted: Record<string, Uint8Array> = {
  "UTF-8": Buffer.from(`{"firstName":"${canary}"}`),
  "UTF-16 little-endian": Buffer.from(canary, "utf16le"),
  "UTF-16 big-endian": Buffer.from(canary, "utf16le").swap16(),
  hex: Buffer.from(Buffer.from(canary).toString("hex")),
  "upper-case hex": Buffer.from(Buffer.from(canary).toString("hex").toUpperCase()),
  "a URL": Buffer.from(`name=${encodeURIComponent(canary)}&x=1`),
  "JSON with escapes": Buffer.from(`"\\u0141ucja\\u00b7Kanarek-x7Qp"`),
  ...Object.fromEntries(
    [0, 1, 2, 3, 4, 5].flatMap((before) =>
      (["base64", "base64url"] as const).map((encoding) => [
        `${encoding} after ${before} bytes`,
        Buffer.from(Buffer.from(`${"p".repeat(before)}${canary}and more`).toString(encoding)),
      ]),
    ),
  ),
  ...Object.fromEntries(
    ["sha256", "sha1", "md5"].flatMap((algorithm) => [
      [algorithm, hash(algorithm)],
      [`${algorithm} in hex`, Buffer.from(hash(algorithm).toString("hex"))],
      [`${algorithm} in base64`, Buffer.from(hash(algorithm).toString("base64"))],
    ]),
  ),
  "a gzip stream": gzipSync(
    Buffer.concat([Buffer.alloc(5000, "text "), Buffer.from(canary), Buffer.alloc(5000, "text ")]),
  ),
  "a zlib stream": deflateSync(
    Buffer.concat([Buffer.alloc(5000, "text "), Buffer.from(canary), Buffer.alloc(5000, "text ")]),
  ),
};

describe("the search", () => {
  for (const [name, bytes] of Object.entries(planted)) {
    it(`finds a canary in ${name}`, () => {
      const hits = search.search("hay", hay(bytes));
      expect(hits.length).toBeGreaterThan(0);
      expect(new Set(hits.map((hit) => hit.canary))).toEqual(new Set([canary]));
    });
  }

  it("finds it at the very start and the very end, and among many", () => {
    expect(search.search("start", Buffer.concat([Buffer.from(canary), randomBytes(50)]))).not.toEqual([]);
    expect(search.search("end", Buffer.concat([randomBytes(50), Buffer.from(canary)]))).not.toEqual([]);
    const many = Array.from({ length: 3000 }, () => randomBytes(12).toString("hex"));
    const broad = new CanarySearch(many.flatMap(needlesOf));
    const one = many[1234] ?? "";
    expect(broad.search("many", hay(Buffer.from(one))).map((hit) => hit.canary)).toContain(one);
  });

  it("finds nothing in random bytes, nor in what only resembles a canary", () => {
    expect(search.search("random", randomBytes(3_000_000))).toEqual([]);
    for (const near of [
      canary.slice(0, -1),
      canary.toUpperCase(),
      canary.replace("x7", "x8"),
      Array.from(canary).toReversed().join(""),
    ]) {
      expect(search.search("near", hay(Buffer.from(near)))).toEqual([]);
      expect(search.search("near", hay(createHash("sha256").update(near).digest()))).toEqual([]);
    }
  });
});
