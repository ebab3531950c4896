/**
 * Recording an event of the audit log, in the transaction of the change itself: both are kept or neither. The database chains the
 * event when the transaction commits (migrations/0009-audit.ts), so that it does not matter where in the transaction this is called.
 */
import type { Bytes } from "@coterie/bytes";
import { type RandomSource, randomBytes } from "@coterie/primitives";
import { type Kysely, sql } from "kysely";
import type { ClientBase } from "pg";
import type { AuditActorKind } from "../db/audit-schema.ts";
import type { Database } from "../db/schema.ts";
import type { AuditEventName } from "./event-names.ts";

/** Who caused an event. */
export interface AuditActor {
  readonly kind: AuditActorKind;
  /** The organisation's token that was used, where known. */
  readonly tokenId?: Bytes | undefined;
}

/** What is recorded. */
export interface AuditEventInput {
  /** Undefined where the event concerns no single organisation. */
  readonly organisationId: Bytes | undefined;
  readonly actor: AuditActor;
  readonly event: AuditEventName;
  /** A public id ("ckey1…", "cpag1…"), or empty; never personal data. */
  readonly subject: string;
  /** Of events that count something. */
  readonly amount?: number;
  readonly atMs: number;
}

/** A transaction, of the pool or of the query builder. */
export type EventTransaction = Pick<ClientBase, "query"> | Kysely<Database>;

/** Records the event; it is in the log once the transaction has committed. */
export async function recordEvent(
  { random }: { readonly random: RandomSource },
  tx: EventTransaction,
  { organisationId, actor, event, subject, amount = 0, atMs }: AuditEventInput,
): Promise<void> {
  const salt = randomBytes(random, 32);
  const values = [organisationId ?? null, actor.kind, actor.tokenId ?? null, event, subject, amount, atMs, salt];
  if ("query" in tx) {
    await tx.query(
      `INSERT INTO audit_events (organisation_id, actor, token_id, event, subject, amount, at_ms, salt)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      values,
    );
    return;
  }
  await sql`
    INSERT INTO audit_events (organisation_id, actor, token_id, event, subject, amount, at_ms, salt)
    VALUES (${sql.join(values)})`.execute(tx);
}

/** Who calls, as authentication found it. */
export interface RecordedCaller {
  readonly organisationId: Bytes;
  readonly tokenId: Bytes;
}

/** What a caller did within its own organisation. */
export interface CallerEventInput extends Pick<AuditEventInput, "event" | "subject" | "amount"> {
  readonly caller: RecordedCaller;
}

/** Records what an organisation did with one of its tokens. */
export async function recordCallerEvent(
  deps: { readonly random: RandomSource; readonly now: () => number },
  tx: EventTransaction,
  { caller: { organisationId, tokenId }, ...rest }: CallerEventInput,
): Promise<void> {
  const actor = { kind: "organisation", tokenId } as const;
  await recordEvent(deps, tx, { organisationId, actor, atMs: deps.now(), ...rest });
}
