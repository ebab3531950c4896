// D9 at a tenth of its size; `npm run bench -- rooms --scale` measures all of it, and how long appending takes.
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const run = promisify(execFile);

async function script(name: string, ...args: readonly (string | number)[]): Promise<string> {
  const options = ["--conditions=@coterie/source", join(import.meta.dirname, name), ...args.map(String)];
  return (await run(process.execPath, options)).stdout;
}

it("D9: opens a room of 100,000 blocks, 500 writers and 200 epochs from its checkpoint", {
  timeout: 900_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), "coterie-large-room-"));
  try {
    await script("make-large-room.ts", folder, 100_000, 500, 200);
    const figures: unknown = JSON.parse(await script("open-large-room.ts", folder, 100));
    expect(figures).toMatchObject({ authors: 101 });
    const { position, storedBlocks, openMs, peakRssBytes } = figures as Readonly<Record<string, number>>;
    expect(position).toBeGreaterThanOrEqual(100_000);
    expect(storedBlocks).toBe((position ?? 0) + 100);
    expect(openMs).toBeLessThan(3_000);
    expect(peakRssBytes).toBeLessThan(300 * 1024 * 1024);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
