// Opens a room that make-large-room.ts made, writes to it, and prints how long that took and what memory it needed, as one JSON line.
// `node … open-large-room.ts <folder> [writes]`
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeHex, encodeUtf8 } from "@coterie/bytes";
import { openNodeLogStore } from "@coterie/oplog/node";
import { openRoom } from "../src/index.ts";
import { type FounderSeeds, founderDeps } from "./large-room.ts";

const [folder = "", writes = "1000"] = process.argv.slice(2);
// cast: written by make-large-room.ts
const room = JSON.parse(await readFile(join(folder, "room.json"), "utf8")) as {
  readonly seeds: FounderSeeds;
  readonly logId: string;
};
const from = performance.now();
const { store } = await openNodeLogStore(join(folder, "log"));
const opened = await openRoom(founderDeps(room.seeds, store), { logId: decodeHex(room.logId), from: "checkpoint" });
const view = await opened.view("latest");
const openMs = performance.now() - from;
const openRssBytes = process.memoryUsage().rss;
const { position } = opened.log.order;

const latencies: number[] = [];
for (let i = 0; i < Number(writes); i++) {
  const before = performance.now();
  await opened.write(encodeUtf8(`after ${i} ${"x".repeat(90)}`));
  latencies.push(performance.now() - before);
}
latencies.sort((a, b) => a - b);
const share = (part: number): number => latencies[Math.ceil(part * latencies.length) - 1] ?? Number.NaN;
const figures = {
  position,
  authors: view.entries().length,
  openMs,
  openRssBytes,
  appendP50Ms: share(0.5),
  appendP99Ms: share(0.99),
  peakRssBytes: process.resourceUsage().maxRSS * 1024,
  storedBlocks: store.length(),
};
process.stdout.write(`${JSON.stringify(figures)}\n`);
await opened.close();
