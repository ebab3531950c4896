// Three gateways on one database, one after the other killed: the same submission counts once, each person counts once.
import { expect, it } from "vitest";
import { countExactlyOnce } from "./support/exactly-once.ts";

it("the same id 400 times over 16 connections and three gateways with kills counts once, and 300 persons count 300", async () => {
  const outcome = await countExactlyOnce({ replays: 400, persons: 300, repetitions: 100, connections: 16, kills: 1 });
  expect(outcome).toEqual({
    replayed: { answered: 400, receipts: 1, stored: 1, counter: 1 },
    different: { answered: 300, receipts: 300, stored: 300, counter: 300 },
    repeated: { answered: 100, receipts: 100, stored: 100, counter: 1 },
    ranksAreDense: true,
    killed: 3,
    corrected: 0,
  });
}, 120_000);
