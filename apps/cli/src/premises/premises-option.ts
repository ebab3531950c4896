/** The folder of the organisations, as the options and the environment say. */
import { resolve } from "node:path";
import type { Arguments } from "../terminal/arguments.ts";
import type { CliDeps } from "../terminal/command.ts";

/** `--premises`, else `COTERIE_PREMISES`, else `premises` where the command was started. */
export function premisesOf(deps: Pick<CliDeps, "env" | "workingFolder">, args: Arguments): string {
  const named = args.find("premises") ?? deps.env["COTERIE_PREMISES"];
  return resolve(deps.workingFolder, named === undefined || named === "" ? "premises" : named);
}
