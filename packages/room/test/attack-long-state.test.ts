// State that is longer than a storage takes at once; whole rooms come there in attack-long-state.full.test.ts.
import type { Ciphertext } from "@coterie/bytes";
import { createMemoryLogStore, oplogLimits } from "@coterie/oplog";
import { expect, it } from "vitest";
import { roomLimits } from "../src/index.ts";
import { decodeCheckpointState, encodeCheckpointState } from "../src/checkpoint/checkpoint-state.ts";
import { withLongState } from "../src/room/long-state.ts";

/** Each MiB begins with its number. */
function valueOf(length: number): Ciphertext<"state"> {
  const value = new Uint8Array(length).fill(length % 251);
  for (let at = 0; at < length; at += 1_048_576) value[at] = at >>> 20;
  // brand: made up
  return value as Ciphertext<"state">;
}

const isSame = (a: Uint8Array | undefined, b: Uint8Array): boolean => Buffer.compare(a ?? new Uint8Array(), b) === 0;

it.each([-1, 0, 1])(
  "gives back a value of two pieces and %d bytes, also in the place of a longer one",
  async (more) => {
    const store = withLongState(createMemoryLogStore());
    await store.save(new Map([["x", valueOf(3 * roomLimits.statePieceBytes)]]));
    const value = valueOf(2 * roomLimits.statePieceBytes + more);
    expect(value.length).toBeGreaterThan(oplogLimits.stateValueBytes - 2);
    await store.save(new Map([["x", value]]));
    expect(isSame(await store.load("x"), value)).toBe(true);
    await store.save(new Map([["x", undefined]]));
    expect(await store.load("x")).toBeUndefined();
  },
);

it("encodes a control record of more than 16 MiB", () => {
  const state = {
    era: 1,
    position: 2,
    commits: 3,
    orderHash: valueOf(32),
    anchor: valueOf(32),
    control: valueOf(oplogLimits.stateValueBytes + 1),
    contexts: valueOf(100),
    chains: valueOf(256 * 32),
  };
  const decoded = decodeCheckpointState(encodeCheckpointState(state));
  expect(isSame(decoded.control, state.control)).toBe(true);
  expect({ ...decoded, control: undefined }).toEqual({ ...state, control: undefined });
});
