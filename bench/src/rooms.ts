// Rooms against autobase 7.28.1, in processes of their own and in turns, then ours in Chromium. One JSON line per figure, medians; a
// rival that is not installed is left out and said so. The exit code is 1 where ours misses a goal.
// `npm run bench -- rooms [--full] [--only <beginning of a name>] [--no-rival] [--no-browser]`
import { availableParallelism, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { measureBrowserCases } from "../support/rooms/browser-cases.ts";
import { casesOf } from "../support/rooms/cases.ts";
import { runCase, whyNoRival } from "../support/rooms/run-case.ts";

const { values: given } = parseArgs({
  options: {
    full: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    "no-rival": { type: "boolean", default: false },
    "no-browser": { type: "boolean", default: false },
  },
});
const sizes = given.full
  ? { merge: 3_000, catchUp: 100_000, rivalBatch: 100 }
  : { merge: 1_000, catchUp: 10_000, rivalBatch: 100 };
const missing = given["no-rival"] ? "left out" : whyNoRival();
if (missing !== undefined) print({ name: "rival", skipped: missing });
for (const each of casesOf(sizes)) {
  if (!each.name.startsWith(given.only)) continue;
  const output = { print: (line: Line) => print({ ...line, load: loadavg()[0] }), withRival: missing === undefined };
  if (!(await runCase(each, output))) process.exitCode = 1;
}
// Set by `npm run bench`, which knows where to look.
const executablePath = process.env["CHROMIUM"];
const wantsBrowser = !given["no-browser"] && "Chromium".startsWith(given.only.slice(0, "Chromium".length));
if (wantsBrowser && executablePath === undefined)
  print({ name: "Chromium", skipped: "not found: set CHROMIUM to its path" });
if (wantsBrowser && executablePath !== undefined) {
  const catchUps = given.full ? [10_000, 100_000] : [10_000];
  await measureBrowserCases({ executablePath, catchUps, print: (line) => print({ ...line, load: loadavg()[0] }) });
}

type Line = Readonly<Record<string, unknown>>;

function print(line: Line): void {
  const rounded = (_name: string, value: unknown): unknown =>
    typeof value === "number" ? Number(value.toPrecision(4)) : value;
  process.stdout.write(`${JSON.stringify({ ...line, cores: availableParallelism() }, rounded)}\n`);
}
