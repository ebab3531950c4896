import { expect, it } from "vitest";
import { openOpfsLogStore } from "../src/browser.ts";
import type { OpfsTestResult } from "./opfs-worker.ts";

it("keeps the contract of log stores in a worker", async () => {
  const results = await runWorker();
  expect(results.filter(({ failure }) => failure !== undefined)).toEqual([]);
  expect(results.length).toBeGreaterThan(15);
});

it("is refused in a page, where files are not written at once", async () => {
  const random = { fill: (target: Uint8Array<ArrayBuffer>) => void crypto.getRandomValues(target) };
  await expect(openOpfsLogStore({ random }, { name: "log" })).rejects.toMatchObject({ code: "oplog/store-failed" });
});

async function runWorker(): Promise<OpfsTestResult[]> {
  const worker = new Worker(new URL("./opfs-worker.ts", import.meta.url), { type: "module" });
  const results: OpfsTestResult[] = [];
  await new Promise<void>((resolve, reject) => {
    worker.addEventListener("error", (event) => reject(new Error(event.message)));
    worker.addEventListener("message", ({ data }: MessageEvent<OpfsTestResult>) => {
      if (data.name === undefined) resolve();
      else results.push(data);
    });
  });
  worker.terminate();
  return results;
}
