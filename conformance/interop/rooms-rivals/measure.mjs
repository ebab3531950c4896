/*
 * Autobase's side of the benchmark of rooms: encryption on, values of 98 bytes of JSON. Each part prints one JSON line with the wall
 * time, the processor time of the process that does the work, and where it applies the bytes on disk and the peak of resident memory
 * of that process.
 */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { howToInstall, versionOf } from "./installed.mjs";

const usage = `node measure.mjs [part] [--dir folder for temporary files]
  append      --values 300 --batch 1
  merge       --each 1000 --batch 1 --indexers 1 | 3 --merger a | b | c | all --big-batches
  catch-up    --values 10000 --batch 1     by applying every block
  checkpoint  --values 10000 --batch 1     by fast forward
  finality    --values 20 --ack-interval 200
  ordering    --values 100000 --writers 3 --indexers 1 | 3 --shape turns | online | branches
In merge, catch-up and checkpoint --batch is how the writers wrote; one by one is slow to prepare (4 ms each).
Without a part: all of them, each in a process of its own.`;

/** What is run without a part. */
const all = [
  "append --values 300 --batch 1",
  "append --values 10000 --batch 100",
  "append --values 10000 --batch 1000",
  "merge --each 1000",
  "merge --each 1000 --batch 100",
  "merge --each 1000 --merger b",
  "merge --each 1000 --merger b --big-batches",
  "merge --each 1000 --merger all",
  "merge --each 1000 --indexers 3",
  "catch-up --values 10000",
  "catch-up --values 10000 --batch 100",
  "checkpoint --values 10000",
  "finality --ack-interval 50",
  "finality --ack-interval 200",
  "finality --ack-interval 1000",
  "ordering --shape turns --indexers 3",
  "ordering --shape online --indexers 3",
  "ordering --shape online --indexers 1",
  "ordering --shape branches --indexers 3",
];

const parts = new Map([
  [
    "append",
    async ({ dir, values = 300, batch = 1 }) =>
      (await import("./measure/append.mjs")).measureAppend({ dir, values, batch }),
  ],
  [
    "merge",
    async ({ dir, each = 1000, batch = 1, indexers = 1, merger = "a", bigBatches }) =>
      (await import("./measure/merge.mjs")).measureMerge({ dir, each, batch, indexers, merger, bigBatches }),
  ],
  ["catch-up", async (options) => await catchUp({ ...options, fastForward: false })],
  ["checkpoint", async (options) => await catchUp({ ...options, fastForward: true })],
  [
    "finality",
    async ({ dir, values = 20, ackInterval = 200 }) =>
      (await import("./measure/finality.mjs")).measureFinality({ dir, values, ackInterval }),
  ],
  [
    "ordering",
    async ({ values: nodes = 100_000, writers = 3, indexers = 3, shape = "online" }) =>
      (await import("./measure/ordering.mjs")).measureOrdering({ nodes, writers, indexers, shape }),
  ],
]);

async function catchUp({ dir, values = 10_000, batch = 1, fastForward }) {
  const { measureCatchUp } = await import("./measure/catch-up.mjs");
  return await measureCatchUp({ dir, values, batch, fastForward });
}

const text = { type: "string" };
const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: "boolean" },
    dir: text,
    values: text,
    batch: text,
    each: text,
    indexers: text,
    writers: text,
    shape: text,
    merger: text,
    "ack-interval": text,
    "big-batches": { type: "boolean", default: false },
  },
});
const [part] = positionals;
const rival = "autobase";
const version = versionOf(rival);
if (given.help) console.log(usage);
else if (version === undefined) console.log(JSON.stringify({ rival, skipped: howToInstall }));
else if (part === undefined) measureAll();
else await measureOne(part);

function measureAll() {
  const folder = given.dir === undefined ? [] : ["--dir", given.dir];
  for (const line of all) {
    const run = [...process.execArgv, import.meta.filename, ...line.split(" "), ...folder];
    if (spawnSync(process.execPath, run, { stdio: "inherit" }).status !== 0) process.exitCode = 1;
  }
}

async function measureOne(name) {
  const measure = parts.get(name);
  if (measure === undefined) throw new Error(usage);
  const { dir, shape, merger, "big-batches": bigBatches, "ack-interval": ackInterval, help: _, ...numbers } = given;
  const counts = Object.entries({ ...numbers, ackInterval }).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, Number(value)]],
  );
  const figures = await measure({ dir, shape, merger, bigBatches, ...Object.fromEntries(counts) });
  console.log(JSON.stringify({ rival, version, part: name, ...figures }));
}
