/** Devices in folders: a store on the disk of Node, and the seeds beside it. */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LogStore } from "@coterie/oplog";
import { openNodeLogStore } from "@coterie/oplog/node";
import { nodePrimitives as primitives, systemRandom as random } from "@coterie/primitives/node";
import type { RoomDeps } from "@coterie/room";
import { type ApplyCounter, createSeeds, depsOf, type DeviceSeeds, type Platform } from "./device.ts";

/** Node. */
export const nodePlatform: Platform = { primitives, random };

/** A device whose store is open. */
export interface NodeDevice {
  readonly seeds: DeviceSeeds;
  readonly store: LogStore;
  readonly deps: RoomDeps;
}

/** The device in `folder`, or a new one. */
export async function openDevice(folder: string, counter?: ApplyCounter): Promise<NodeDevice> {
  await mkdir(folder, { recursive: true });
  const seeds = (await loadSeeds(folder)) ?? (await saveSeeds(folder, createSeeds({ random })));
  const { store } = await openNodeLogStore(join(folder, "log"));
  return { seeds, store, deps: depsOf(nodePlatform, { seeds, store, ...(counter && { counter }) }) };
}

/** Seeds of a device that will be opened later, in another process. */
export async function prepareDevice(folder: string): Promise<DeviceSeeds> {
  await mkdir(folder, { recursive: true });
  return await saveSeeds(folder, createSeeds({ random }));
}

/** A folder below `dir` that is gone when `use` ends. */
export async function withFolder<Result>(
  dir: string | undefined,
  use: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(dir ?? tmpdir(), "coterie-rooms-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the files of a device's log take on the disk: allocated blocks, as `du` counts. */
export async function bytesOnDisk(folder: string): Promise<number> {
  const log = join(folder, "log");
  const sizes = await Promise.all((await readdir(log)).map(async (name) => (await stat(join(log, name))).blocks * 512));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** The seeds that {@link prepareDevice} left in a folder. */
export async function loadSeeds(folder: string): Promise<DeviceSeeds | undefined> {
  const text = await readFile(join(folder, "seeds.json"), "utf8").catch(() => undefined);
  // cast: written by `saveSeeds`
  return text === undefined ? undefined : (JSON.parse(text) as DeviceSeeds);
}

async function saveSeeds(folder: string, seeds: DeviceSeeds): Promise<DeviceSeeds> {
  await writeFile(join(folder, "seeds.json"), JSON.stringify(seeds), { mode: 0o600 });
  return seeds;
}
