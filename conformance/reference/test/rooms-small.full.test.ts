import { describe, expect, it } from "vitest";
import { type SmallChoice, trySmallRooms } from "./rooms-small.ts";

const choices: readonly SmallChoice[] = [
  { steps: 3, writers: ["z", "a", "b"], others: ["m"] },
  { steps: 4, writers: ["z", "a"], others: ["m"] },
  { steps: 2, writers: ["z", "a", "b", "c"], listeners: ["l"], others: ["m"] },
  { steps: 3, writers: ["z", "a", "b"], others: [], indexers: 2 },
  { steps: 2, writers: ["z", "a", "b", "c"], others: ["m"], indexers: 3 },
];

describe("everything that can happen in a small room (docs/protocol/rooms.md §7)", () => {
  it.each(choices)(
    "leaves nobody with too much or too little to read, or in doubt: $writers, $steps steps, $indexers indexers",
    (choice) => {
      const { states, faults } = trySmallRooms(choice);
      process.stdout.write(`${JSON.stringify({ ...choice, states })}\n`);
      expect(faults).toEqual([]);
    },
    3_600_000,
  );
});
