// The parent's side of clocked-gateway.ts.
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sourceCondition } from "../../../../tools/src/repository.ts";

export interface ClockedProcess {
  readonly address: string;
  readonly operatorToken: string;
  readonly processId: number;
  /** Moves its clock, and returns once what was due then is done. */
  readonly pass: (ms: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

export interface ClockedOptions {
  readonly dataFolder: string;
  readonly smtpUrl: string;
  /** Where the process and its database may put temporary files. */
  readonly temporaryFolder: string;
}

export async function startClockedProcess(options: ClockedOptions): Promise<ClockedProcess> {
  const { dataFolder, smtpUrl, temporaryFolder } = options;
  const child = fork(join(import.meta.dirname, "clocked-gateway.ts"), [dataFolder, smtpUrl], {
    execArgv: [`--conditions=${sourceCondition}`],
    env: { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "", TMPDIR: temporaryFolder },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const [{ address }]: [{ address: string }] = await Promise.race([
    // cast: the first message of clocked-gateway.ts
    once(child, "message") as Promise<[{ address: string }]>,
    once(child, "exit").then(() => {
      throw new Error("the gateway did not start");
    }),
  ]);
  return {
    address,
    operatorToken: (await readFile(join(dataFolder, "secrets", "operator-token"), "utf8")).trim(),
    processId: child.pid ?? 0,
    pass: async (passMs) => {
      const passed = once(child, "message");
      child.send({ passMs });
      await passed;
    },
    stop: async () => {
      const ended = once(child, "exit");
      child.disconnect();
      await ended;
    },
  };
}
