import { expect, it } from "vitest";
import { concatBytes, createJoiner } from "../src/index.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);

it("joins as concatBytes does, up to its capacity and beyond", () => {
  const join = createJoiner(4);
  for (const parts of [
    [],
    [bytes()],
    [bytes(1, 2), bytes(3)],
    [bytes(1, 2), bytes(3, 4)],
    [bytes(1, 2, 3), bytes(4, 5)],
  ])
    expect(join(...parts)).toEqual(concatBytes(...parts));
});

it("uses its memory again, and no more than that", () => {
  const join = createJoiner(4);
  const first = join(bytes(1, 2, 3));
  const long = join(bytes(1, 2, 3), bytes(4, 5));
  expect(join(bytes(9))).toEqual(bytes(9));
  expect(first).toEqual(bytes(9, 2, 3));
  expect(long).toEqual(bytes(1, 2, 3, 4, 5));
});

it("does not share its memory with another one", () => {
  const [one, other] = [createJoiner(2), createJoiner(2)];
  const joined = one(bytes(1), bytes(2));
  other(bytes(3), bytes(4));
  expect(joined).toEqual(bytes(1, 2));
});
