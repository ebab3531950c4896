/** From the words of a command line to an exit code. */
import { CoterieError } from "@coterie/bytes";
import { commands } from "./commands.ts";
import { parseArguments } from "./terminal/arguments.ts";
import type { CliDeps, Command } from "./terminal/command.ts";
import { FileUnusableError, UsageError } from "./terminal/errors.ts";
import { type ExitCode, exitCodeOf, exitCodes } from "./terminal/exit-codes.ts";
import { describeAll, describeCommand } from "./terminal/help.ts";

/** Runs the command that `argv` names. Errors become one line on standard error and their exit code. */
export async function runCommand(deps: CliDeps, argv: readonly string[]): Promise<ExitCode> {
  const asJson = argv.includes("--json");
  try {
    return await dispatch(deps, argv);
  } catch (thrown) {
    const error = explainSystemError(thrown);
    if (!(error instanceof CoterieError)) throw error;
    if (asJson) deps.terminal.withTalk({ quiet: true, json: true }).json({ error: error.code, message: error.message });
    deps.terminal.warn(`coterie: ${error.message}`);
    return exitCodeOf(error.code);
  }
}

/** What the operating system refused in the middle of the work, in words; anything else as it is. */
function explainSystemError(error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new FileUnusableError(`the disk is full (${code}): with room again, the same command continues`);
  }
  if (!["EACCES", "EFBIG", "EIO", "EPERM", "EROFS"].includes(code)) return error;
  return new FileUnusableError(`a file of the premises cannot be used (${code})`);
}

async function dispatch(deps: CliDeps, argv: readonly string[]): Promise<ExitCode> {
  const [first = "--help", second = ""] = argv;
  if (["--help", "-h", "help"].includes(first)) {
    deps.terminal.result(describeAll(commands));
    return exitCodes.ok;
  }
  const command = commands.find(({ name }) => name === `${first} ${second}`);
  if (command !== undefined) return runOne(deps, command, argv.slice(2));
  const single = commands.find(({ name }) => name === first);
  if (single !== undefined) return runOne(deps, single, argv.slice(1));
  const group = commands.filter(({ name }) => name.startsWith(`${first} `));
  if (group.length === 0) throw new UsageError("no such command (see coterie --help)");
  deps.terminal.result(describeAll(group));
  if (second === "" || second === "--help" || second === "-h") return second === "" ? exitCodes.usage : exitCodes.ok;
  throw new UsageError(`\`${first}\` has no such command`);
}

async function runOne(deps: CliDeps, command: Command, argv: readonly string[]): Promise<ExitCode> {
  if (argv.includes("--help") || argv.includes("-h")) {
    deps.terminal.result(describeCommand(command));
    return exitCodes.ok;
  }
  const args = parseArguments(command.options, argv);
  const terminal = deps.terminal.withTalk({ quiet: args.has("quiet"), json: args.has("json") });
  return command.run({ ...deps, terminal }, args);
}
