/** Runs a case: ours and the rival in turns, each run in a process of its own, and prints its figures as JSON lines. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Case, CaseFigure, Goal } from "./cases.ts";
import { median } from "./median.ts";
import type { Figures } from "./parts.ts";

const rivals = join(import.meta.dirname, "..", "..", "..", "conformance", "interop", "rooms-rivals");
/** Longer than this nobody waits for autobase. */
const rivalTimeoutMs = 1_200_000;
const rivalAttempts = 4;

/** Why there are no figures of the rival; undefined where it is installed. */
export function whyNoRival(): string | undefined {
  if (existsSync(join(rivals, "node_modules", "autobase"))) return undefined;
  return "autobase is not installed: npm ci in conformance/interop/rooms-rivals";
}

/** Where to say what. */
export interface CaseOutput {
  readonly print: (line: Readonly<Record<string, unknown>>) => void;
  readonly withRival: boolean;
}

/** Runs all rounds of a case. Gives whether ours reached its goals. */
export async function runCase(each: Case, { print, withRival }: CaseOutput): Promise<boolean> {
  const ours: Figures[] = [];
  const theirs: Figures[] = [];
  for (let round = 0; round < each.rounds; round++) {
    ours.push(await runOurs(each));
    const isRivalsTurn = withRival && round < (each.rivalRounds ?? each.rounds);
    const rival = isRivalsTurn && each.rival !== undefined ? await runRival(each.rival) : undefined;
    if (rival !== undefined) theirs.push(rival);
  }
  let holds = true;
  for (const figure of each.figures) {
    const line = compare(figure, { ours, theirs });
    const goal = figure.goal === undefined ? {} : { goal: describe(figure.goal), holds: reaches(figure.goal, line) };
    if ("holds" in goal) holds &&= goal.holds;
    const missing = each.rival !== undefined && withRival && theirs.length === 0 ? "; the rival did not finish" : "";
    print({
      name: `${each.name}: ${figure.what}`,
      ...line,
      unit: figure.unit,
      ...goal,
      note: `${each.note}${missing}`,
    });
  }
  return holds;
}

interface Compared {
  readonly ours: number;
  readonly rival: number | null;
  readonly ratio: number | null;
}

function compare(
  figure: CaseFigure,
  { ours, theirs }: { readonly ours: readonly Figures[]; readonly theirs: readonly Figures[] },
): Compared {
  const own = median(ours.map((figures) => valueOf(figures[figure.key], figure)));
  const rivals = theirs.flatMap((figures) => rivalValueOf(figures, figure) ?? []);
  if (rivals.length === 0) return { ours: own, rival: null, ratio: null };
  const rival = median(rivals);
  return { ours: own, rival, ratio: own / rival };
}

function valueOf(value: Figures[string] | undefined, { key, per = 1, rivalKey }: CaseFigure): number {
  if (typeof value !== "number") return Number.NaN;
  // Where the rival's key is a time, `per` belongs to that.
  return key === "eachSecond" || rivalKey !== undefined ? value : value / per;
}

function rivalValueOf(figures: Figures, { key, per = 1, rivalKey }: CaseFigure): number | undefined {
  const value = figures[rivalKey ?? key];
  if (typeof value !== "number") return undefined;
  return rivalKey === "wallMs" ? (per * 1000) / value : value / (key === "eachSecond" ? 1 : per);
}

function describe(goal: Goal): string {
  return "atLeast" in goal ? `at least ${goal.atLeast}` : `at most ${goal.atMost}`;
}

function reaches(goal: Goal, { ours }: Compared): boolean {
  return "atLeast" in goal ? ours >= goal.atLeast : ours <= goal.atMost;
}

async function runOurs({ part, options }: Case): Promise<Figures> {
  const script = join(import.meta.dirname, "measure-process.ts");
  const args = ["--conditions=@coterie/source", script, part, JSON.stringify(options)];
  const figures = await lineOf(args, Number.POSITIVE_INFINITY);
  if (figures === undefined) throw new Error(`measuring ${part} failed`);
  return figures;
}

/** Undefined where it failed again and again: autobase does not always fast-forward when it is asked to. */
async function runRival(line: string): Promise<Figures | undefined> {
  const args = [join(rivals, "measure.mjs"), ...line.split(" ").filter((word) => word !== "")];
  for (let attempt = 0; attempt < rivalAttempts; attempt++) {
    const figures = await lineOf(args, rivalTimeoutMs);
    if (figures !== undefined) return figures;
  }
  return undefined;
}

/** What a process prints: one line of JSON. */
async function lineOf(args: readonly string[], timeoutMs: number): Promise<Figures | undefined> {
  const timeout = Number.isFinite(timeoutMs) ? { timeout: timeoutMs } : {};
  const child = spawn(process.execPath, [...args], { stdio: ["ignore", "pipe", "inherit"], ...timeout });
  const ended = Promise.withResolvers<number | null>();
  child.once("exit", ended.resolve);
  const printed = await text(child.stdout);
  if ((await ended.promise) !== 0) return undefined;
  const figures: unknown = JSON.parse(printed);
  // cast: both sides print figures by name
  return typeof figures === "object" && figures !== null && !("skipped" in figures) ? (figures as Figures) : undefined;
}
