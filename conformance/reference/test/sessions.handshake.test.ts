import { describe, expect, it } from "vitest";
import { converseWithModel, emptyHandshakeTally, openMismatched, respondToModel } from "./handshake.ts";

describe("handshakes with the model (C1)", () => {
  it("agree in both roles, with and without one-time prekeys, 60 times", () => {
    const tally = emptyHandshakeTally();
    for (let i = 0; i < 30; i++) respondToModel(i % 2 === 0, tally);
    for (let i = 0; i < 30; i++) converseWithModel({ withOneTime: i % 2 === 0, turns: 1 }, tally);
    expect(tally).toEqual({ agreed: 60, signatures: 60 });
  });

  it("lead to conversations through several post-quantum epochs", () => {
    const tally = emptyHandshakeTally();
    const { epoch } = converseWithModel({ withOneTime: true, turns: 160 }, tally);
    expect(tally.agreed).toBe(1);
    expect(epoch).toBeGreaterThanOrEqual(4);
  });

  it("fail under an identity key that is not the sender's", () => {
    expect(openMismatched()).toBe("tampered");
  });
});
