/**
 * The checkpoint below which a device dropped its blocks, or by which it joined: the earliest place that it can begin with again
 * (docs/protocol/rooms.md §8.4). It is kept beside the newest one.
 */
import type { Bytes } from "@coterie/bytes";
import type { RoomStore, StateName } from "./room-store.ts";

/** Pieces of state to save, or to remove where they are undefined. */
type StateChanges = ReadonlyMap<StateName, Bytes | undefined>;

/** What makes the newest checkpoint the earliest one. */
export async function raiseFloor(storage: RoomStore, views: readonly string[]): Promise<StateChanges> {
  return await copied(storage, { names: floorNames(views) });
}

/** What makes the earliest checkpoint the newest one; without it, there is none, and the room begins with its first block. */
export async function fallToFloor(storage: RoomStore, views: readonly string[]): Promise<StateChanges> {
  return await copied(storage, { names: floorNames(views).map(([newest, earliest]) => [earliest, newest]) });
}

async function copied(
  storage: RoomStore,
  { names }: { readonly names: readonly (readonly [StateName, StateName])[] },
): Promise<StateChanges> {
  const changes = new Map<StateName, Bytes | undefined>();
  for (const [from, to] of names) changes.set(to, await storage.load(from));
  return changes;
}

/** The names of what a checkpoint has: of the newest one, and of the earliest one. */
export function floorNames(views: readonly string[]): readonly (readonly [StateName, StateName])[] {
  return [
    ["checkpoint", "floor"],
    ["contexts", "floor-contexts"],
    ...views.map((name) => [`view/${name}`, `floor-view/${name}`] as const),
  ];
}
