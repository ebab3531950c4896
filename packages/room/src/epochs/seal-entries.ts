/**
 * Sealing an epoch's secret to members (docs/protocol/rooms.md §6.2, §6.4). Everything follows from the secret and the recipients, so that
 * whoever holds the secret can compute it again and see whether somebody was left out.
 */
import { type Bytes, concatBytes, encodeHex } from "@coterie/bytes";
import { compareBytes } from "@coterie/oplog";
import type { AgreementKeyPair } from "@coterie/primitives";
import { InvalidRecipientsError } from "../errors.ts";
import { roomLabels } from "../labels.ts";
import { roomLimits } from "../limits.ts";
import { deriveKey } from "./derive-key.ts";
import { deriveEntryKey, encryptEntry, type EntryDeps } from "./entry-key.ts";
import { deriveEpochId, deriveLevel, epochLevels, type LevelSecret } from "./level-secret.ts";
import type { EpochRecipient } from "../membership/operation.ts";
import { entryGroup, entryLengthBytes, type Sealing } from "./public-part.ts";

/** A recipient with the key that its member published. */
export interface SealingRecipient extends EpochRecipient {
  /** X25519 public key, 32 bytes. */
  readonly sealingKey: Bytes;
}

/** A new epoch and to whom it is sealed: one entry for each member, whose devices share the sealing key. */
export interface RotationSealing {
  /** 32 bytes. */
  readonly logId: Bytes;
  readonly secret: LevelSecret<"full">;
  readonly recipients: readonly SealingRecipient[];
}

/** A secret that one more member gets. */
export interface GrantSealing {
  /** 32 bytes. */
  readonly logId: Bytes;
  readonly secret: LevelSecret;
  readonly identity: Bytes;
  readonly sealingKey: Bytes;
}

/** One entry and for whom it is. */
export interface SealedEntry {
  readonly recipient: Omit<SealingRecipient, "level">;
  readonly entry: Bytes;
}

/** Recipients sealed to between two steps: about a millisecond natively, a tenth of a second in JavaScript alone. */
const recipientsPerStep = 16;

/**
 * Seals a new epoch; equal input gives equal bytes.
 * @throws InvalidRecipientsError on none, too many, or one identity twice
 * @throws InvalidPublicKeyError on a sealing key that is no key of use (security bar A4), before anything is sealed
 */
export function sealRotation(deps: EntryDeps, rotation: RotationSealing): Sealing {
  const steps = sealRotationInSteps(deps, rotation);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** {@link sealRotation} in steps of a few recipients, for a thread that has other things to do in between. */
export function* sealRotationInSteps(deps: EntryDeps, rotation: RotationSealing): Generator<void, Sealing> {
  const ephemeral = deriveRotationKeyPair(deps, rotation.secret);
  try {
    const sealed = yield* sealEntriesInSteps(deps, { ...rotation, ephemeral });
    return assembleSealing(deps, { ...rotation, ephemeral, entries: sealed.map(({ entry }) => entry) });
  } finally {
    ephemeral.secretKey.destroy();
  }
}

/**
 * Seals what one holds of an epoch to one more member; equal input gives equal bytes. The level is that of `secret`.
 * @throws InvalidPublicKeyError on a sealing key that is no key of use, before anything is sealed
 */
export function sealGrant(deps: EntryDeps, grant: GrantSealing): Sealing {
  const { primitives } = deps;
  primitives.checkAgreementPublicKey(grant.sealingKey);
  const seed = deriveKey(primitives, {
    secret: grant.secret.exposeSecretBytes(),
    info: roomLabels.grant,
    context: [grant.identity],
  });
  const ephemeral = primitives.deriveAgreementKeyPair(seed);
  seed.fill(0);
  try {
    const epochId = deriveEpochId(deps, grant);
    const entry = sealEntry(deps, { ...grant, epochId, ephemeral, recipient: grant });
    return assembleSealing(deps, { ...grant, ephemeral, entries: [entry] });
  } finally {
    ephemeral.secretKey.destroy();
  }
}

/** The ephemeral key pair of a rotation: from S alone, since who knows it can open every entry. */
export function deriveRotationKeyPair({ primitives }: EntryDeps, secret: LevelSecret<"full">): AgreementKeyPair {
  const seed = deriveKey(primitives, { secret: secret.exposeSecretBytes(), info: roomLabels.ephemeral });
  try {
    return primitives.deriveAgreementKeyPair(seed);
  } finally {
    seed.fill(0);
  }
}

/** The entries of all recipients, in their order. */
export function* sealEntriesInSteps(
  deps: EntryDeps,
  { logId, secret, recipients, ephemeral }: RotationSealing & { readonly ephemeral: AgreementKeyPair },
): Generator<void, readonly SealedEntry[]> {
  checkRecipients(deps, recipients);
  const epochId = deriveEpochId(deps, { logId, secret });
  const levels = new Map(epochLevels.map((level) => [level, deriveLevel(deps, { secret, level })]));
  const sealed: SealedEntry[] = [];
  try {
    for (const recipient of recipients) {
      const levelSecret = levels.get(recipient.level) ?? secret;
      const entry = sealEntry(deps, { logId, epochId, ephemeral, recipient, secret: levelSecret });
      sealed.push({ recipient, entry });
      if (sealed.length % recipientsPerStep === 0) yield;
    }
    return sealed;
  } finally {
    for (const levelSecret of levels.values()) levelSecret.destroy();
  }
}

/** Entries filled up with what looks like more of them, in an order that says nothing. */
export function assembleSealing(
  deps: EntryDeps,
  {
    logId,
    secret,
    ephemeral,
    entries,
  }: {
    readonly logId: Bytes;
    readonly secret: LevelSecret;
    readonly ephemeral: AgreementKeyPair;
    readonly entries: readonly Bytes[];
  },
): Sealing {
  const missing = (entryGroup - (entries.length % entryGroup)) % entryGroup;
  const dummies = Array.from({ length: missing }, (_, i) =>
    deriveKey(deps.primitives, {
      secret: secret.exposeSecretBytes(),
      info: roomLabels.dummy,
      context: [ephemeral.publicKey, Uint8Array.of(0, 0, 0, i)],
      lengthBytes: entryLengthBytes,
    }),
  );
  return {
    epochId: deriveEpochId(deps, { logId, secret }),
    ephemeralKey: ephemeral.publicKey,
    entries: concatBytes(...[...entries, ...dummies].sort(compareBytes)),
  };
}

function sealEntry(
  deps: EntryDeps,
  {
    logId,
    epochId,
    ephemeral,
    recipient,
    secret,
  }: {
    readonly logId: Bytes;
    readonly epochId: Bytes;
    readonly ephemeral: AgreementKeyPair;
    readonly recipient: SealedEntry["recipient"];
    readonly secret: LevelSecret;
  },
): Bytes {
  const { sealingKey, identity } = recipient;
  const place = { logId, epochId, ephemeralKey: ephemeral.publicKey, sealingKey, identity };
  const shared = deps.primitives.agree(ephemeral.secretKey, sealingKey);
  const key = deriveEntryKey(deps, { place, shared });
  try {
    return encryptEntry(deps, { place, key, secret: secret.exposeSecretBytes() });
  } finally {
    shared.destroy();
    key.fill(0);
  }
}

/** All of them before the first one is sealed to. */
function checkRecipients({ primitives }: EntryDeps, recipients: readonly SealingRecipient[]): void {
  if (recipients.length === 0 || recipients.length > roomLimits.members)
    throw new InvalidRecipientsError("an epoch has recipients, up to a limit");
  const identities = new Set(recipients.map(({ identity }) => encodeHex(identity)));
  if (identities.size !== recipients.length) throw new InvalidRecipientsError("an identity is a recipient once");
  for (const { sealingKey } of recipients) primitives.checkAgreementPublicKey(sealingKey);
}
