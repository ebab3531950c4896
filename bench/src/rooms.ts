// Rooms against autobase 7.28.1, in processes of their own and in turns, then ours in Chromium. One JSON line per figure, medians; a
// rival that is not installed is left out and said so. The exit code is 1 where ours misses a goal.
// `npm run bench -- rooms [--full] [--only <beginning of a name>] [--no-rival] [--no-browser]`
// `npm run bench -- rooms --scale [--blocks 1000000] [--writers 500] [--epochs 200]`: that alone, after some minutes of preparation.
import { availableParallelism, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { measureBrowserCases } from "../support/rooms/browser-cases.ts";
import { casesOf } from "../support/rooms/cases.ts";
import { runCase, whyNoRival } from "../support/rooms/run-case.ts";
import { runScaleCase } from "../support/rooms/scale-case.ts";

const { values: given } = parseArgs({
  options: {
    full: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    "no-rival": { type: "boolean", default: false },
    "no-browser": { type: "boolean", default: false },
    scale: { type: "boolean", default: false },
    blocks: { type: "string", default: "1000000" },
    writers: { type: "string", default: "500" },
    epochs: { type: "string", default: "200" },
  },
});
if (given.scale) {
  const size = { blocks: Number(given.blocks), writers: Number(given.writers), epochs: Number(given.epochs) };
  if (!(await runScaleCase({ ...size, print }))) process.exitCode = 1;
} else await compareAll();

async function compareAll(): Promise<void> {
  const sizes = given.full
    ? { merge: 3_000, catchUp: 100_000, rivalBatch: 100, longBranches: 33_000 }
    : { merge: 1_000, catchUp: 10_000, rivalBatch: 1, longBranches: 3_000 };
  const missing = given["no-rival"] ? "left out" : whyNoRival();
  if (missing !== undefined) print({ name: "rival", skipped: missing });
  for (const each of casesOf(sizes)) {
    if (!each.name.startsWith(given.only)) continue;
    if (!(await runCase(each, { print, withRival: missing === undefined }))) process.exitCode = 1;
  }
  // Set by `npm run bench`, which knows where to look.
  const executablePath = process.env["CHROMIUM"];
  if (given["no-browser"] || !"Chromium".startsWith(given.only.slice(0, "Chromium".length))) return;
  if (executablePath === undefined) print({ name: "Chromium", skipped: "not found: set CHROMIUM to its path" });
  else await measureBrowserCases({ executablePath, catchUps: given.full ? [10_000, 100_000] : [10_000], print });
}

function print(line: Readonly<Record<string, unknown>>): void {
  const rounded = (_name: string, value: unknown): unknown =>
    typeof value === "number" ? Number(value.toPrecision(4)) : value;
  const machine = { load: loadavg()[0], cores: availableParallelism() };
  process.stdout.write(`${JSON.stringify({ ...line, ...machine }, rounded)}\n`);
}
