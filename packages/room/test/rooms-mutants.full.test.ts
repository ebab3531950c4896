// 34 for whole rooms: random schedules notice what is weakened in the rules. Each mutant is a copy of this package in a folder beside it.
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { playSchedules } from "./rooms-schedules.ts";

interface Mutation {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const mutations: Readonly<Record<string, Mutation>> = {
  "does not ask for triggers": {
    file: "epochs/safe-epochs.ts",
    from: "if (!this.#facts.sets.isSubset(view.membership.triggers, rotate.heeded)) return unsafe;",
    to: "",
  },
  "lets blocks above the cap of a removal stand": {
    file: "membership/judgement.ts",
    from: "const removals = this.removalsOf(author).filter((removal) => !this.facts.accepts(removal, id));",
    to: "const removals: readonly Restriction[] = [];",
  },
  "lets who was demoted act as admin": {
    file: "membership/judgement.ts",
    from: "const demotions = this.demotionsOf(author).filter((demotion) => !this.facts.accepts(demotion, id));",
    to: "const demotions: readonly Restriction[] = [];",
  },
  "takes what is newer for older": {
    file: "membership/judgement.ts",
    from: "return restrictions.every((restriction) => this.facts.isBefore(restriction.control, control));",
    to: "return restrictions.length >= 0 && control >= 0;",
  },
};

describe("random schedules notice rooms in which the code", () => {
  it.each(Object.entries(mutations))("%s", { timeout: 1_800_000 }, async (_, mutation) => {
    const cache = join(import.meta.dirname, "..", "..", "..", ".cache");
    await mkdir(cache, { recursive: true });
    const folder = await mkdtemp(join(cache, "room-mutant-"));
    try {
      const play = await loadMutant(folder, mutation);
      const shapeOf = (seed: number) => ({ people: 3 + (seed % 3), steps: 30, churn: 40 });
      await expect(play({ name: "mutant", from: 1, count: 400, shapeOf, restarting: "one" })).rejects.toThrow(
        /seed \d+/,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

async function loadMutant(folder: string, { file, from, to }: Mutation): Promise<typeof playSchedules> {
  for (const part of ["src", "test"])
    await cp(join(import.meta.dirname, "..", part), join(folder, part), { recursive: true });
  const path = join(folder, "src", file);
  const source = await readFile(path, "utf8");
  expect(source.split(from)).toHaveLength(2);
  await writeFile(path, source.replace(from, to));
  // cast: a copy of the module
  const { playSchedules: play } = (await import(/* @vite-ignore */ join(folder, "test", "rooms-schedules.ts"))) as {
    readonly playSchedules: typeof playSchedules;
  };
  return play;
}
