/** Options of a command, parsed by `node:util`. Values are never repeated in errors: a passphrase may be among them. */
import { parseArgs } from "node:util";
import { UsageError } from "./errors.ts";

/** One option of a command. */
export interface OptionSpec {
  readonly type: "string" | "boolean";
  readonly short?: string;
  /** What stands for the value in the help text: "FILE". */
  readonly value?: string;
  readonly help: string;
}

/** The options of a command by name. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** Options that every command takes. */
export const commonOptions: OptionSpecs = {
  premises: {
    type: "string",
    value: "FOLDER",
    help: "folder of the organisations (default: $COTERIE_PREMISES or premises)",
  },
  organisation: { type: "string", short: "o", value: "NAME", help: "which organisation, where the folder has several" },
  json: { type: "boolean", help: "results as lines of JSON, for scripts" },
  quiet: { type: "boolean", short: "q", help: "no notes and no progress" },
  help: { type: "boolean", short: "h", help: "this text" },
};

/** The options of commands that open something with a key. */
export const passphraseOptions: OptionSpecs = {
  "passphrase-file": {
    type: "string",
    value: "FILE",
    help: "file whose first line is the passphrase (default: $COTERIE_PASSPHRASE_FILE, else the organisation's file `passphrase`, else asked)",
  },
};

/** The options of commands that talk to the gateway. */
export const gatewayOptions: OptionSpecs = {
  patience: {
    type: "string",
    value: "SECONDS",
    help: "how long to try again while the gateway does not answer (default 30)",
  },
};

/** Parsed options. */
export class Arguments {
  readonly #values: Readonly<Record<string, string | boolean | undefined>>;

  constructor(values: Readonly<Record<string, string | boolean | undefined>>) {
    this.#values = values;
  }

  /** The text of an option, where given. */
  find(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === "string" ? value : undefined;
  }

  /** The text of an option. Throws UsageError where it is missing. */
  get(name: string): string {
    const value = this.find(name);
    if (value === undefined) throw new UsageError(`--${name} is needed`);
    return value;
  }

  /** Whether a switch is on. */
  has(name: string): boolean {
    return this.#values[name] === true;
  }

  /** A whole number from `min` to `max`, where given. */
  findNumber(name: string, { min, max }: { readonly min: number; readonly max: number }): number | undefined {
    const text = this.find(name);
    if (text === undefined) return undefined;
    const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(number >= min && number <= max)) throw new UsageError(`--${name} takes a whole number from ${min} to ${max}`);
    return number;
  }

  /** One of `choices`, where given. */
  findChoice<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const text = this.find(name);
    if (text === undefined) return undefined;
    const choice = choices.find((candidate) => candidate === text);
    if (choice === undefined) throw new UsageError(`--${name} is one of: ${choices.join(", ")}`);
    return choice;
  }
}

/** Parses `argv` by `specs`. Throws UsageError on anything else than these options. */
export function parseArguments(specs: OptionSpecs, argv: readonly string[]): Arguments {
  const options: Record<string, { type: "string" | "boolean"; short?: string }> = {};
  for (const [name, { type, short }] of Object.entries(specs))
    options[name] = short === undefined ? { type } : { type, short };
  try {
    const { values } = parseArgs({ args: [...argv], options, strict: true, allowPositionals: false });
    const plain: Record<string, string | boolean | undefined> = {};
    for (const [name, value] of Object.entries(values)) plain[name] = Array.isArray(value) ? undefined : value;
    return new Arguments(plain);
  } catch (error) {
    throw new UsageError(describeParseError(error));
  }
}

function describeParseError(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  switch (code) {
    case "ERR_PARSE_ARGS_UNKNOWN_OPTION":
      return "unknown option (see --help)";
    case "ERR_PARSE_ARGS_INVALID_OPTION_VALUE":
      return "an option lacks its value, or has one that it does not take (see --help)";
    case "ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL":
      return "unexpected argument (see --help; secrets are never arguments)";
    default:
      return "the arguments were not understood (see --help)";
  }
}
