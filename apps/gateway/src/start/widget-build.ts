/** Builds the widget when its sources are newer than what was built, so that a fresh clone starts with one command. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { glob, stat } from "node:fs/promises";
import { join } from "node:path";

const sources: readonly string[] = [
  "apps/widget/vite.config.ts",
  "apps/widget/package.json",
  "apps/widget/src/**/*",
  "packages/{actions,bytes,primitives,protocol,sealed-box}/src/**/*.ts",
];

/** How the widget stands. */
export type WidgetState = "fresh" | "built" | "failed" | "absent";

/** Builds where needed. `root` is the repository's folder. */
export async function buildWidgetWhenStale(root: string): Promise<WidgetState> {
  const tool = join(root, "node_modules", "vite", "bin", "vite.js");
  const config = join(root, "apps", "widget", "vite.config.ts");
  if (!existsSync(config) || !existsSync(tool)) return "absent";
  if (!(await isStale(root))) return "fresh";
  const child = spawn(process.execPath, [tool, "build", "--logLevel", "error", "--config", config], {
    cwd: join(root, "apps", "widget"),
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [code] = await once(child, "exit");
  return code === 0 ? "built" : "failed";
}

async function isStale(root: string): Promise<boolean> {
  const built = await stat(join(root, "apps", "widget", "dist", "assets.json")).catch(() => undefined);
  if (built === undefined) return true;
  for await (const file of glob([...sources], { cwd: root })) {
    if ((await stat(join(root, file))).mtimeMs > built.mtimeMs) return true;
  }
  return false;
}
