import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import type * as Linearizing from "../src/linearizer/linearizer.ts";
import { checkInvariants } from "./linearizer-invariants.ts";

/** What a mutant has instead of what, and where. */
interface Mutation {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const sources = join(import.meta.dirname, "..", "src");
const mutations: Readonly<Record<string, Mutation>> = {
  "lets one indexer less decide": {
    file: "waves.ts",
    from: "slots.size >= this.#era.quorum",
    to: "slots.size >= this.#era.quorum - 1",
  },
  "certifies with a vote less": {
    file: "waves.ts",
    from: "(votes.get(leader) ?? 0) >= this.#era.quorum",
    to: "(votes.get(leader) ?? 0) >= this.#era.quorum - 1",
  },
  "goes on to the next round with an indexer less": {
    file: "seen-rows.ts",
    from: "return indexers >= quorum ?",
    to: "return indexers >= quorum - 1 ?",
  },
  "votes for both twins": {
    file: "waves.ts",
    from: "if (leader !== undefined && twin === undefined) voted.add(leader);",
    to: "for (const seen of [leader, twin]) if (seen !== undefined) voted.add(seen);",
  },
  "takes one branch of a fork for the other": { file: "era.ts", from: "this.#forked[slot] = true;", to: "" },
  "does not walk back": { file: "waves.ts", from: "earlier > this.#last; earlier--", to: "earlier > wave; earlier--" },
  "walks back from the first leader found alone": { file: "waves.ts", from: "current = settled;", to: "" },
  "settles by sight instead of by certificates": {
    file: "waves.ts",
    from: "this.#certifiedTo(current, earlier)",
    to: "this.#leadersSeenBy(current, earlier)",
  },
  "lets leaders come late": {
    file: "waves.ts",
    from: "this.#era.seenRound(vertex, slot) <= latest",
    to: "this.#era.seenRound(vertex, slot) <= latest + 1",
  },
  "counts votes of rounds that were skipped as lost": {
    file: "era.ts",
    from: "for (let reached = before + 1;",
    to: "for (let reached = round;",
  },
  "gives each indexer the same turn every time": {
    file: "waves.ts",
    from: "(wave + Math.floor(wave / length)) % length",
    to: "wave % length",
  },
  "counts what lacks the anchor": {
    file: "era.ts",
    from: "return block < this.anchor ? none : this.#rowOf.at(block - this.anchor);",
    to: "return block < this.anchor ? 0 : Math.max(0, this.#rowOf.at(block - this.anchor));",
  },
  "commits on after the era's end": { file: "linearizer.ts", from: "if (segment.endsEra) break;", to: "" },
  "does not judge anew in the next era": { file: "linearizer.ts", from: "this.#cursor = anchor + 1;\n", to: "" },
  "ends eras a block late": {
    file: "linearizer.ts",
    from: ">= this.#input.checkpointInterval",
    to: "> this.#input.checkpointInterval",
  },
  "orders by arrival": { file: "final-order.ts", from: "blocks.sort((a, b) => this.#dag.compare(a, b));", to: "" },
};

async function loadMutant(folder: string, { file, from, to }: Mutation): Promise<typeof Linearizing> {
  await cp(sources, folder, { recursive: true });
  const path = join(folder, "linearizer", file);
  const source = await readFile(path, "utf8");
  expect(source.split(from)).toHaveLength(2);
  await writeFile(path, source.replace(from, to));
  // cast: the module is that of the sources but for one expression
  return (await import(pathToFileURL(join(folder, "linearizer", "linearizer.ts")).href)) as typeof Linearizing;
}

describe("the tests of the linearizer notice one that", () => {
  it.each(Object.entries(mutations))("%s", async (_, mutation) => {
    const cache = join(import.meta.dirname, "..", "..", "..", ".cache");
    await mkdir(cache, { recursive: true });
    const folder = await mkdtemp(join(cache, "mutant-"));
    try {
      const { createLinearizer } = await loadMutant(folder, mutation);
      expect(() => {
        for (let seed = 0; seed < 6_000; seed++) checkInvariants(seed, createLinearizer);
      }).toThrow(/^seed \d+: I\d/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
