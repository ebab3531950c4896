/** The command `coterie`: the process around the commands. */
import { nodePrimitives, systemRandom } from "@coterie/primitives/node";
import { runCommand } from "./run-command.ts";
import { exitCodes } from "./terminal/exit-codes.ts";
import { Terminal } from "./terminal/terminal.ts";

// Personal data may be written: nobody else on this machine may read it.
process.umask(0o077);

const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    // The second one is impatient. Every file survives that as well.
    if (stopping.signal.aborted) process.exit(exitCodes.interrupted);
    stopping.abort();
  });
}

// `coterie contacts open | head`: the reader has seen enough.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? exitCodes.ok : exitCodes.files);
});

const terminal = new Terminal(
  { input: process.stdin, output: process.stdout, errors: process.stderr },
  { quiet: false, json: false },
);

process.exitCode = await runCommand(
  {
    primitives: nodePrimitives,
    random: systemRandom,
    now: Date.now,
    terminal,
    env: process.env,
    workingFolder: process.cwd(),
    signal: stopping.signal,
  },
  process.argv.slice(2),
);
