// The long form of test 26: every call of the disk, every mishap, several lives.
import { expect, it } from "vitest";
import { dieAt, type Mishap } from "./rooms-crashes.ts";

const mishaps: readonly Mishap[] = ["power-cut", "kill", "full", "failed"];

for (const seed of [1, 2, 3])
  for (const mishap of mishaps)
    it(`26: loses nothing acknowledged and signs nothing twice, seed ${seed}: ${mishap} at every call`, async () => {
      let crashes = 0;
      for (let call = 1; ; call++) {
        const outcome = await dieAt(seed, { call, mishap }).catch((error: unknown) => {
          throw new Error(`at call ${call}`, { cause: error });
        });
        if (outcome.calls < call) break;
        if (outcome.isCrashed) crashes++;
      }
      expect(crashes).toBeGreaterThan(50);
    }, 600_000);
