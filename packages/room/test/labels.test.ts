import { decodeUtf8 } from "@coterie/bytes";
import { expect, it } from "vitest";
import { roomLabels } from "../src/labels.ts";

it("keeps every purpose apart: no label is another one's beginning", () => {
  const labels = Object.values(roomLabels).map((label) => decodeUtf8(label));
  expect(new Set(labels).size).toBe(labels.length);
  for (const label of labels) {
    expect(label).toMatch(/^coterie\/room\/[a-z/-]+\/1\0?$/u);
    expect(labels.filter((other) => other.startsWith(label))).toEqual([label]);
  }
});
