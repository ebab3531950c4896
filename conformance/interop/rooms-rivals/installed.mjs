// What of this folder is installed. It is not part of the workspaces, so nothing may count on it.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const modules = join(import.meta.dirname, "node_modules");

/** What to do where something is missing, for the line that says that a run was skipped. */
export const howToInstall = "not installed: npm ci in conformance/interop/rooms-rivals";

/** The version of a rival, or undefined where it is not installed. */
export function versionOf(rival) {
  const manifest = join(modules, rival, "package.json");
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")).version : undefined;
}
