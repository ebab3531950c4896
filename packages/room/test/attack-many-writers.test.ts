// Attack: a member who has more writers than a removal can name. It is removed all the same (docs/protocol/rooms.md §5.1).
import { nodePrimitives } from "@coterie/primitives/node";
import { expect, it } from "vitest";
import { decodeOperations, encodeOperations, MembershipLog, proposeRemoval, roomLimits } from "../src/index.ts";
import { adding, certifying, keyOf, toyDeps, toyGenesis, toyLogId } from "./membership-scene.ts";

it("removes a member with more writers than the operation has room for", () => {
  const log = new MembershipLog(toyDeps, { genesis: toyGenesis, logId: toyLogId });
  let set = log.sets.empty;
  const write = (writer: string, seq: number, operation: Parameters<typeof encodeOperations>[0][number]) => {
    const hash = keyOf(`control ${log.size}`);
    const block = { lamport: log.size, hash, writer: keyOf(writer), seq, commits: 0, operations: [operation] };
    const { control, authorised } = log.add({ ...block, pastSet: set });
    set = log.sets.with(set, control);
    return authorised;
  };
  write("alice/1", 0, adding("mallory"));
  const writers = Array.from({ length: roomLimits.capsPerOperation + 2 }, (_, i) => `mallory/${i}`);
  for (const writer of writers) write(writer, 0, certifying(writer));
  const removal = proposeRemoval({
    membership: log.evaluate(set, 0),
    author: keyOf("alice"),
    identity: keyOf("mallory"),
    findHead: () => ({ seq: 0, hash: keyOf("a head") }),
  });
  expect(removal.caps).toHaveLength(roomLimits.capsPerOperation);
  expect(decodeOperations(nodePrimitives, encodeOperations([removal]))).toEqual([removal]);
  expect(write("alice/1", 1, removal)).toEqual([true]);
  const membership = log.evaluate(set, 0);
  expect(membership.find(keyOf("mallory"))).toBeUndefined();
  for (const writer of writers) expect(membership.isValidWriter(keyOf(writer))).toBe(false);
  // What the removal's author had seen stands, named or not.
  expect(membership.isVoidControl(log.size - 2)).toBe(false);
});
