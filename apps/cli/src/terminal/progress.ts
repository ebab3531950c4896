/**
 * Progress on standard error: a bar on a terminal, a plain line every few seconds elsewhere, nothing under `--quiet`.
 * The clock is passed in, so that tests need not wait.
 */
import type { Terminal } from "./terminal.ts";

/** How often a bar is drawn, and how often a line is written. */
const barEveryMs = 100;
const lineEveryMs = 5000;
const barCells = 24;

/** What a {@link Progress} needs. */
export interface ProgressDeps {
  readonly terminal: Terminal;
  readonly now: () => number;
}

/** What is counted. */
export interface ProgressTask {
  /** What is being done: "harbour-watch: opening". */
  readonly what: string;
  /** What is counted: "contacts". */
  readonly unit: string;
  /** How many there are in all, where known. */
  readonly total: number | undefined;
  /** How many were done before this run; they do not count for the rate. */
  readonly doneBefore?: number;
}

/** Shows how far a task is. `finish` ends it, also after errors. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #now: () => number;
  readonly #task: ProgressTask;
  readonly #startedAtMs: number;
  readonly #asBar: boolean;
  #shownAtMs: number;
  #barIsShown = false;

  constructor({ terminal, now }: ProgressDeps, task: ProgressTask) {
    this.#terminal = terminal;
    this.#now = now;
    this.#task = task;
    this.#startedAtMs = now();
    this.#shownAtMs = this.#startedAtMs;
    this.#asBar = terminal.errors.isTTY === true;
  }

  /** Tells how many are done, counting those of earlier runs. Cheap: draws only when it is time. */
  update(done: number): void {
    if (this.#terminal.talk.quiet) return;
    const nowMs = this.#now();
    if (nowMs - this.#shownAtMs < (this.#asBar ? barEveryMs : lineEveryMs)) return;
    this.#shownAtMs = nowMs;
    const text = describeProgress(this.#task, { done, elapsedMs: nowMs - this.#startedAtMs });
    if (this.#asBar) this.#drawBar(done, text);
    else this.#terminal.note(text);
  }

  /** Removes the bar, so that what follows stands on a line of its own. */
  finish(): void {
    if (this.#barIsShown) this.#terminal.errors.write("\r\u001b[2K");
    this.#barIsShown = false;
  }

  #drawBar(done: number, text: string): void {
    const { total } = this.#task;
    const bar = total === undefined || total === 0 ? "" : `${drawCells(done / total)} `;
    const width = (this.#terminal.errors.columns ?? 80) - 1;
    this.#terminal.errors.write(`\r\u001b[2K${(bar + text).slice(0, width)}`);
    this.#barIsShown = true;
  }
}

/** One line about a task: how many, how fast, how long still. */
export function describeProgress(
  { what, unit, total, doneBefore = 0 }: ProgressTask,
  { done, elapsedMs }: { readonly done: number; readonly elapsedMs: number },
): string {
  const count =
    total === undefined ? `${groupDigits(done)} ${unit}` : `${groupDigits(done)} of ${groupDigits(total)} ${unit}`;
  const perSecond = elapsedMs > 0 ? ((done - doneBefore) * 1000) / elapsedMs : 0;
  if (perSecond <= 0) return `${what}: ${count}`;
  const rate = `${groupDigits(Math.round(perSecond))}/s`;
  if (total === undefined) return `${what}: ${count}, ${rate}`;
  return `${what}: ${count}, ${rate}, ${describeDuration((total - done) / perSecond)} left`;
}

/** Digits in groups of three: 1,000,000. */
export function groupDigits(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Seconds as people say them: "42 s", "3 min 5 s", "2 h 10 min". */
export function describeDuration(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

function drawCells(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * barCells);
  return `[${"#".repeat(full)}${"-".repeat(barCells - full)}] ${String(Math.floor(share * 100)).padStart(3)} %`;
}
