/**
 * The terminal as the commands see it: results on standard output, everything else on standard error. Text that came
 * from outside is made harmless before it is shown, so that no name of an organisation can move the cursor.
 */
import type { ReadStream } from "node:tty";
import { FileUnusableError } from "./errors.ts";
import { showJsonSafely, showSafely } from "./safe-text.ts";

/** Standard input, as far as prompts need it: a terminal or a pipe. */
export type TerminalInput = NodeJS.ReadableStream & Partial<Pick<ReadStream, "isTTY" | "setRawMode">>;

/** Standard output or error. */
export type TerminalOutput = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** What is needed to make a {@link Terminal}. */
export interface TerminalStreams {
  readonly input: TerminalInput;
  readonly output: TerminalOutput;
  readonly errors: TerminalOutput;
}

/** How talkative a command is. */
export interface Talk {
  /** `--quiet`: no notes and no progress; results, warnings and errors stay. */
  readonly quiet: boolean;
  /** `--json`: the result as one line of JSON on standard output. */
  readonly json: boolean;
}

/** Where a command reads and writes. */
export class Terminal {
  readonly input: TerminalInput;
  readonly output: TerminalOutput;
  readonly errors: TerminalOutput;
  readonly talk: Talk;

  constructor({ input, output, errors }: TerminalStreams, talk: Talk) {
    this.input = input;
    this.output = output;
    this.errors = errors;
    this.talk = talk;
  }

  /** The same terminal, talking differently. */
  withTalk(talk: Talk): Terminal {
    return new Terminal(this, talk);
  }

  /** Whether somebody can be asked: input and errors are a terminal. */
  get canAsk(): boolean {
    return this.input.isTTY === true && this.errors.isTTY === true;
  }

  /** A line of the result, for people; silent under `--json`, where {@link json} speaks instead. */
  result(line: string): void {
    if (!this.talk.json) this.output.write(`${showSafely(line)}\n`);
  }

  /** The result for scripts; silent without `--json`. */
  json(value: unknown): void {
    if (this.talk.json) this.output.write(`${showJsonSafely(JSON.stringify(value))}\n`);
  }

  /** A remark that is not a result: on standard error, silenced by `--quiet`. */
  note(line: string): void {
    if (!this.talk.quiet) this.errors.write(`${showSafely(line)}\n`);
  }

  /** Something that needs attention: on standard error, always. */
  warn(line: string): void {
    this.errors.write(`${showSafely(line)}\n`);
  }

  /** Writes bytes to standard output, waiting where the reader is slower. */
  async writeOutput(bytes: Uint8Array): Promise<void> {
    if (this.output.write(bytes)) return;
    await new Promise<void>((resolve, reject) => {
      this.output.once("drain", resolve);
      this.output.once("error", () => reject(new FileUnusableError("standard output was closed")));
    });
  }
}
