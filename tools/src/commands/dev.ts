// `npm run dev [-- gateway options]`: the gateway restarts and the web parts are built again on every change.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot, sourceCondition } from "../repository.ts";
import { nodeTool, passThrough } from "../run-process.ts";
import { listFiles } from "../workspace.ts";

const env = { ...process.env, COTERIE_DEV: "1" };
const builds = listFiles(repositoryRoot, "apps/*/vite.config.ts").map((config) =>
  passThrough({
    ...nodeTool("vite/bin/vite.js", "build", "--watch", "--logLevel", "warn", "--config", config, join(config, "..")),
    env,
  }),
);
const start = join(repositoryRoot, "apps/gateway/src/start.ts");
const gateway = existsSync(start) ? watchGateway() : Promise.resolve(0);
const codes = await Promise.all([...builds, gateway]);
process.exitCode = Math.max(0, ...codes);

function watchGateway(): Promise<number> {
  const flags = ["--watch", "--watch-preserve-output", `--conditions=${sourceCondition}`];
  return passThrough({ file: process.execPath, args: [...flags, start, ...process.argv.slice(2)], env });
}
