/** Builds the web parts when their sources are newer than what was built, so that a fresh clone starts with one command. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { glob, stat } from "node:fs/promises";
import { join } from "node:path";

/** What is built: its folder below apps/, and a file that every build writes. */
interface WebPart {
  readonly folder: string;
  readonly built: string;
}

const widget: WebPart = { folder: "widget", built: "dist/assets.json" };
const organisationPages: WebPart = { folder: "web", built: "dist/site/index.html" };

/** How a part stands. */
export type WidgetState = "fresh" | "built" | "failed" | "absent";

/** Builds the action form's script where needed. `root` is the repository's folder. */
export async function buildWidgetWhenStale(root: string): Promise<WidgetState> {
  return await buildWhenStale(root, widget);
}

/** Builds the organisation pages where needed. */
export async function buildPagesWhenStale(root: string): Promise<WidgetState> {
  return await buildWhenStale(root, organisationPages);
}

async function buildWhenStale(root: string, part: WebPart): Promise<WidgetState> {
  const tool = join(root, "node_modules", "vite", "bin", "vite.js");
  const folder = join(root, "apps", part.folder);
  const config = join(folder, "vite.config.ts");
  if (!existsSync(config) || !existsSync(tool)) return "absent";
  if (!(await isStale(root, part))) return "fresh";
  const child = spawn(process.execPath, [tool, "build", "--logLevel", "error", "--config", config], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [code] = await once(child, "exit");
  return code === 0 ? "built" : "failed";
}

async function isStale(root: string, { folder, built }: WebPart): Promise<boolean> {
  const last = await stat(join(root, "apps", folder, built)).catch(() => undefined);
  if (last === undefined) return true;
  const sources = [
    `apps/${folder}/{vite.config.ts,package.json,index.html}`,
    `apps/${folder}/src/**/*`,
    "packages/{actions,bytes,primitives,protocol,sealed-box}/src/**/*.ts",
  ];
  for await (const file of glob(sources, { cwd: root })) {
    if ((await stat(join(root, file))).mtimeMs > last.mtimeMs) return true;
  }
  return false;
}
