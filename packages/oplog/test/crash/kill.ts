/** Kills a program that appends to a log, again and again, and compares what it finds at each start with what it had acknowledged. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createChance } from "../../src/testing.ts";

/** What is done, and how often. */
export interface KillInput {
  readonly kills: number;
  readonly seed: number;
  /** The program; it is given a folder and a seed, and tells what it found and what is durable. */
  readonly program: string;
  /** What it is given besides. */
  readonly extra?: readonly string[];
}

/** What was found. */
export interface KillTally {
  kills: number;
  /** Killed before it had opened the log. */
  killedWhileOpening: number;
  acknowledgedBlocks: number;
  acknowledgedSaves: number;
  /** Starts that found fewer blocks or an older state than was acknowledged. */
  lost: number;
  /** Blocks that are not the ones of their position, damage that nobody did, states mixed of two. */
  wrong: number;
  /** Starts that cut off an unfinished append. */
  cuts: number;
  slowestOpenMs: number;
}

interface Line {
  readonly what: "open" | "length" | "state";
  readonly length?: number;
  readonly state?: number;
  readonly openMs?: number;
  readonly wrong?: number;
  readonly damaged?: number;
  readonly cutBytes?: number;
}

/** Sources of sibling packages are found as here; nothing else is passed on, least of all a script of `node -e`. */
const conditions: readonly string[] = process.execArgv.filter((argument) => argument.startsWith("--conditions="));

/** Starts and kills; the log stays the same all the time. */
export async function killRepeatedly({ kills, seed, program, extra = [] }: KillInput): Promise<KillTally> {
  const chance = createChance(seed);
  const folder = await mkdtemp(join(tmpdir(), "coterie-kill-"));
  const known = { length: 0, state: 0 };
  const tally: KillTally = {
    kills: 0,
    killedWhileOpening: 0,
    acknowledgedBlocks: 0,
    acknowledgedSaves: 0,
    lost: 0,
    wrong: 0,
    cuts: 0,
    slowestOpenMs: 0,
  };
  try {
    // One start more than counted kills: it looks at what the last of them left.
    for (let start = 0; start <= kills; start++) {
      const programArguments = [folder, String(chance(1_000_000)), ...extra];
      const child = spawn(process.execPath, [...conditions, program, ...programArguments], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      // Now and then before the log is open, else while it is written to.
      const isEarly = start < kills && chance(10) === 0;
      const delayMs = isEarly ? 40 + chance(300) : chance(120);
      const isOpened = await watch(child, { known, tally, killAt: { isEarly, delayMs } });
      if (!isOpened) tally.killedWhileOpening++;
      tally.kills = start;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  tally.acknowledgedBlocks = known.length;
  tally.acknowledgedSaves = known.state;
  return tally;
}

interface Watch {
  readonly known: { length: number; state: number };
  readonly tally: KillTally;
  readonly killAt: { readonly isEarly: boolean; readonly delayMs: number };
}

/** Reads what the program says until it is dead; whether it had opened the log. */
async function watch(child: ChildProcess, { known, tally, killAt }: Watch): Promise<boolean> {
  const killLater = (): unknown => setTimeout(() => child.kill("SIGKILL"), killAt.delayMs);
  if (killAt.isEarly) killLater();
  if (child.stdout === null) throw new Error("the program has no output");
  const ended = once(child, "exit");
  let isOpened = false;
  for await (const text of createInterface({ input: child.stdout })) {
    // A line that the kill cut short was not said.
    if (!text.endsWith("}")) continue;
    const line = JSON.parse(text) as Line;
    if (line.what === "open") {
      isOpened = true;
      compare(line, { known, tally });
      if (!killAt.isEarly) killLater();
    }
    known.length = Math.max(known.length, line.length ?? 0);
    known.state = Math.max(known.state, line.state ?? 0);
  }
  const [exitCode, signal] = (await ended) as [number | null, string | null];
  if (signal !== "SIGKILL") throw new Error(`the program ended by itself (${exitCode})`);
  return isOpened;
}

/** A save that was under way may have been finished: its number is one more than the last one said. */
function compare(line: Line, { known, tally }: Pick<Watch, "known" | "tally">): void {
  const { length = -1, state = -1, openMs = 0, wrong = 0, damaged = 0, cutBytes = 0 } = line;
  tally.slowestOpenMs = Math.max(tally.slowestOpenMs, openMs);
  tally.lost += length < known.length || state < known.state ? 1 : 0;
  tally.wrong += wrong + damaged + (state > known.state + 1 ? 1 : 0);
  tally.cuts += cutBytes > 0 ? 1 : 0;
}
