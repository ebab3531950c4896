/** Whom a command is about. */
import { readSmallFile } from "../premises/private-files.ts";
import type { Arguments, OptionSpecs } from "../terminal/arguments.ts";
import { UsageError } from "../terminal/errors.ts";
import { resolve } from "node:path";

/** The options that name a person. An address in a file does not show in lists of processes and histories of shells. */
export const personOptions: OptionSpecs = {
  email: { type: "string", value: "ADDRESS", help: "the person's email address" },
  "email-file": { type: "string", value: "FILE", help: "file whose first line is the address" },
};

/** The address that the options name, or undefined. Throws UsageError where it is none. */
export async function findEmail(args: Arguments, workingFolder: string): Promise<string | undefined> {
  const file = args.find("email-file");
  if (file !== undefined && args.find("email") !== undefined) throw new UsageError("--email or --email-file, not both");
  const text = file === undefined ? args.find("email") : await firstLine(resolve(workingFolder, file));
  if (text === undefined) return undefined;
  if (!/^[^\s@]+@[^\s@]+$/.test(text.trim())) throw new UsageError("that is no email address");
  return text.trim();
}

async function firstLine(path: string): Promise<string> {
  const text = (await readSmallFile(path, { maxBytes: 4096 })).toString("utf8");
  return text.split(/\r?\n/, 1)[0] ?? "";
}
