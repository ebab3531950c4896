import { encodeFields } from "@coterie/bytes";
import { expect, it } from "vitest";
import { derivationLabels, fieldLabels } from "../src/labels.ts";

it("has labels that are distinct, and of which none starts another where it is used", () => {
  const asFields = Object.values(fieldLabels).map((label) => Buffer.from(encodeFields(label)).toString("hex"));
  const asInfos = Object.values(derivationLabels).map((label) => Buffer.from(label).toString("hex"));
  const all = [...asFields, ...asInfos];
  for (const [i, one] of all.entries()) {
    expect(all.filter((other, j) => i !== j && other.startsWith(one))).toEqual([]);
  }
});
