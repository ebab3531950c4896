/** A room of years: opened from its checkpoint, and written to (security bar D9). */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Figures } from "./parts.ts";
import { withFolder } from "./node-device.ts";

const scripts = join(import.meta.dirname, "..", "..", "..", "packages", "room", "test");

/** How large, and where to say what came of it. */
export interface ScaleCase {
  readonly blocks: number;
  readonly writers: number;
  readonly epochs: number;
  readonly print: (figure: Readonly<Record<string, unknown>>) => void;
}

/** Makes the room, which takes minutes, and measures in another process. Gives whether all goals were reached. */
export async function runScaleCase({ blocks, writers, epochs, print }: ScaleCase): Promise<boolean> {
  return await withFolder(undefined, async (folder) => {
    await run("make-large-room.ts", [folder, blocks, writers, epochs]);
    const printed = await run("open-large-room.ts", [folder]);
    // cast: what open-large-room.ts prints
    const figures = JSON.parse(printed) as Figures;
    const name = `${blocks} blocks, ${writers} writers, ${epochs} epochs`;
    let holds = true;
    for (const [what, key, unit, atMost] of goals) {
      const ours = Number(figures[key]);
      holds &&= ours < atMost;
      print({ name: `${name}: ${what}`, ours, unit, goal: `below ${atMost}`, holds: ours < atMost, note: "D9" });
    }
    print({
      name: `${name}: median of appends`,
      ours: Number(figures["appendP50Ms"]),
      unit: "ms",
      note: "on the disk",
    });
    return holds;
  });
}

const goals = [
  ["open from the checkpoint", "openMs", "ms", 3_000],
  ["memory after opening", "openRssBytes", "B", 300 * 1024 * 1024],
  ["most memory", "peakRssBytes", "B", 300 * 1024 * 1024],
  ["99 of 100 appends", "appendP99Ms", "ms", 20],
] as const;

async function run(script: string, args: readonly (string | number)[]): Promise<string> {
  const options = ["--conditions=@coterie/source", join(scripts, script), ...args.map(String)];
  const child = spawn(process.execPath, options, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const printed = await text(child.stdout);
  const [code]: unknown[] = await ended;
  if (code !== 0) throw new Error(`${script} failed`);
  return printed;
}
