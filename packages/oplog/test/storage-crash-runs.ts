/** Lives and deaths of stores on simulated disks, from seeds. */
import { CoterieError } from "@coterie/bytes";
import { createChance, SimulatedCrashError, SimulatedDisk } from "../src/testing.ts";
import { CrashScene, type CrashSceneInput } from "./storage-crashes.ts";

/** What some runs met, so that a test can insist that they met enough. */
export interface CrashTally {
  crashes: number;
  crashesInRecovery: number;
  blocks: number;
  cuts: number;
  failures: number;
}

export function emptyTally(): CrashTally {
  return { crashes: 0, crashesInRecovery: 0, blocks: 0, cuts: 0, failures: 0 };
}

/** Five lives of one store; each ends at a random call of the disk, and the opening that follows may end so too. */
export async function liveAndDie(input: CrashSceneInput, tally: CrashTally): Promise<void> {
  const [disk, fate] = [new SimulatedDisk(input), createChance(input.seed + 0x5eed)];
  const scene = new CrashScene(disk, input);
  for (let life = 0; life < 5; life++) {
    disk.crashAt(disk.calls + 1 + fate(120));
    await liveUntilCrash(scene, tally);
    disk.restart(fate(3) === 0 ? "kill" : "power-cut");
  }
  await openAtLast(scene, tally);
  await scene.close();
  tally.blocks += scene.blocks;
}

/** One life of a store that ends at exactly this call; false where the work is done before. */
export async function dieAt(seed: number, { call, tally }: { call: number; tally: CrashTally }): Promise<boolean> {
  const disk = new SimulatedDisk({ seed: seed + call });
  const scene = new CrashScene(disk, { seed });
  disk.crashAt(call);
  const isCrashed = await liveUntilCrash(scene, tally, 8);
  disk.restart(call % 4 === 0 ? "kill" : "power-cut");
  await openAtLast(scene, tally);
  await scene.work(4);
  await scene.close();
  return isCrashed;
}

/** Work while calls fail for want of room or for nothing; after each failure the store goes on, at the latest when opened again. */
export async function liveWithFailures(seed: number, tally: CrashTally): Promise<void> {
  const [disk, fate] = [new SimulatedDisk({ seed }), createChance(seed + 0xf411)];
  const scene = new CrashScene(disk, { seed });
  await scene.open();
  scene.expectFailures();
  for (let round = 0; round < 12; round++) {
    for (let i = 0; i <= fate(3); i++) disk.failAt(disk.calls + 1 + fate(30), fate(2) === 0 ? "full" : "failed");
    await scene.work(4).catch((error: unknown) => noteFailure(error, tally));
    if (fate(3) > 0) continue;
    disk.restart(fate(2) === 0 ? "kill" : "power-cut");
    await openAtLast(scene, tally);
  }
  disk.restart("power-cut");
  await openAtLast(scene, tally);
  await scene.close();
}

/** Work on a disk that is full again and again. */
export async function liveWithoutRoom(seed: number, tally: CrashTally): Promise<void> {
  const [disk, fate] = [new SimulatedDisk({ seed, capacityBytes: 20_000 }), createChance(seed + 0xfb11)];
  const scene = new CrashScene(disk, { seed });
  await scene.open();
  scene.expectFailures();
  for (let round = 0; round < 12; round++) {
    disk.resize([...disk.sizes.values()].reduce((sum, size) => sum + size, 0) + fate(12_000));
    await scene.work(6).catch((error: unknown) => noteFailure(error, tally));
  }
  disk.restart("power-cut");
  await openAtLast(scene, tally);
  await scene.close();
}

async function liveUntilCrash(scene: CrashScene, tally: CrashTally, steps = 40): Promise<boolean> {
  try {
    await scene.open();
    await scene.work(steps);
    return false;
  } catch (error) {
    if (!(error instanceof SimulatedCrashError)) throw error;
    tally.crashes++;
    return true;
  }
}

/** Opens after a crash; one time in four the machine stops while it does. */
async function openAtLast(scene: CrashScene, tally: CrashTally): Promise<void> {
  if (scene.chance(4) === 0) {
    scene.disk.crashAt(scene.disk.calls + 1 + scene.chance(12));
    const isOpen = await scene.open().then(
      () => true,
      (error: unknown) => {
        if (!(error instanceof SimulatedCrashError)) throw error;
        return false;
      },
    );
    tally.crashesInRecovery += isOpen ? 0 : 1;
    scene.disk.restart(scene.chance(2) === 0 ? "kill" : "power-cut");
  }
  const { cutBytes, damaged, isStateLost } = await scene.open();
  if (damaged.length > 0 || isStateLost) throw new Error("a crash was taken for damage");
  tally.cuts += cutBytes > 0 ? 1 : 0;
}

/** What fails twice while it is read counts as damaged, until it is looked at again. */
const failureCodes = ["oplog/store-full", "oplog/store-failed", "oplog/store-damaged", "oplog/state-damaged"];

function noteFailure(error: unknown, tally: CrashTally): void {
  const isExpected = error instanceof CoterieError && failureCodes.includes(error.code);
  if (!isExpected) throw error;
  tally.failures++;
}
