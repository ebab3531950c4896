import { expect, it } from "vitest";
import { type Bytes, createPool } from "../src/index.ts";

it("gives zeros of every length, and nothing twice", () => {
  const take = createPool();
  const taken: Bytes[] = [];
  for (const lengthBytes of [0, 1, 31, 64, 1_024, 1_025, 5_000, 8_192, 9_000, 100, 1_000])
    for (let i = 0; i < 20; i++) taken.push(take(lengthBytes).fill((taken.length % 255) + 1));
  for (const [i, bytes] of taken.entries()) expect(bytes.every((byte) => byte === (i % 255) + 1)).toBe(true);
  for (let i = 0; i < 100; i++) expect(take(i * 17).every((byte) => byte === 0)).toBe(true);
});

it("shares memory among small arrays, and with no other pool", () => {
  const [one, other] = [createPool(), createPool()];
  expect(one(100).buffer).toBe(one(100).buffer);
  expect(one(100).buffer).not.toBe(other(100).buffer);
  expect(one(1_025).buffer.byteLength).toBe(1_025);
  expect(one(1).buffer.byteLength).toBeLessThanOrEqual(8_192);
});
