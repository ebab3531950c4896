import { describe, expect, it } from "vitest";
import { converseWithModel, emptyHandshakeTally, respondToModel } from "./handshake.ts";

describe("handshakes with the model (C1)", () => {
  it("agree in 1,000 of 1,000", () => {
    const tally = emptyHandshakeTally();
    for (let i = 0; i < 500; i++) respondToModel(i % 2 === 0, tally);
    for (let i = 0; i < 500; i++) converseWithModel({ withOneTime: i % 2 === 0, turns: 1 }, tally);
    process.stdout.write(`${JSON.stringify(tally)}\n`);
    expect(tally).toEqual({ agreed: 1000, signatures: 1000 });
  });
});
