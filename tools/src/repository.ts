// Where things are. Every path is derived from this file's place, so that commands work from any folder.
import { existsSync } from "node:fs";
import { resolve } from "node:path";

/** The repository's root folder, absolute. */
export const repositoryRoot: string = resolve(import.meta.dirname, "..", "..");

/** The flag that makes sibling packages resolve to their TypeScript sources. */
export const sourceCondition = "@coterie/source";

/** The Chromium that browser tests drive, or undefined where there is none. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const candidates = [env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  return candidates.find((file) => file !== undefined && file !== "" && existsSync(file));
}

/** True where a missing service (a browser, a database) is a failure instead of a visible skip: in CI. */
export function servicesAreRequired(env: NodeJS.ProcessEnv = process.env): boolean {
  return env["COTERIE_REQUIRE_SERVICES"] === "1";
}
