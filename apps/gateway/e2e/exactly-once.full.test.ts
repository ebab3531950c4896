// Check B5: ten thousand of each, over 16 connections and three gateways on one database, with kills.
import { expect, it } from "vitest";
import { countExactlyOnce } from "./support/exactly-once.ts";

it("the same id 10,000 times counts once, and 10,000 persons count 10,000", async () => {
  const outcome = await countExactlyOnce({
    replays: 10_000,
    persons: 10_000,
    repetitions: 10_000,
    connections: 16,
    kills: 7,
  });
  expect(outcome).toEqual({
    replayed: { answered: 10_000, receipts: 1, stored: 1, counter: 1 },
    different: { answered: 10_000, receipts: 10_000, stored: 10_000, counter: 10_000 },
    repeated: { answered: 10_000, receipts: 10_000, stored: 10_000, counter: 1 },
    ranksAreDense: true,
    killed: 21,
    corrected: 0,
  });
}, 1_200_000);
