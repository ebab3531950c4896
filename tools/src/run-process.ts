// Starting other programs, with the Node that runs this one.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { repositoryRoot } from "./repository.ts";

/** What a program did. `output` is both of its streams in order of arrival. */
export interface ProcessResult {
  readonly exitCode: number;
  readonly output: string;
}

/** A program and its arguments. */
export interface ProcessCall {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** The call of a JavaScript tool below node_modules. */
export function nodeTool(script: string, ...args: readonly string[]): ProcessCall {
  return { file: process.execPath, args: [join(repositoryRoot, "node_modules", script), ...args] };
}

/** Runs a program in the repository's root and collects what it prints. */
export function capture(call: ProcessCall): Promise<ProcessResult> {
  const { promise, resolve } = Promise.withResolvers<ProcessResult>();
  const child = spawn(call.file, call.args, {
    cwd: repositoryRoot,
    env: call.env ?? process.env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const collect = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  child.on("error", (error) => resolve({ exitCode: 1, output: `${call.file}: ${error.message}` }));
  child.on("close", (code) => resolve({ exitCode: code ?? 1, output }));
  return promise;
}

/** Runs a program in the repository's root on this terminal; signals reach it. Returns its exit code. */
export function passThrough(call: ProcessCall): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const child = spawn(call.file, call.args, { cwd: repositoryRoot, env: call.env ?? process.env, stdio: "inherit" });
  const stop = (): void => {
    child.kill("SIGTERM");
  };
  process.once("SIGTERM", stop);
  child.on("error", (error) => {
    process.stderr.write(`${call.file}: ${error.message}\n`);
    resolve(1);
  });
  child.on("close", (code) => {
    process.off("SIGTERM", stop);
    resolve(code ?? 1);
  });
  return promise;
}
