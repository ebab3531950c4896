/** The command line as a process of its own, as people and scripts start it. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { FixtureGateway } from "./fixture-gateway.ts";

export const mainFile: string = fileURLToPath(new URL("../src/main.ts", import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Another entry than the command's own. */
  readonly entry?: string;
  /** Called with the process once it runs. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** Runs `coterie` with these words. */
export function coterie(
  words: readonly string[],
  { cwd, env, entry = mainFile, onStart }: RunOptions = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--conditions=@coterie/source", entry, ...words], {
      cwd,
      env: { PATH: process.env["PATH"], NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"], ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [out, err] = ["", ""];
    child.stdout.on("data", (bytes: Buffer) => (out += bytes.toString("utf8")));
    child.stderr.on("data", (bytes: Buffer) => (err += bytes.toString("utf8")));
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, out, err }));
    onStart?.(child);
  });
}

/** The command with a clock that makes it write a checkpoint after every piece. */
export const restlessFile: string = fileURLToPath(new URL("restless-main.ts", import.meta.url));

/** A folder that is removed after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "coterie-cli-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export const passphrase = "correct horse battery staple wharf";

/** Premises connected to a gateway, with a passphrase file beside. */
export async function connectedPremises(
  gateway: FixtureGateway,
): Promise<{ readonly folder: string; readonly premises: string; readonly passphraseFile: string }> {
  const folder = await temporaryFolder();
  const premises = join(folder, "premises");
  const passphraseFile = join(folder, "passphrase");
  await writeFile(passphraseFile, `${passphrase}\n`);
  await writeFile(join(folder, "token"), gateway.token);
  const connected = await coterie([
    "organisation",
    "connect",
    "--premises",
    premises,
    "--gateway",
    gateway.address,
    "--token-file",
    join(folder, "token"),
  ]);
  if (connected.code !== 0) throw new Error(connected.err);
  return { folder, premises, passphraseFile };
}
