/**
 * The secrets of an epoch (docs/protocol/rooms.md §6.1): a chain of four, of which each gives those after it and none before. A
 * member holds the one that fits how much history it may read.
 */
import { type Bytes, concatBytes, SecretKey } from "@coterie/bytes";
import { type Primitives, randomBytes, type RandomSource } from "@coterie/primitives";
import { LevelTooLowError } from "../errors.ts";
import { deriveKey } from "./derive-key.ts";
import { roomLabels } from "../labels.ts";

/** The levels from the strongest one to the weakest; their places are their numbers in operations. */
export const epochLevels = ["full", "snapshot", "read", "control"] as const;

/** What a holder of an epoch may do: everything, with views; only later content; or only follow order and membership. */
export type EpochLevel = (typeof epochLevels)[number];

/** The secret of an epoch at one level, 32 bytes. Whoever creates one destroys it. */
export type LevelSecret<Level extends EpochLevel = EpochLevel> = SecretKey<`epoch-${Level}`>;

/** What deriving needs. */
export interface LevelDeps {
  readonly primitives: Pick<Primitives, "hkdfSha256" | "sha256">;
}

/** Bytes of an epoch id. */
export const epochIdLengthBytes = 16;

const secretLengthBytes = 32;
const levelByUse: Readonly<Record<LevelSecret["use"], EpochLevel>> = {
  "epoch-full": "full",
  "epoch-snapshot": "snapshot",
  "epoch-read": "read",
  "epoch-control": "control",
};

/**
 * A fresh secret S of an epoch. What it is for goes in as well (`purpose`: encoded recipients and wrapped epochs), so that two copies of
 * one device that draw the same bytes do not seal one S at two levels.
 */
export function generateEpochSecret(
  { primitives, random }: LevelDeps & { readonly random: RandomSource },
  purpose: Uint8Array,
): LevelSecret<"full"> {
  const drawn = randomBytes(random, secretLengthBytes);
  const context = [primitives.sha256(purpose)];
  const secret = deriveKey(primitives, { secret: drawn, info: roomLabels.epochSecret, context });
  drawn.fill(0);
  return SecretKey.own("epoch-full", secret);
}

/** The secret of `level` over 32 bytes that were opened or stored; they are copied. */
export function levelSecretOf<Level extends EpochLevel>(level: Level, bytes: Uint8Array): LevelSecret<Level> {
  return SecretKey.copyOf(`epoch-${level}`, bytes);
}

/** The level of a secret. */
export function levelOf(secret: LevelSecret): EpochLevel {
  return levelByUse[secret.use];
}

/** Whether who has `held` also has `wanted`. */
export function reachesLevel(held: EpochLevel, wanted: EpochLevel): boolean {
  return epochLevels.indexOf(held) <= epochLevels.indexOf(wanted);
}

/** The weaker one of two levels. */
export function weakerLevel(a: EpochLevel, b: EpochLevel): EpochLevel {
  return reachesLevel(a, b) ? b : a;
}

/**
 * The secret of `level` from the same or a stronger one, in memory of its own.
 * @throws LevelTooLowError where `secret` does not give it
 */
export function deriveLevel<Level extends EpochLevel>(
  { primitives }: LevelDeps,
  { secret, level }: { readonly secret: LevelSecret; readonly level: Level },
): LevelSecret<Level> {
  const from = epochLevels.indexOf(levelOf(secret));
  const to = epochLevels.indexOf(level);
  if (from > to) throw new LevelTooLowError();
  let bytes = secret.exposeSecretBytes().slice();
  for (const label of levelLabels.slice(from, to)) {
    const next = deriveKey(primitives, { secret: bytes, info: label });
    bytes.fill(0);
    bytes = next;
  }
  return SecretKey.own(`epoch-${level}`, bytes);
}

/** What gives the level at place i + 1 from the one at place i. */
const levelLabels: readonly Bytes[] = [roomLabels.levelSnapshot, roomLabels.levelRead, roomLabels.levelControl];

/**
 * The id of the epoch that `secret` belongs to, 16 bytes: the same from every level, and bound to the log. It commits to the secret:
 * whoever opens any level compares.
 */
export function deriveEpochId(
  deps: LevelDeps,
  { logId, secret }: { readonly logId: Uint8Array; readonly secret: LevelSecret },
): Bytes {
  const control = deriveLevel(deps, { secret, level: "control" });
  const committed = concatBytes(roomLabels.epoch, logId, control.exposeSecretBytes());
  try {
    return deps.primitives.sha256(committed).slice(0, epochIdLengthBytes);
  } finally {
    control.destroy();
    committed.fill(0);
  }
}
