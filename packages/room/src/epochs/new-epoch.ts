/** Making rotates and grants (docs/protocol/rooms.md §6.3, §6.4): the operation for the block, and the sealing for its public part. */
import { type Bytes, encodeFields, encodeHex, equalBytes } from "@coterie/bytes";
import { compareBytes } from "@coterie/oplog";
import type { RandomSource } from "@coterie/primitives";
import { InvalidRecipientsError } from "../errors.ts";
import { roomLimits } from "../limits.ts";
import type { GrantOperation, Operation, RotateOperation } from "../membership/operation.ts";
import type { EntryDeps } from "./entry-key.ts";
import { deriveEpochId, deriveLevel, type EpochLevel, generateEpochSecret, type LevelSecret } from "./level-secret.ts";
import type { Sealing } from "./public-part.ts";
import { sealGrant, type SealingRecipient, sealRotation } from "./seal-entries.ts";
import { type HeldEpoch, type WrapDeps, wrapEpoch } from "./wraps.ts";

/** What beginning an epoch needs. */
export interface NewEpochDeps {
  readonly primitives: EntryDeps["primitives"] & WrapDeps["primitives"];
  readonly random: RandomSource;
}

/** What an epoch is made of. */
export interface NewEpochInput {
  /** 32 bytes. */
  readonly logId: Bytes;
  readonly recipients: readonly SealingRecipient[];
  /** Epochs that it follows, as well as they are held. */
  readonly wrapped: readonly HeldEpoch[];
}

/** An epoch that was just made. Whoever made it hands the secret to the keyring and destroys it. */
export interface NewEpoch {
  /** 16 bytes. */
  readonly epochId: Bytes;
  readonly secret: LevelSecret<"full">;
  readonly operation: RotateOperation;
  readonly sealing: Sealing;
}

/** An epoch that is handed on. */
export interface NewGrant {
  readonly operation: GrantOperation;
  readonly sealing: Sealing;
}

/**
 * A new epoch for `recipients`, with those wrapped that it follows. Its block is written under it.
 * @throws InvalidRecipientsError, InvalidPublicKeyError as `sealRotation` does, before anything is sealed
 */
export function createRotation(deps: NewEpochDeps, { logId, recipients, wrapped }: NewEpochInput): NewEpoch {
  if (new Set(wrapped.map(({ epochId }) => encodeHex(epochId))).size !== wrapped.length)
    throw new InvalidRecipientsError("an epoch is wrapped once");
  if (wrapped.length > roomLimits.wrapsPerRotate) throw new InvalidRecipientsError("too many epochs to wrap");
  const secret = generateEpochSecret(deps, purposeOf({ logId, recipients, wrapped }));
  try {
    const sealing = sealRotation(deps, { logId, secret, recipients });
    const by = { epochId: sealing.epochId, secret };
    const operation: RotateOperation = {
      kind: "rotate",
      recipients: recipients
        .map(({ identity, level }) => ({ identity, level }))
        .sort((a, b) => compareBytes(a.identity, b.identity)),
      wraps: wrapped
        .map((epoch) => wrapEpoch(deps, { by, wrapped: epoch }))
        .sort((a, b) => compareBytes(a.epochId, b.epochId)),
    };
    return { epochId: sealing.epochId, secret, operation, sealing };
  } catch (error) {
    secret.destroy();
    throw error;
  }
}

/** By length first: what is compared begins alike. */
function compareEncoded(a: Bytes, b: Bytes): number {
  return a.length - b.length || compareBytes(a, b);
}

/** The same for the same epoch, in whatever order recipients and wrapped epochs are named. */
function purposeOf({ logId, recipients, wrapped }: NewEpochInput): Bytes {
  const sealed = recipients.map(({ identity, sealingKey, level }) => encodeFields(identity, sealingKey, level));
  const held = wrapped.map(({ epochId, secret }) => encodeFields(epochId, secret.use));
  return encodeFields(logId, sealed.length, ...sealed.sort(compareEncoded), ...held.sort(compareEncoded));
}

/**
 * A grant of an epoch at `level` to one more member.
 * @throws LevelTooLowError where `secret` does not reach the level
 * @throws InvalidPublicKeyError as `sealGrant` does
 */
export function createGrant(
  deps: EntryDeps,
  {
    logId,
    secret,
    level,
    identity,
    sealingKey,
  }: {
    readonly logId: Bytes;
    readonly secret: LevelSecret;
    readonly level: EpochLevel;
    readonly identity: Bytes;
    readonly sealingKey: Bytes;
  },
): NewGrant {
  const granted = deriveLevel(deps, { secret, level });
  try {
    const sealing = sealGrant(deps, { logId, secret: granted, identity, sealingKey });
    return { operation: { kind: "grant", epochId: deriveEpochId(deps, { logId, secret }), identity, level }, sealing };
  } finally {
    granted.destroy();
  }
}

/**
 * Whether a block's sealings are those that its operations speak of: one for each rotate and grant, in their order, of the same epoch; a
 * rotate is of the block's own epoch and comes first, alone. Another block is malformed.
 */
export function matchesSealings({
  epochId,
  operations,
  sealings,
}: {
  readonly epochId: Bytes;
  readonly operations: readonly Operation[];
  readonly sealings: readonly Sealing[];
}): boolean {
  const sealed = operations.filter((operation) => operation.kind === "rotate" || operation.kind === "grant");
  return (
    sealed.length === sealings.length &&
    sealed.every((operation, i) => {
      const sealedEpoch = sealings[i]?.epochId ?? epochId;
      if (operation.kind === "rotate") return i === 0 && equalBytes(sealedEpoch, epochId);
      return equalBytes(sealedEpoch, operation.epochId);
    })
  );
}
