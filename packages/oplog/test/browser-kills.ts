/** Ends workers that write to a log at random moments, and compares what the next one finds with what was acknowledged. */
import { createChance } from "../src/testing.ts";
import type { WriterNews, WriterTask } from "./browser-writer.ts";

/** What was found. */
export interface BrowserTally {
  /** Acknowledged in the end. */
  length: number;
  state: number;
  lost: number;
  wrong: number;
}

/** Starts a writer, and ends it at a random one of its words, again and again. */
export async function endRepeatedly({
  kind,
  kills,
  seed,
}: {
  kind: WriterTask["kind"];
  kills: number;
  seed: number;
}): Promise<BrowserTally> {
  const chance = createChance(seed);
  const task: WriterTask = { log: crypto.randomUUID(), kind, untilFull: false };
  const tally: BrowserTally = { length: 0, state: 0, lost: 0, wrong: 0 };
  for (let kill = 0; kill <= kills; kill++) {
    const words = kill === kills ? 1 : 1 + chance(12);
    const delayMs = chance(6);
    await listen(task, tally, async (heard) => {
      if (heard < words) return false;
      // In the middle of what it does next.
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      return true;
    });
  }
  return tally;
}

/** Starts a writer that ends when there is no room, and gives what it had told until then. */
export async function writeUntilFull(
  log: string,
  kind: WriterTask["kind"],
): Promise<BrowserTally & { readonly last: string }> {
  const tally: BrowserTally = { length: 0, state: 0, lost: 0, wrong: 0 };
  const last = await listen(
    { log, kind, untilFull: true },
    tally,
    async (_heard, what) => what === "full" || what === "failed",
  );
  return { ...tally, last };
}

/** What is in a log now. */
export async function look(log: string, kind: WriterTask["kind"]): Promise<WriterNews> {
  let found: WriterNews | undefined;
  const tally: BrowserTally = { length: 0, state: 0, lost: 0, wrong: 0 };
  await listen({ log, kind, untilFull: false }, tally, async (_heard, _what, news) => {
    found ??= news;
    return true;
  });
  if (found === undefined) throw new Error("nothing was found");
  return found;
}

type IsEnough = (heard: number, what: WriterNews["what"], news: WriterNews) => Promise<boolean>;

async function listen(task: WriterTask, tally: BrowserTally, isEnough: IsEnough): Promise<WriterNews["what"]> {
  const worker = new Worker(new URL("./browser-writer.ts", import.meta.url), {
    type: "module",
    name: JSON.stringify(task),
  });
  const last = await new Promise<WriterNews["what"]>((resolve, reject) => {
    let heard = 0;
    worker.addEventListener("error", (event) => reject(new Error(event.message)));
    worker.addEventListener("message", ({ data }: MessageEvent<WriterNews>) => {
      if (data.what === "open") {
        tally.lost += data.length < tally.length || data.state < tally.state ? 1 : 0;
        tally.wrong += data.wrong;
      }
      tally.length = Math.max(tally.length, data.length);
      tally.state = Math.max(tally.state, data.state);
      isEnough(++heard, data.what, data).then((isOver) => isOver && resolve(data.what), reject);
    });
  });
  worker.terminate();
  return last;
}
