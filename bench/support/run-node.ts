// Runs a script in a process of its own and watches what the system says about it.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";

export interface Run {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMiB: number;
  /** The signal that ended it, if one did. */
  readonly signal: string | undefined;
}

/** Runs to the end, or until `onStart` kills it; any other failure throws. Figures on Linux only. */
export async function runNode(
  file: string,
  args: readonly string[],
  onStart?: (child: ChildProcess) => void,
): Promise<Run> {
  const start = performance.now();
  const child = spawn(process.execPath, ["--conditions=@coterie/source", file, ...args], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  let seen = { cpuMs: 0, peakMiB: 0 };
  const watch = setInterval(() => {
    void lookAt(child.pid ?? 0).then((found) => (seen = found ?? seen));
  }, 20);
  onStart?.(child);
  const [code, signal]: (number | string | null)[] = await once(child, "exit");
  clearInterval(watch);
  if (code !== 0 && signal !== "SIGKILL") throw new Error(`${file} ended with ${String(code)}`);
  return { wallMs: performance.now() - start, ...seen, signal: typeof signal === "string" ? signal : undefined };
}

/** Linux: processor time of all threads so far, and the largest resident set. */
async function lookAt(pid: number): Promise<{ cpuMs: number; peakMiB: number } | undefined> {
  const [stat, status] = await Promise.all([
    readFile(`/proc/${pid}/stat`, "utf8").catch(() => ""),
    readFile(`/proc/${pid}/status`, "utf8").catch(() => ""),
  ]);
  const ticks = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const peakKiB = /VmHWM:\s+(\d+) kB/.exec(status)?.[1];
  if (peakKiB === undefined) return undefined;
  // A tick is 10 ms on every Linux that Node supports.
  return { cpuMs: (Number(ticks[11]) + Number(ticks[12])) * 10, peakMiB: Number(peakKiB) / 1024 };
}
