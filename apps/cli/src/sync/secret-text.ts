/** Secrets of targets: from a file that only its owner reads, or from the environment; never from the command line. */
import { stat } from "node:fs/promises";
import { readSmallFile } from "../premises/private-files.ts";
import { FileUnusableError, UsageError } from "../terminal/errors.ts";

const mostBytes = 16 * 1024;

/** The first line of a file. Throws FileUnusableError where others may read the file, or it is missing or empty. */
export async function readSecretFile(path: string): Promise<string> {
  const content = await readSmallFile(path, { maxBytes: mostBytes });
  const { mode } = await stat(path);
  if (process.platform !== "win32" && (mode & 0o077) !== 0) {
    throw new FileUnusableError(`${path} is open to other users: make it mode 0600`);
  }
  const [line = ""] = content.toString("utf8").split(/\r?\n/, 1);
  content.fill(0);
  if (line.trim() === "") throw new FileUnusableError(`${path} is empty`);
  return line.trim();
}

/** The text of an environment variable. Throws UsageError where it is not set. */
export function readSecretVariable(env: Readonly<Record<string, string | undefined>>, name: string): string {
  const text = env[name];
  if (text === undefined || text === "") throw new UsageError("that environment variable is not set");
  return text;
}
