// The viral hour: a petition on its worst day. 2,000 signatures a minute with a burst of 100 a second, 40 % of them for two
// organisations, duplicates, bots, confirmations by mail, counter reads, receivers that refuse; meanwhile the gateway is killed twice,
// the database once, the receivers are away for a minute, and a key is rotated. Ends with what must be true, as JSON lines, and with
// exit code 1 where something is not.
// `npm run bench:viral -- --minutes 5 [--per-minute 2000] [--seed 7]`
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { runViralHour } from "../viral/run.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    "per-minute": { type: "string", default: "2000" },
    seed: { type: "string", default: String(randomInt(2 ** 31)) },
  },
});
const options = {
  minutes: positive(values.minutes),
  perMinute: positive(values["per-minute"]),
  seed: Number(values.seed),
};
const interruption = new AbortController();
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(name, () => interruption.abort());
// Where it ends early, what it had under way fails on the side: that must not keep it from clearing up.
process.on("unhandledRejection", () => undefined);
const write = (line: string): unknown => process.stdout.write(line);
const failed = await runViralHour({ ...options, write, signal: interruption.signal }).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
});
process.exit(failed === 0 ? 0 : 1);

function positive(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new Error("--minutes and --per-minute are numbers above 0");
}
