// `npm run check [-- step ...]`: everything that can be told without running tests.
import { checkSteps } from "../check-steps.ts";
import { runSteps } from "../steps.ts";

const wanted = process.argv.slice(2);
const steps = checkSteps();
const unknown = wanted.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  process.stderr.write(`no step ${unknown.join(", ")}; there are: ${steps.map(({ name }) => name).join(", ")}\n`);
  process.exit(2);
}
const chosen = wanted.length === 0 ? steps : steps.filter(({ name }) => wanted.includes(name));
const isGood = await runSteps(chosen, (line) => process.stdout.write(`${line}\n`));
process.exitCode = isGood ? 0 : 1;
