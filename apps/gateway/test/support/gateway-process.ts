// A gateway in a process of its own, as `npm start` runs it, for tests that kill it or look into its memory.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sourceCondition } from "../../../../tools/src/repository.ts";

export interface GatewayProcess {
  readonly child: ChildProcess;
  readonly address: string;
  readonly operatorToken: string;
  /** Everything it printed so far. */
  readonly said: () => string;
  /** Resolves with the exit code, or the signal's name. */
  readonly ended: Promise<number | string>;
  readonly stop: () => Promise<number | string>;
}

const start = join(import.meta.dirname, "..", "..", "src", "start.ts");

const wide = "1000000/1000000";

/** Starts the program and waits until it listens; a start that fails rejects with what it printed. */
export async function startGatewayProcess(
  dataFolder: string,
  env: Record<string, string> = {},
): Promise<GatewayProcess> {
  const child = spawn(process.execPath, [`--conditions=${sourceCondition}`, start], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: process.env["HOME"] ?? "",
      COTERIE_DATA: dataFolder,
      COTERIE_SAMPLE: "no",
      COTERIE_DEV: "1",
      COTERIE_PROOF_OF_WORK: "off",
      COTERIE_RATE_SUBMISSIONS: wide,
      COTERIE_RATE_PAGES: wide,
      COTERIE_RATE_FORMS: wide,
      COTERIE_RATE_READS: wide,
      COTERIE_RATE_ORGANISATIONS: wide,
      PORT: "0",
      ...env,
    },
  });
  let said = "";
  const ended = once(child, "exit").then(([code, signal]: (number | string | null)[]) => code ?? signal ?? "unknown");
  const address = await new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      said += chunk.toString("utf8");
      const found = /listens on (\S+)/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    void ended.then(() => reject(new Error(said)));
  });
  const tokenFile = join(dataFolder, "secrets", "operator-token");
  const operatorToken = existsSync(tokenFile) ? (await readFile(tokenFile, "utf8")).trim() : "";
  const stop = async (): Promise<number | string> => {
    child.kill("SIGTERM");
    return await ended;
  };
  return { child, address, operatorToken, said: () => said, ended, stop };
}
