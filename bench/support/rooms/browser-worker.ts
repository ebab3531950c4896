// Measures parts of ours in a worker of a browser, on its primitives and stores.
import { decodeHex, decodeUtf8 } from "@coterie/bytes";
import type { LogStore } from "@coterie/oplog";
import { openIndexedDbLogStore, openOpfsLogStore } from "@coterie/oplog/browser";
import { loadBrowserPrimitives, systemRandom as random } from "@coterie/primitives/browser";
import { createRoom, joinRoom, openRoom } from "@coterie/room";
import type { BrowserAnswer, BrowserPart, BrowserStore } from "./browser-parts.ts";
import { checkpointInterval, createSeeds, depsOf, type Platform } from "./device.ts";
import { percentile } from "./median.ts";
import type { Figures } from "./parts.ts";
import { createRelayOver, pagesOf } from "./relay-pages.ts";
import { measureRotation } from "./rotation.ts";
import { blocksOf, inGroups, valueOf } from "./values.ts";

const platform: Platform = { primitives: await loadBrowserPrimitives(), random };

addEventListener("message", ({ data }: MessageEvent<BrowserPart>) => {
  void measure(data)
    .then((figures): BrowserAnswer => ({ figures }))
    .catch((error: unknown): BrowserAnswer => ({ failure: String(error instanceof Error ? error.stack : error) }))
    .then((answer) => postMessage(answer));
});
postMessage({ figures: {} } satisfies BrowserAnswer);

async function measure(part: BrowserPart): Promise<Figures> {
  if (part.part === "append") return await measureAppend(part);
  if (part.part === "catch-up") return await measureCatchUp(part);
  return { ...(await measureRotation(platform, part)) };
}

async function openStore(kind: BrowserStore, name: string): Promise<LogStore> {
  const opened = kind === "files" ? await openOpfsLogStore({ random }, { name }) : await openIndexedDbLogStore(name);
  return opened.store;
}

async function measureAppend({ store, values, batch }: Extract<BrowserPart, { part: "append" }>): Promise<Figures> {
  const [name, seeds] = [crypto.randomUUID(), createSeeds(platform)];
  const room = await createRoom(depsOf(platform, { seeds, store: await openStore(store, name) }), {
    mode: "majority",
    checkpointInterval,
  });
  const calls = [...inGroups(blocksOf(values), batch)];
  const latencies: number[] = [];
  const from = performance.now();
  for (const blocks of calls) {
    const before = performance.now();
    await room.writeAll(blocks);
    latencies.push(performance.now() - before);
  }
  const view = await room.view("lines");
  const wallMs = performance.now() - from;
  if (view.length !== values) throw new Error("not everything was written");
  const { logId } = room.log;
  await room.close();

  const opening = performance.now();
  const deps = depsOf(platform, { seeds, store: await openStore(store, name) });
  const again = await openRoom(deps, { logId, from: "checkpoint" });
  if ((await again.view("lines")).length !== values) throw new Error("not everything was stored");
  const reopenMs = performance.now() - opening;
  await again.close();
  return { wallMs, eachSecond: (values * 1000) / wallMs, p50Ms: percentile(latencies, 0.5), reopenMs };
}

async function measureCatchUp(part: Extract<BrowserPart, { part: "catch-up" }>): Promise<Figures> {
  const { store, values, logId, genesis, newcomer: seeds } = part;
  const deps = depsOf(platform, { seeds, store: await openStore(store, crypto.randomUUID()) });
  const room = await joinRoom(deps, { genesis: decodeHex(genesis) });
  const transport = {
    request: async (message: Uint8Array<ArrayBuffer>) => {
      const answer = await fetch("/relay", { method: "POST", body: message });
      return new Uint8Array(await answer.arrayBuffer());
    },
    onPush: () => () => undefined,
  };
  const from = performance.now();
  const relay = createRelayOver({ sha256: platform.primitives.sha256, transport }, { logId });
  for await (const page of pagesOf(relay)) await room.receive(page);
  const ingestMs = performance.now() - from;
  const view = await room.view("lines");
  const wallMs = performance.now() - from;
  if (view.length !== values || decodeUtf8(view.at(values - 1)) !== decodeUtf8(valueOf(values - 1)))
    throw new Error("the newcomer read something else");
  await room.close();
  return { wallMs, ingestMs, eachSecond: (values * 1000) / wallMs };
}
