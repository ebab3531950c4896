/** What a page on which the browser seals needs of its organisations' key logs: the entries, and keys in grace. */
import { type Bytes, encodeHex, encodeTextForm } from "@coterie/bytes";
import { type LogId, parseLogId } from "@coterie/key-log";
import { type KeyId, parseKeyId } from "@coterie/sealed-box/seal";
import { sql } from "kysely";
import type { GatewayDeps } from "../deps.ts";
import { loadKeyLogEntries } from "./stored-log.ts";

/** One organisation's log. */
export interface ReceiverLog {
  readonly id: LogId;
  /** First to last. */
  readonly entries: readonly Bytes[];
  /** Nothing new is sealed to them; what was sealed to them is still taken. */
  readonly graceKeys: readonly { readonly id: KeyId; readonly bytes: Bytes; readonly public: Bytes }[];
}

/** Whose logs, at which time. */
export interface ReceiverLogsInput {
  readonly organisationIds: readonly Bytes[];
  readonly nowMs: number;
}

/** The logs of those that have one, by the organisation's id in hexadecimal. */
export async function loadReceiverLogs(
  { db }: Pick<GatewayDeps, "db">,
  { organisationIds, nowMs }: ReceiverLogsInput,
): Promise<ReadonlyMap<string, ReceiverLog>> {
  const logs = await db.selectFrom("key_logs").selectAll().where("organisation_id", "in", organisationIds).execute();
  if (logs.length === 0) return new Map();
  const { rows } = await sql<{ organisation_id: Bytes; key_id: Bytes; public: Bytes }>`
    SELECT w.organisation_id, w.key_id, k.public FROM key_windows w
    JOIN public_keys k ON k.key_id = w.key_id AND k.organisation_id = w.organisation_id
    WHERE w.organisation_id IN (${sql.join(organisationIds)}) AND NOT w.is_active
      AND w.from_ms <= ${nowMs} AND ${nowMs} < w.until_ms`.execute(db);
  const graceKeysOf = (organisationId: Bytes): ReceiverLog["graceKeys"] =>
    rows
      .filter((row) => encodeHex(row.organisation_id) === encodeHex(organisationId))
      .map((row) => ({ id: parseKeyId(encodeTextForm("ckey", row.key_id)), bytes: row.key_id, public: row.public }));
  const loaded = await Promise.all(
    logs.map(async ({ organisation_id, log_id }): Promise<[string, ReceiverLog]> => {
      const entries = await loadKeyLogEntries({ db }, organisation_id);
      const id = parseLogId(encodeTextForm("clog", log_id));
      return [encodeHex(organisation_id), { id, entries, graceKeys: graceKeysOf(organisation_id) }];
    }),
  );
  return new Map(loaded);
}
