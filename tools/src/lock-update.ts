// Runs npm to bring node_modules and the lock file up to date.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dropUnansweredWishes, type LockFile } from "./lock-file.ts";
import { repositoryRoot } from "./repository.ts";

/** Installs what the manifests ask for and writes the lock file. Returns npm's exit code. */
export function updateLock(): number {
  const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const npm = spawnSync("npm", args, { cwd: repositoryRoot, stdio: "inherit", shell: process.platform === "win32" });
  const file = join(repositoryRoot, "package-lock.json");
  const lock: LockFile = JSON.parse(readFileSync(file, "utf8"));
  if (dropUnansweredWishes(lock) > 0) writeFileSync(file, `${JSON.stringify(lock, undefined, 2)}\n`);
  return npm.status ?? 1;
}
