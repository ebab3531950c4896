/** The figures of ours in Chromium. */
import { join } from "node:path";
import type { BrowserStore } from "./browser-parts.ts";
import { type MeasureInBrowser, type RelayBehind, withChromium } from "./chromium.ts";
import { openTransport } from "./loopback.ts";
import { median } from "./median.ts";
import { loadSeeds, withFolder } from "./node-device.ts";
import type { Figures } from "./parts.ts";
import { withSupplier } from "./supplier.ts";

/** What to measure, and where to say what came of it. */
export interface BrowserCases {
  readonly executablePath: string;
  readonly catchUps: readonly number[];
  readonly print: (line: Readonly<Record<string, unknown>>) => void;
}

const stores: readonly BrowserStore[] = ["IndexedDB", "files"];
const rounds = 3;

/** Measures all of them. */
export async function measureBrowserCases({ executablePath, catchUps, print }: BrowserCases): Promise<void> {
  const relay: RelayBehind = { transport: undefined };
  await withChromium({ executablePath, relay }, async (measure) => {
    for (const store of stores) await append(measure, { store, print });
    for (const values of catchUps) await catchUp(measure, { values, relay, print });
    for (const members of [10, 100, 1_000]) {
      const { sealMs, openMs, verifyMs, rotateMs } = await measure({ part: "rotation", members, rounds: 5 });
      for (const [what, ours] of Object.entries({ seal: sealMs, open: openMs, verify: verifyMs, rotateNow: rotateMs }))
        print({
          name: `Chromium, rotate to ${members}: ${what}`,
          ours: Number(ours),
          unit: "ms",
          note: "medians of 5",
        });
    }
  });
}

async function append(
  measure: MeasureInBrowser,
  { store, print }: Pick<BrowserCases, "print"> & { readonly store: BrowserStore },
): Promise<void> {
  for (const batch of [100, 1_000]) {
    const runs: Figures[] = [];
    for (let round = 0; round < rounds; round++)
      runs.push(await measure({ part: "append", store, values: 10_000, batch }));
    const figure = (key: string): number => median(runs.map((run) => Number(run[key])));
    const name = `Chromium, append ${batch} at a time, ${store}`;
    print({
      name: `${name}: per second`,
      ours: figure("eachSecond"),
      unit: "values/s",
      note: "in a worker, durable, view applied",
    });
    print({
      name: `${name}: open again`,
      ours: figure("reopenMs"),
      unit: "ms",
      note: "10,000 blocks, from the checkpoint, view included",
    });
  }
}

async function catchUp(
  measure: MeasureInBrowser,
  { values, relay, print }: Pick<BrowserCases, "print"> & { readonly values: number; readonly relay: RelayBehind },
): Promise<void> {
  await withFolder(undefined, async (folder) => {
    const options = { folder, values, batch: 1, supplies: "all" } as const;
    await withSupplier({ name: "catchUp", options }, async ({ logId, genesis, ports }) => {
      const newcomer = await loadSeeds(join(folder, "newcomer"));
      if (newcomer === undefined) throw new Error("no newcomer");
      const { transport, close } = await openTransport(ports[0] ?? 0);
      relay.transport = transport;
      for (const store of stores) {
        const { wallMs, ingestMs } = await measure({ part: "catch-up", store, values, logId, genesis, newcomer });
        const name = `Chromium, catch up on ${values}, ${store}`;
        print({ name, ours: Number(wallMs), unit: "ms", note: "in a worker, stored, view included" });
        print({
          name: `${name}, without the view`,
          ours: Number(ingestMs),
          unit: "ms",
          note: "views of each era included",
        });
      }
      close();
    });
  });
}
