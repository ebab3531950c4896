// The puzzle itself: it is solved as often as it says, can be interrupted, and nothing but its own solution solves it.
import { nodePrimitives } from "@coterie/primitives/node";
import { describe, expect, it } from "vitest";
import {
  checkWork,
  encodeWorkChallenge,
  parseWorkChallenge,
  searchWork,
  type WorkChallenge,
  workLimits,
} from "../src/work.ts";

function challengeOf(number: number, hashesPerPart: number): WorkChallenge {
  const tag = new Uint8Array(32);
  new DataView(tag.buffer).setUint32(0, number);
  const parsed = parseWorkChallenge(encodeWorkChallenge({ hashesPerPart, expiresAtMs: 1_900_000_000_000, tag }));
  if (parsed === undefined) throw new Error("not parsed");
  return parsed;
}

/** The solution, and how many hashes it took in steps of `step`. */
function solveIn(challenge: WorkChallenge, step: number): { readonly solution: Uint8Array; readonly hashes: number } {
  const search = searchWork(nodePrimitives, challenge);
  for (let hashes = step; ; hashes += step) {
    const solution = search.run(step);
    if (solution !== undefined) return { solution, hashes };
  }
}

describe("a challenge", () => {
  it("is 45 bytes that say what is asked and until when", () => {
    const challenge = challengeOf(7, 4096);
    expect(challenge.bytes).toHaveLength(workLimits.challengeBytes);
    expect(challenge).toMatchObject({ hashesPerPart: 4096, expiresAtMs: 1_900_000_000_000 });
  });

  it("that asks for nothing, for too much, or has another form is none", () => {
    const most = workLimits.mostHashes / workLimits.parts;
    const encode = (hashesPerPart: number, expiresAtMs = 1): Uint8Array =>
      encodeWorkChallenge({ hashesPerPart, expiresAtMs, tag: new Uint8Array(32) });
    expect(parseWorkChallenge(encode(most))).toBeDefined();
    expect(parseWorkChallenge(encode(most + 1))).toBeUndefined();
    expect(parseWorkChallenge(encode(0))).toBeUndefined();
    expect(parseWorkChallenge(encode(1, 2 ** 60))).toBeUndefined();
    for (const length of [0, 13, 44, 46]) expect(parseWorkChallenge(new Uint8Array(length).fill(1))).toBeUndefined();
    const other = encode(1);
    other[0] = 2;
    expect(parseWorkChallenge(other)).toBeUndefined();
  });
});

describe("a solution", () => {
  it("is found whatever the steps, and is the same each time", () => {
    const challenge = challengeOf(1, 64);
    const { solution } = solveIn(challenge, 1);
    expect(solveIn(challenge, 1000).solution).toEqual(solution);
    expect(checkWork(nodePrimitives, { challenge, solution })).toBe(true);
  });

  it("of another challenge, changed in any part, or of another length solves nothing", () => {
    const challenge = challengeOf(1, 64);
    const { solution } = solveIn(challenge, 1000);
    expect(checkWork(nodePrimitives, { challenge: challengeOf(2, 64), solution })).toBe(false);
    for (let part = 0; part < workLimits.parts; part++) {
      const changed = solution.slice();
      // The first number that fits was found: the one before it does not fit.
      const view = new DataView(changed.buffer);
      const number = view.getUint32(4 * part);
      view.setUint32(4 * part, number === 0 ? 0xffffffff : number - 1);
      expect(checkWork(nodePrimitives, { challenge: challengeOf(1, 64), solution: changed })).toBe(false);
    }
    for (const length of [0, 63, 65]) {
      const cut = new Uint8Array(length);
      cut.set(solution.slice(0, length));
      expect(checkWork(nodePrimitives, { challenge, solution: cut })).toBe(false);
    }
  });

  it("takes about as many hashes as the challenge says, and hardly ever twice as many", () => {
    const [asked, tries] = [32 * workLimits.parts, 200];
    const taken = Array.from({ length: tries }, (_unused, number) => solveIn(challengeOf(number, 32), 1).hashes);
    const mean = taken.reduce((sum, hashes) => sum + hashes, 0) / tries;
    // The same challenges each time: these are facts, no chances.
    expect(mean / asked).toBeGreaterThan(0.9);
    expect(mean / asked).toBeLessThan(1.1);
    expect(taken.filter((hashes) => hashes > 2 * asked).length).toBeLessThanOrEqual(2);
  });
});
