import { expect, it } from "vitest";
import { dieAt } from "./rooms-crashes.ts";

it("26: loses nothing acknowledged and signs nothing twice, wherever its machine stops", async () => {
  let [crashes, lost] = [0, 0];
  for (let call = 1; ; call++) {
    const after = call % 3 === 0 ? "kill" : "power-cut";
    const outcome = await dieAt(26, { call, after }).catch((error: unknown) => {
      throw new Error(`at call ${call}, ${after}`, { cause: error });
    });
    if (!outcome.isCrashed) break;
    crashes++;
    lost += outcome.lostBlocks;
  }
  console.log({crashes,lost});
  expect(crashes).toBeGreaterThan(100);
  expect(lost).toBeGreaterThan(10);
});
