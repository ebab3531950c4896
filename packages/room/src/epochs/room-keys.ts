/** What an epoch is for beside its blocks (docs/protocol/rooms.md §6.1): the room's inbox, views at rest, and snapshots. */
import { type Bytes, encodeUtf8, SecretKey } from "@coterie/bytes";
import type { AgreementKeyPair, Primitives } from "@coterie/primitives";
import { roomLabels } from "../labels.ts";
import { deriveKey } from "./derive-key.ts";
import { deriveLevel, type EpochLevel, type LevelDeps, type LevelSecret } from "./level-secret.ts";

/** What deriving these keys needs. */
export interface RoomKeyDeps {
  readonly primitives: LevelDeps["primitives"] & Pick<Primitives, "deriveAgreementKeyPair">;
}

/**
 * The key pair of the room's inbox in one epoch: whoever may read the room's contents opens what is sealed to it. The caller destroys its secret.
 * @throws LevelTooLowError below level read
 */
export function deriveInboxKeyPair(deps: RoomKeyDeps, secret: LevelSecret): AgreementKeyPair {
  const seed = derive(deps, { secret, level: "read", info: roomLabels.inbox });
  try {
    return deps.primitives.deriveAgreementKeyPair(seed);
  } finally {
    seed.fill(0);
  }
}

/** The key of a view's content at rest. The caller destroys it. Throws LevelTooLowError below level snapshot. */
export function deriveViewKey(
  deps: RoomKeyDeps,
  { secret, name }: { readonly secret: LevelSecret; readonly name: string },
): SecretKey<"room-view"> {
  const info = roomLabels.viewKey;
  return SecretKey.own("room-view", derive(deps, { secret, level: "snapshot", info, context: [encodeUtf8(name)] }));
}

/** The key of a snapshot's views. The caller destroys it. Throws LevelTooLowError below level snapshot. */
export function deriveChunkKey(deps: RoomKeyDeps, secret: LevelSecret): SecretKey<"room-chunk"> {
  return SecretKey.own("room-chunk", derive(deps, { secret, level: "snapshot", info: roomLabels.chunkKey }));
}

/** The key of what every member needs of a snapshot. The caller destroys it. */
export function deriveStateKey(deps: RoomKeyDeps, secret: LevelSecret): SecretKey<"room-state"> {
  return SecretKey.own("room-state", derive(deps, { secret, level: "control", info: roomLabels.stateKey }));
}

function derive(
  deps: RoomKeyDeps,
  input: {
    readonly secret: LevelSecret;
    readonly level: EpochLevel;
    readonly info: Bytes;
    readonly context?: readonly Bytes[];
  },
): Bytes {
  const { secret, level, info, context } = input;
  const from = deriveLevel(deps, { secret, level });
  try {
    return deriveKey(deps.primitives, { secret: from.exposeSecretBytes(), info, ...(context && { context }) });
  } finally {
    from.destroy();
  }
}
