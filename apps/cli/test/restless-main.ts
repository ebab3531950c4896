// The command line with a clock that jumps ten seconds at every look: an export then writes a checkpoint after every piece.
import { nodePrimitives, systemRandom } from "@coterie/primitives/node";
import { runCommand } from "../src/run-command.ts";
import { Terminal } from "../src/terminal/terminal.ts";

let nowMs = Date.UTC(2030, 0, 1);

process.exitCode = await runCommand(
  {
    primitives: nodePrimitives,
    random: systemRandom,
    now: () => (nowMs += 10_000),
    terminal: new Terminal(
      { input: process.stdin, output: process.stdout, errors: process.stderr },
      { quiet: false, json: false },
    ),
    env: process.env,
    workingFolder: process.cwd(),
    signal: new AbortController().signal,
  },
  process.argv.slice(2),
);
