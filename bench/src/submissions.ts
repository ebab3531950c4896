// Submissions per second through a whole gateway. The load stands with the gateway's own tests, whose helpers it shares.
// `npm run bench -- submissions [seconds] [connections]`
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const load = join(import.meta.dirname, "..", "..", "apps", "gateway", "e2e", "load", "submissions.ts");
const { status } = spawnSync(process.execPath, [...process.execArgv, load, ...process.argv.slice(2)], {
  stdio: "inherit",
});
process.exitCode = status ?? 1;
