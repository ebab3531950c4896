/**
 * The program that is killed: `node kill-child.ts <folder> <seed> [early]` opens the log in the folder, checks everything in it, and appends, saves
 * and drops until it is stopped. It says what it found ("open"), and what was acknowledged ("length", "state"), a line each; with "early" it
 * lies, and says so before it is.
 */
import { writeSync } from "node:fs";
import { equalBytes, type Ciphertext } from "@coterie/bytes";
import type { LogStore } from "../../src/index.ts";
import { openNodeLogStore } from "../../src/node.ts";
import { type Chance, createChance } from "../../src/testing.ts";

const [folder = "", seed = "", honesty] = process.argv.slice(2);
const chance = createChance(Number(seed));
const begunMs = performance.now();
const { store, recovery } = await openNodeLogStore(folder, { segmentBytes: 200_000 });
const openMs = performance.now() - begunMs;
const [wrong, state] = [await countWrong(store), await loadCounter(store)];
const damaged = recovery.damaged.length + (recovery.isStateLost ? 1 : 0);
say("open", { length: store.length(), state, openMs, wrong, damaged, cutBytes: recovery.cutBytes });
/** The length that the log will have when all calls made so far are stored. */
const calls = { end: store.length() };
await Promise.all([append(store, chance), append(store, createChance(Number(seed) + 1)), save(store, state)]);

/** Calls that overlap, from several places: what is appended where is known only once it is. */
async function append(log: LogStore, dice: Chance): Promise<never> {
  for (;;) {
    const count = 1 + dice(dice(4) === 0 ? 200 : 8);
    await appendNext(log, count);
    if (dice(40) === 0) await log.drop(Math.max(log.first(), log.length() - 3_000));
  }
}

async function appendNext(log: LogStore, count: number): Promise<void> {
  const from = calls.end;
  calls.end += count;
  if (honesty === "early") {
    say("length", { length: from + count });
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const position = await log.append(Array.from({ length: count }, (_unused, i) => blockAt(from + i)));
  if (position !== from) throw new Error("another position");
  say("length", { length: from + count });
}

async function save(log: LogStore, last: number): Promise<never> {
  for (let counter = last + 1; ; counter++) {
    // brand: a store does not look inside
    const bytes = (length: number) => new Uint8Array(length).fill(counter % 251) as Ciphertext<"state">;
    const number = bytes(8);
    new DataView(number.buffer).setFloat64(0, counter);
    await log.save(
      new Map([
        ["counter", number],
        ["short", bytes(100)],
        ["long", bytes(5_000)],
      ]),
    );
    say("state", { state: counter });
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The counter of the state, 0 without any; -1 where the values are not of one and the same `save`. */
async function loadCounter(log: LogStore): Promise<number> {
  const [number, short, long] = await Promise.all(["counter", "short", "long"].map(async (key) => await log.load(key)));
  if (number === undefined) return short === undefined && long === undefined ? 0 : -1;
  const counter = new DataView(number.buffer).getFloat64(0);
  const isWhole = [short, long].every((value) => value?.every((byte) => byte === counter % 251) === true);
  return isWhole ? counter : -1;
}

async function countWrong(log: LogStore): Promise<number> {
  let wrong = 0;
  for (let next = log.first(); next < log.length(); ) {
    const page = await log.read(next, 1_000);
    for (const [i, block] of page.entries()) wrong += equalBytes(block, blockAt(next + i)) ? 0 : 1;
    next += page.length;
  }
  return wrong;
}

/** What stands at a position, whoever appends it. */
function blockAt(position: number): Ciphertext<"block"> {
  const block = new Uint8Array(100 + ((position * 7_919) % 400)).fill(position % 253);
  new DataView(block.buffer).setUint32(0, position);
  // brand: a store does not look inside
  return block as Ciphertext<"block">;
}

/** Said when this returns: `process.stdout` would keep lines back where the reader is slow, and they would die with the program. */
function say(what: string, facts: Readonly<Record<string, number>>): void {
  writeSync(1, `${JSON.stringify({ what, ...facts })}\n`);
}
