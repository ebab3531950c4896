/** Opening what was sealed to a member (docs/protocol/rooms.md §6.2): one agreement, then the tags one after another. */
import { type Bytes, copyBytes, equalBytes, type SecretKey } from "@coterie/bytes";
import { type AgreementKeyPair, InvalidPublicKeyError, type Primitives } from "@coterie/primitives";
import { decryptEntry, deriveEntryKey, encryptEntry, type EntryDeps, type EntryPlace } from "./entry-key.ts";
import { deriveEpochId, epochLevels, type LevelSecret, levelSecretOf } from "./level-secret.ts";
import { entryLengthBytes, type Sealing } from "./public-part.ts";
import type { HeldEpoch } from "./wraps.ts";

/**
 * Whoever holds the secret of a sealing key: this device, or the one that a member's devices share. A key that was replaced is kept for
 * the epochs that were sealed to it.
 */
export interface SealingKeyHolder {
  /** X25519 public key, 32 bytes. */
  readonly publicKey: Bytes;
  /** The agreement with `publicKey`; who asked destroys it. Throws InvalidPublicKeyError as `Primitives.agree` does. */
  readonly agree: (publicKey: Bytes) => SecretKey<"shared">;
}

/** For whom a sealing is tried. */
export interface SealingReader {
  /** 32 bytes. */
  readonly logId: Bytes;
  /** Ed25519 identity key, 32 bytes. */
  readonly identity: Bytes;
  /** The X25519 public key whose agreement is tried, 32 bytes. */
  readonly sealingKey: Bytes;
}

/**
 * What a sealing holds for somebody: a secret, whose owner is who asked; nothing; or something that was sealed to them and does not belong to
 * the epoch, which no honest member seals.
 */
export type OpenedSealing =
  | { readonly kind: "opened"; readonly secret: LevelSecret }
  | { readonly kind: "none" }
  | { readonly kind: "false-entry" };

/** Holds a sealing key pair on this device. The pair stays the caller's. */
export function createSealingKeyHolder(
  { primitives }: { readonly primitives: Pick<Primitives, "agree"> },
  { publicKey, secretKey }: AgreementKeyPair,
): SealingKeyHolder {
  return { publicKey, agree: (peer) => primitives.agree(secretKey, peer) };
}

/** What `sealing` holds for the member whose sealing key `holder` has. */
export function openEntries(
  deps: EntryDeps,
  {
    logId,
    identity,
    sealing,
    holder,
  }: {
    readonly logId: Bytes;
    readonly identity: Bytes;
    readonly sealing: Sealing;
    readonly holder: SealingKeyHolder;
  },
): OpenedSealing {
  let shared: SecretKey<"shared">;
  try {
    shared = holder.agree(sealing.ephemeralKey);
  } catch (error) {
    // Whoever sealed chose a key of small order: then nothing is secret, and nothing is taken from it.
    if (error instanceof InvalidPublicKeyError) return { kind: "none" };
    throw error;
  }
  try {
    return openWithShared(deps, { reader: { logId, identity, sealingKey: holder.publicKey }, sealing, shared });
  } finally {
    shared.destroy();
  }
}

/** What the sealings of a block gave to a member. */
export interface OpenedSealings {
  /** Secrets, which whoever asked owns. */
  readonly opened: readonly HeldEpoch[];
  /** Ids of epochs of which something false was sealed to the member: no honest member does that. */
  readonly falseEpochs: readonly Bytes[];
}

/**
 * Tries all sealings of a block with each sealing key that the member has or had: the block may have been written before the member replaced
 * its key.
 */
export function openSealings(
  deps: EntryDeps,
  {
    logId,
    identity,
    sealings,
    holders,
  }: {
    readonly logId: Bytes;
    readonly identity: Bytes;
    readonly sealings: readonly Sealing[];
    readonly holders: readonly SealingKeyHolder[];
  },
): OpenedSealings {
  const opened: HeldEpoch[] = [];
  const falseEpochs: Bytes[] = [];
  for (const sealing of sealings) {
    for (const holder of holders) {
      const found = openEntries(deps, { logId, identity, sealing, holder });
      if (found.kind === "none") continue;
      if (found.kind === "opened") opened.push({ epochId: sealing.epochId, secret: found.secret });
      else falseEpochs.push(sealing.epochId);
      break;
    }
  }
  return { opened, falseEpochs };
}

/** {@link openEntries} where the agreement with the sealing's ephemeral key was made elsewhere. `shared` stays the caller's. */
export function openWithShared(
  deps: EntryDeps,
  {
    reader,
    sealing,
    shared,
  }: { readonly reader: SealingReader; readonly sealing: Sealing; readonly shared: SecretKey<"shared"> },
): OpenedSealing {
  const place = { ...reader, epochId: sealing.epochId, ephemeralKey: sealing.ephemeralKey };
  const key = deriveEntryKey(deps, { place, shared });
  try {
    const entry = findEntry(deps, { place, key, entries: sealing.entries });
    if (entry === undefined) return { kind: "none" };
    const secret = secretOfEpoch(deps, { place, bytes: decryptEntry(deps, { place, key, entry }) });
    return secret === undefined ? { kind: "false-entry" } : { kind: "opened", secret };
  } finally {
    key.fill(0);
  }
}

/**
 * The entry that `key` opens. Instead of decrypting each one, which throws for all but one, this decrypts by the keystream and makes the entry
 * again: equal bytes are what a valid tag is.
 */
function findEntry(
  deps: EntryDeps,
  { place, key, entries }: { readonly place: EntryPlace; readonly key: Bytes; readonly entries: Bytes },
): Bytes | undefined {
  const secret = new Uint8Array(32);
  const keystream = encryptEntry(deps, { place, key, secret }).subarray(0, 32);
  try {
    for (let at = 0; at < entries.length; at += entryLengthBytes) {
      const entry = entries.subarray(at, at + entryLengthBytes);
      for (let i = 0; i < 32; i++) secret[i] = (entry[i] ?? 0) ^ (keystream[i] ?? 0);
      if (equalBytes(encryptEntry(deps, { place, key, secret }), entry)) return copyBytes(entry);
    }
    return undefined;
  } finally {
    secret.fill(0);
    keystream.fill(0);
  }
}

/** The level at which `bytes` are the epoch's secret; they are wiped. */
function secretOfEpoch(
  deps: EntryDeps,
  { place, bytes }: { readonly place: EntryPlace; readonly bytes: Bytes },
): LevelSecret | undefined {
  try {
    for (const level of epochLevels) {
      const secret = levelSecretOf(level, bytes);
      if (equalBytes(deriveEpochId(deps, { logId: place.logId, secret }), place.epochId)) return secret;
      secret.destroy();
    }
    return undefined;
  } finally {
    bytes.fill(0);
  }
}
