import { expect, it } from "vitest";
import { dieAt, type Mishap } from "./rooms-crashes.ts";

const mishaps: readonly Mishap[] = ["power-cut", "kill", "power-cut", "full", "failed"];

// One call in four each day; which ones depends on nothing, so that what fails, fails again. All of them with COTERIE_FULL=1.
it("26: loses nothing acknowledged and signs nothing twice, wherever its machine stops or its disk fails", async () => {
  let [crashes, lost] = [0, 0];
  for (let call = 1; ; call += 4) {
    const mishap = mishaps[call % mishaps.length] ?? "power-cut";
    const outcome = await dieAt(26, { call, mishap }).catch((error: unknown) => {
      throw new Error(`at call ${call}: ${mishap}`, { cause: error });
    });
    if (outcome.calls < call) break;
    if (outcome.isCrashed) crashes++;
    lost += outcome.lostBlocks;
  }
  expect(crashes).toBeGreaterThan(30);
  expect(lost).toBeGreaterThan(5);
});
