/** A member's device, on any platform: its keys, which it can be opened with again, and what a room needs of it. */
import { type Bytes, decodeHex, encodeHex, SecretKey } from "@coterie/bytes";
import type { LogStore } from "@coterie/oplog";
import { type Primitives, randomBytes, type RandomSource } from "@coterie/primitives";
import {
  type AddOperation,
  createSealingKeyHolder,
  proposeAdd,
  type Room,
  type RoomDeps,
  type RoomBlock,
  type WritableView,
  type WrittenBlock,
} from "@coterie/room";

/** Where it runs. */
export interface Platform {
  readonly primitives: Primitives;
  readonly random: RandomSource;
}

/** All secrets of a device as hex: made for one measurement, and thrown away with its folder. */
export interface DeviceSeeds {
  readonly identity: string;
  readonly sealing: string;
  readonly storage: string;
}

/** Counts what views are given, again and again where the order changed. */
export interface ApplyCounter {
  applied: number;
}

/** Final blocks from one checkpoint to the next, in every room that is measured. */
export const checkpointInterval = 10_000;

/** Seeds of a new member. */
export function createSeeds({ random }: Pick<Platform, "random">): DeviceSeeds {
  const seed = (): string => encodeHex(randomBytes(random, 32));
  return { identity: seed(), sealing: seed(), storage: seed() };
}

/** What a room is opened with. An alarm ends the measurement: honest devices raise none. */
export function depsOf(
  { primitives, random }: Platform,
  { seeds, store, counter }: { readonly seeds: DeviceSeeds; readonly store: LogStore; readonly counter?: ApplyCounter },
): RoomDeps {
  const holder = createSealingKeyHolder({ primitives }, primitives.deriveAgreementKeyPair(decodeHex(seeds.sealing)));
  return {
    primitives,
    random,
    store,
    deviceKey: SecretKey.own("store", decodeHex(seeds.storage)),
    identity: primitives.deriveSigningKeyPair(decodeHex(seeds.identity)),
    sealingKeys: () => [holder],
    ownHead: "trust",
    views: {
      lines: (view: WritableView, blocks: readonly RoomBlock[]) => {
        for (const { values } of blocks) for (const value of values) view.append(value);
        if (counter !== undefined) for (const { values } of blocks) counter.applied += values.length;
      },
    },
    onAlarm: (alarm) => {
      throw new Error(`an alarm: ${alarm.kind}${"reason" in alarm ? `, ${alarm.reason}` : ""}`);
    },
  };
}

/** Lets members in who have everything, as one block. */
export async function addMembers(
  room: Room,
  { primitives, members }: Pick<Platform, "primitives"> & { readonly members: readonly DeviceSeeds[] },
): Promise<WrittenBlock> {
  return await room.change((proposer) =>
    members.map((seeds) => proposeAdd({ primitives }, { ...proposer, add: additionOf(primitives, seeds) })),
  );
}

function additionOf(primitives: Primitives, { identity, sealing }: DeviceSeeds): Omit<AddOperation, "kind"> {
  return {
    identity: primitives.deriveSigningKeyPair(decodeHex(identity)).publicKey,
    sealingKey: primitives.deriveAgreementKeyPair(decodeHex(sealing)).publicKey,
    role: "member",
    history: "all",
  };
}

/** Gives `to` all that `from` stored after the first `start` blocks; how many `from` has. */
export async function give(
  from: Room,
  { to, start = 0 }: { readonly to: Room; readonly start?: number },
): Promise<number> {
  for (let at = start; ; ) {
    const page: readonly Bytes[] = await from.readStored(at, 1_000);
    if (page.length === 0) return at;
    at += page.length;
    await to.receive(page);
  }
}
