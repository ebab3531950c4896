/*
 * The removal race on other libraries: a removes e while b removes d, neither knowing of the other; then both sides meet and somebody
 * writes. `node race.mjs [--runs 6] [--dir folder] [rival ...]` prints one JSON line for each:
 *
 *   removedReadsLater          d or e opened something written after both removals had met, in some run
 *   membersReadAll             a, b and c opened everything from before the partition and after it, in every run
 *   partitionMessagesReadable  a, b and c opened everything written inside the partition, in every run
 */
import { parseArgs } from "node:util";
import { howToInstall, versionOf } from "./installed.mjs";

const rivals = new Map([
  ["autobase", async (options) => (await import("./race/autobase.mjs")).raceAutobase(options)],
  ["@localfirst/auth", async () => (await import("./race/local-first-auth.mjs")).raceLocalFirstAuth()],
  ["cojson", async ({ run }) => (await import("./race/cojson.mjs")).raceCojson({ isLater: run % 2 === 0 ? "b" : "a" })],
]);

/** One rival's line: the race run `runs` times, each with new keys. */
async function raceOf(rival, { runs, dir }) {
  if (!rivals.has(rival)) throw new Error(`known are ${[...rivals.keys()].join(", ")}`);
  const version = versionOf(rival);
  if (version === undefined) return { rival, skipped: howToInstall };
  const outcomes = [];
  for (let run = 0; run < runs; run++) outcomes.push(await rivals.get(rival)({ run, dir }));
  const reading = (name) => outcomes.filter(({ removed }) => removed[name]).length;
  const facts = new Set(outcomes.flatMap((outcome) => outcome.facts));
  return {
    rival,
    version,
    removedReadsLater: outcomes.some(({ removed }) => removed.d || removed.e),
    membersReadAll: outcomes.every((outcome) => outcome.membersReadAll),
    partitionMessagesReadable: outcomes.every((outcome) => outcome.partitionMessagesReadable),
    note: [`of ${runs} runs d read on in ${reading("d")}, e in ${reading("e")}`, ...facts].join("; "),
  };
}

const { values, positionals } = parseArgs({
  options: { runs: { type: "string", default: "6" }, dir: { type: "string" } },
  allowPositionals: true,
});
for (const rival of positionals.length === 0 ? rivals.keys() : positionals) {
  try {
    console.log(JSON.stringify(await raceOf(rival, { runs: Number(values.runs), dir: values.dir })));
  } catch (error) {
    console.log(JSON.stringify({ rival, version: versionOf(rival), failed: String(error) }));
    process.exitCode = 1;
  }
}
