/** Commands run within the test's own process: the same as `coterie`, without the time that a process takes to start. */
import { PassThrough } from "node:stream";
import { nodePrimitives as primitives, systemRandom as random } from "@coterie/primitives/node";
import { runCommand } from "../src/run-command.ts";
import { Terminal } from "../src/terminal/terminal.ts";
import type { Finished } from "./cli-process.ts";

/** Runs `coterie` with these words. */
export async function runHere(words: readonly string[]): Promise<Finished> {
  const [input, output, errors] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const texts = { out: "", err: "" };
  output.on("data", (bytes: Buffer) => (texts.out += bytes.toString("utf8")));
  errors.on("data", (bytes: Buffer) => (texts.err += bytes.toString("utf8")));
  const terminal = new Terminal({ input, output, errors }, { quiet: false, json: false });
  const { signal } = new AbortController();
  const deps = { primitives, random, now: Date.now, terminal, env: {}, workingFolder: process.cwd(), signal };
  const code = await runCommand(deps, words);
  return { code, signal: null, ...texts };
}
