// The widget's solver: small slices, whatever the platform's clock does, and a solution that the gateway takes.
import { checkWork, encodeWorkChallenge, parseWorkChallenge, type WorkChallenge } from "@coterie/actions/work";
import { decodeBase64Url, encodeBase64Url } from "@coterie/bytes";
import { nodePrimitives } from "@coterie/primitives/node";
import { describe, expect, it } from "vitest";
import { solveWork } from "../src/proof-of-work.ts";

function challengeOf(hashesPerPart: number): { readonly text: string; readonly challenge: WorkChallenge | undefined } {
  const bytes = encodeWorkChallenge({ hashesPerPart, expiresAtMs: 1_900_000_000_000, tag: new Uint8Array(32).fill(7) });
  return { text: encodeBase64Url(bytes), challenge: parseWorkChallenge(bytes) };
}

/** A platform on which each look at the clock finds it so much later. */
function platform(stepMs: number) {
  let nowMs = 0;
  const pauses: number[] = [];
  return {
    pauses,
    deps: {
      now: () => (nowMs += stepMs),
      pause: async () => void pauses.push(nowMs),
    },
  };
}

describe("solving in the browser", () => {
  it("finds what the gateway takes", async () => {
    const { text, challenge } = challengeOf(256);
    const solution = await solveWork(platform(1).deps, text);
    if (challenge === undefined || solution === undefined) throw new Error("not solved");
    expect(checkWork(nodePrimitives, { challenge, solution: decodeBase64Url(solution) })).toBe(true);
  });

  it("lets the page go on after a dozen milliseconds, and after every few hashes where the machine is slow", async () => {
    const { text } = challengeOf(256);
    const [quick, slow] = [platform(1), platform(50)];
    await solveWork(quick.deps, text);
    await solveWork(slow.deps, text);
    for (const [index, atMs] of quick.pauses.entries()) expect(atMs - (quick.pauses[index - 1] ?? 0)).toBeLessThan(20);
    // About 4,096 hashes, 64 between two looks.
    expect(slow.pauses.length).toBeGreaterThan(30);
    expect(quick.pauses.length).toBeLessThan(slow.pauses.length);
  });

  it("burns nothing for what is no challenge, or asks for too much", async () => {
    const { pauses, deps } = platform(50);
    for (const text of ["", "AAAA", challengeOf(2 ** 31).text, challengeOf(0).text])
      expect(await solveWork(deps, text)).toBeUndefined();
    expect(pauses).toEqual([]);
  });
});
