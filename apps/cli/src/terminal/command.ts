/** What a command is, and what every command is given. */
import type { Primitives, RandomSource } from "@coterie/primitives";
import type { Arguments, OptionSpecs } from "./arguments.ts";
import type { ExitCode } from "./exit-codes.ts";
import type { Terminal } from "./terminal.ts";

/** Everything from outside that commands use. */
export interface CliDeps {
  readonly primitives: Primitives;
  readonly random: RandomSource;
  readonly now: () => number;
  readonly terminal: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder that file arguments are relative to. */
  readonly workingFolder: string;
  /** Aborted by Ctrl-C: commands stop at their next checkpoint. */
  readonly signal: AbortSignal;
}

/** One command: `coterie keys new`. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Paragraphs of the command's own help. */
  readonly help: readonly string[];
  readonly options: OptionSpecs;
  readonly run: (deps: CliDeps, args: Arguments) => Promise<ExitCode>;
}
