/**
 * `npm run test:crash -- --kills 500 --seed N`: a program that writes to a log is killed that many times. The last line is JSON. The exit code is 1
 * where something acknowledged was lost, something else was found, or a start took five seconds.
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { killRepeatedly } from "./kill.ts";

const { values } = parseArgs({
  options: { kills: { type: "string", default: "500" }, seed: { type: "string", default: "1" } },
});
const [kills, seed] = [Number(values.kills), Number(values.seed)];
if (!Number.isSafeInteger(kills) || kills < 1 || !Number.isSafeInteger(seed)) {
  process.stderr.write("usage: npm run test:crash -- --kills 500 --seed N\n");
  process.exit(2);
}
const program = fileURLToPath(new URL("kill-child.ts", import.meta.url));
const tally = await killRepeatedly({ kills, seed, program });
process.stdout.write(`seed ${seed}\n${JSON.stringify(tally)}\n`);
process.exit(tally.lost + tally.wrong === 0 && tally.slowestOpenMs < 5_000 ? 0 : 1);
