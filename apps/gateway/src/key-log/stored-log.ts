/** Key logs as they are stored: read, and verified again whenever something is made of them. */
import { type Bytes, encodeTextForm } from "@coterie/bytes";
import {
  decodeKeyLogEntry,
  type KeyLog,
  type KeyLogDeps,
  type LogId,
  parseLogId,
  resumeKeyLog,
} from "@coterie/key-log";
import type { GatewayDeps } from "../deps.ts";
import { encodeId } from "../ids.ts";

/** The entries of an organisation's log, first to last; none where it has no log. */
export async function loadKeyLogEntries(
  { db }: Pick<GatewayDeps, "db">,
  organisationId: Bytes,
): Promise<readonly Bytes[]> {
  const rows = await db
    .selectFrom("key_log_entries")
    .select("entry")
    .where("organisation_id", "=", organisationId)
    .orderBy("seq")
    .execute();
  return rows.map(({ entry }) => entry);
}

/** Whether the organisation's keys follow a log. */
export async function hasKeyLog({ db }: Pick<GatewayDeps, "db">, organisationId: Bytes): Promise<boolean> {
  const row = await db
    .selectFrom("key_logs")
    .select("size")
    .where("organisation_id", "=", organisationId)
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * The log of these entries. Here, the log itself says what its id is: whether it is the organisation's is for those to
 * decide who seal, by their pins.
 * @throws KeyLogError where an entry does not follow the format, the chain or the rules, or is not signed
 */
export async function verifyStoredLog(
  deps: KeyLogDeps,
  { organisationId, entries }: { readonly organisationId: Bytes; readonly entries: readonly Uint8Array[] },
): Promise<KeyLog> {
  const organisation = encodeId("corg", organisationId);
  const pin = logIdOfEntries(deps, entries);
  return await resumeKeyLog(deps, { organisation, entries, pin, rememberedHead: undefined });
}

/** The id of the log that begins with the first of these entries. Throws KeyLogError where it is none. */
export function logIdOfEntries(deps: Pick<KeyLogDeps, "sha256">, entries: readonly Uint8Array[]): LogId {
  const { hash } = decodeKeyLogEntry(deps, entries[0] ?? new Uint8Array());
  return parseLogId(encodeTextForm("clog", hash.subarray(0, 20)));
}
