/**
 * Appending to a key log, by compare-and-set: an entry names its place and the hash of the entry before. All of the log is
 * verified before it is stored, and what follows from it takes effect in the same transaction, under the delivery lock: once a
 * key is revoked, nothing that was sealed to it is committed any more.
 */
import { type Bytes, CoterieError, equalBytes } from "@coterie/bytes";
import { decodeKeyLogEntry, type KeyLog, KeyLogBrokenChainError, logIdBytes } from "@coterie/key-log";
import { deriveKeyId, keyIdBytes } from "@coterie/sealed-box/seal";
import type { Transaction } from "kysely";
import { lockDeliveries } from "../db/delivery-lock.ts";
import type { Database, PublicKeyTable } from "../db/schema.ts";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";
import { isHeldByOther, requireProof } from "../keys/public-keys.ts";
import { gatewayLimits } from "../limits.ts";
import { recordPublication } from "./log-events.ts";
import { keyWindows } from "./key-windows.ts";
import { loadKeyLogEntries, logIdOfEntries, verifyStoredLog } from "./stored-log.ts";

/** What publishing needs. */
export type PublishDeps = Pick<GatewayDeps, "db" | "primitives" | "random" | "now">;

/** What an organisation publishes. */
export interface Publication {
  readonly organisationId: Bytes;
  /** The token that was used. */
  readonly tokenId: Bytes;
  /** 1 to 8. */
  readonly entries: readonly Uint8Array[];
  /** The opened challenge of a key that was never shown to open; else empty. */
  readonly proof: Uint8Array;
}

/**
 * Appends the entries, all or none, and gives the number of entries of the log. Repeating is harmless.
 * @throws RefusedError "conflict" where the log went on meanwhile, "not-proven", "not-found" (a key that was not imported),
 * "invalid" where the log's rules forbid it, "invalid-key" where another organisation showed that it opens with the key, "too-large"
 */
export async function publishEntries(deps: PublishDeps, publication: Publication): Promise<number> {
  const { entries, organisationId } = publication;
  if (entries.length === 0) throw new RefusedError("invalid");
  if (entries.length > gatewayLimits.publishedEntries) throw new RefusedError("too-large");
  const before = await loadKeyLogEntries(deps, organisationId);
  if (isRepeated(deps, { before, entries })) return before.length;
  const log = await verifyAppended(deps, { before, publication });
  const fresh = await proveKeys(deps, { log, publication, firstNew: before.length });
  const windows = keyWindows(log, deps.now());
  return await deps.db.transaction().execute(async (tx) => {
    await lockDeliveries(tx);
    await writeEntries(tx, { deps, log, publication, size: before.length });
    for (const keyId of fresh) {
      if (await isHeldByOther({ db: tx }, { organisationId, keyId })) throw new RefusedError("invalid-key");
      await tx
        .updateTable("public_keys")
        .set({ activated_at_ms: deps.now() })
        .where("organisation_id", "=", organisationId)
        .where("key_id", "=", keyId)
        .execute();
    }
    await tx.deleteFrom("key_windows").where("organisation_id", "=", organisationId).execute();
    const rows = windows.map(({ keyId, fromMs, untilMs, isActive }) => ({
      organisation_id: organisationId,
      key_id: keyId,
      from_ms: fromMs,
      until_ms: untilMs,
      is_active: isActive,
    }));
    if (rows.length > 0) await tx.insertInto("key_windows").values(rows).execute();
    await recordPublication(deps, tx, { ...publication, log, size: before.length });
    return log.entries.length;
  });
}

interface Appending {
  readonly before: readonly Bytes[];
  readonly entries: readonly Uint8Array[];
}

/** Whether just these entries were appended already, in their places. */
function isRepeated({ primitives }: PublishDeps, { before, entries }: Appending): boolean {
  const first = orRefused(() => decodeKeyLogEntry(primitives, entries[0] ?? new Uint8Array()));
  return entries.every((entry, index) => {
    const known = before[first.seq + index];
    return known !== undefined && equalBytes(known, entry);
  });
}

async function verifyAppended(
  { primitives, now }: PublishDeps,
  { before, publication }: { readonly before: readonly Bytes[]; readonly publication: Publication },
): Promise<KeyLog> {
  const { organisationId, entries } = publication;
  const first = orRefused(() => decodeKeyLogEntry(primitives, entries[0] ?? new Uint8Array()));
  if (first.seq !== before.length) throw new RefusedError("conflict");
  try {
    const log = await verifyStoredLog(primitives, { organisationId, entries: [...before, ...entries] });
    // A log that begins without a key would stop the organisation's pages.
    if (log.activations.length === 0) throw new RefusedError("invalid");
    const newest = log.entries.at(-1)?.createdAtMs ?? 0;
    // No entry after it could be older: a clock that runs ahead must not get into a log.
    if (newest > now() + gatewayLimits.clockSkewMs) throw new RefusedError("invalid");
    return log;
  } catch (error) {
    // The place was right, and the entry before is another one: somebody appended first.
    if (error instanceof KeyLogBrokenChainError) throw new RefusedError("conflict");
    throw refused(error);
  }
}

/** Nothing is sealed to a key that nobody has shown to open. Gives the keys that were proven just now. */
async function proveKeys(
  deps: PublishDeps,
  {
    log,
    publication,
    firstNew,
  }: { readonly log: KeyLog; readonly publication: Publication; readonly firstNew: number },
): Promise<readonly Bytes[]> {
  const { organisationId, proof } = publication;
  const activated = log.activations.filter(({ seq }) => seq >= firstNew);
  const unproven = new Map<string, Bytes>();
  for (const { publicKey } of activated) {
    const id = deriveKeyId(deps.primitives, publicKey);
    const key = await findKey(deps, { organisationId, keyId: keyIdBytes(id) });
    if (key === undefined) throw new RefusedError("not-found");
    if (key.activated_at_ms === null) unproven.set(id, key.key_id);
  }
  const [keyId, ...others] = unproven.values();
  if (others.length > 0) throw new RefusedError("not-proven");
  if (keyId === undefined) return [];
  await requireProof(deps, { organisationId, keyId, proof });
  return [keyId];
}

async function findKey(
  { db }: PublishDeps,
  { organisationId, keyId }: { readonly organisationId: Bytes; readonly keyId: Bytes },
): Promise<PublicKeyTable | undefined> {
  return await db
    .selectFrom("public_keys")
    .selectAll()
    .where("organisation_id", "=", organisationId)
    .where("key_id", "=", keyId)
    .executeTakeFirst();
}

interface Writing {
  readonly deps: PublishDeps;
  readonly log: KeyLog;
  readonly publication: Publication;
  /** Of the log that was verified. */
  readonly size: number;
}

/** Throws RefusedError "conflict" where the log is no longer the one that was verified. */
async function writeEntries(tx: Transaction<Database>, { deps, log, publication, size }: Writing): Promise<void> {
  const { organisationId, entries } = publication;
  const encoded = log.entries.map((entry) => entry.encoded);
  const row = {
    organisation_id: organisationId,
    log_id: logIdBytes(logIdOfEntries(deps.primitives, encoded)),
    size: encoded.length,
  };
  const written =
    size === 0
      ? await tx
          .insertInto("key_logs")
          .values(row)
          .onConflict((conflict) => conflict.doNothing())
          .returning("size")
          .executeTakeFirst()
      : await tx
          .updateTable("key_logs")
          .set({ size: row.size })
          .where("organisation_id", "=", organisationId)
          .where("size", "=", size)
          .returning("size")
          .executeTakeFirst();
  if (written === undefined) throw new RefusedError("conflict");
  const rows = entries.map((_, index) => ({
    organisation_id: organisationId,
    seq: size + index,
    entry: encoded[size + index] ?? new Uint8Array(),
    published_at_ms: deps.now(),
  }));
  await tx.insertInto("key_log_entries").values(rows).execute();
}

function orRefused<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw refused(error);
  }
}

/** What the log's rules forbid is a request that does not follow its form. */
function refused(error: unknown): unknown {
  if (!(error instanceof CoterieError) || !error.code.startsWith("key-log/")) return error;
  return new RefusedError(error.code === "key-log/too-large" ? "too-large" : "invalid");
}
