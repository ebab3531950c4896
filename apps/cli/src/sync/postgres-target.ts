/** A table in PostgreSQL: a row for each contact, replaced when the contact comes again, emptied when its person was erased. */
import { createHash } from "node:crypto";
import type { OpenedRow } from "@coterie/actions/csv";
import type { Client } from "pg";
import { TargetRefusedError, TargetUnreachableError, UsageError } from "../terminal/errors.ts";
import type { StoredEvent } from "../contacts/store-events.ts";
import { applyEventsSql, createTableSql, parseTableName, type TableName, upsertSql } from "./postgres-statements.ts";
import type { NamedTarget, SyncTarget } from "./sync-target.ts";

/** What opening the target needs. */
export interface PostgresTargetInput {
  /** A connection string; it may hold a password and is never shown. */
  readonly url: string;
  /** "contacts" or "crm.contacts". */
  readonly table: string;
  readonly organisationId: string;
}

/**
 * The target `postgres=…`. Throws UsageError on a table's name that is none, or an address that is none or would send persons in clear.
 */
export async function postgresTarget({ url, table, organisationId }: PostgresTargetInput): Promise<NamedTarget> {
  const name = parseTableName(table);
  if (!/^postgres(ql)?:/.test(url)) throw unusableAddress();
  // Loaded here: commands that have nothing to do with a database start without it.
  const { default: pg } = await import("pg");
  const connect = (): Client => {
    try {
      const settings = {
        connectionTimeoutMillis: timeoutMs,
        statement_timeout: timeoutMs,
        application_name: "coterie",
      };
      return new pg.Client({ connectionString: url, ...settings });
    } catch {
      throw unusableAddress();
    }
  };
  const place = checkPlace(connect());
  return {
    kind: "postgres",
    identity: `${place} ${name.quoted}`,
    open: async () => await openPostgres({ client: connect(), name, organisationId }),
  };
}

function unusableAddress(): UsageError {
  return new UsageError(
    "the database's address looks like postgresql://user:password@host/database?sslmode=verify-full",
  );
}

/**
 * Where the database is, without user and password, after a check that persons do not travel in clear or to whoever answers. Asked of
 * the client that will connect, so that nothing else can be understood of the address.
 */
function checkPlace({
  host,
  port,
  database,
  ssl,
}: Pick<Client, "host" | "port" | "database"> & { readonly ssl?: unknown }): string {
  const isLocal = host.startsWith("/") || ["localhost", "127.0.0.1", "::1"].includes(host);
  const isOpen = typeof ssl !== "object" || ssl === null ? ssl !== true : "checkServerIdentity" in ssl || isLax(ssl);
  if (!isLocal && isOpen) {
    throw new UsageError("a database on another machine needs ?sslmode=verify-full: persons would travel in clear");
  }
  return createHash("sha256")
    .update(JSON.stringify([host, port, database]))
    .digest("hex");
}

function isLax(ssl: object): boolean {
  return "rejectUnauthorized" in ssl && ssl.rejectUnauthorized !== true;
}

const timeoutMs = 30_000;

interface Opened {
  readonly client: Client;
  readonly name: TableName;
  readonly organisationId: string;
}

async function openPostgres({ client, name, organisationId }: Opened): Promise<SyncTarget> {
  // Without a listener, a connection that breaks while idle would end the process.
  client.on("error", () => undefined);
  await explaining(async () => await client.connect());
  try {
    await explaining(async () => await client.query(createTableSql(name)));
  } catch (error) {
    await client.end();
    throw error;
  }
  return {
    deliver: async ({ rows }) => await send(client, { sql: upsertSql(name), values: [encodeRows(rows)] }),
    apply: async ({ events }) =>
      await send(client, { sql: applyEventsSql(name), values: [encodeEvents(events), organisationId] }),
    state: () => ({}),
    finish: async () => await Promise.resolve(),
    close: async () => await client.end().catch(() => undefined),
  };
}

interface Statement {
  readonly sql: string;
  readonly values: readonly string[];
}

async function send(client: Client, { sql, values }: Statement): Promise<void> {
  await explaining(async () => await client.query(sql, [...values]));
}

/** One statement takes all rows as one JSON value, so that a batch is in the table whole or not at all. */
function encodeRows(rows: readonly OpenedRow[]): string {
  return toJsonb(
    rows.map(({ person, consent, campaign, page, ...row }) => ({
      action_id: row.actionId,
      organisation_id: row.organisationId,
      created_at: timeOrNull(row.createdAt),
      campaign: campaign.name,
      page: page.name,
      locale: page.locale,
      action_type: row.actionType,
      email: person["email"] ?? null,
      first_name: person["firstName"] ?? null,
      last_name: person["lastName"] ?? null,
      phone: person["phone"] ?? null,
      country: person["country"] ?? null,
      postcode: person["postcode"] ?? null,
      person,
      consent_purpose: consent.purpose,
      opt_in: consent.optIn,
      consent,
      confirmation: consent.confirmation,
      confirmed_at: timeOrNull(consent.confirmedAt),
      tracking: row.tracking,
      custom_fields: row.customFields,
      duplicate_rank: row.duplicateRank,
    })),
  );
}

function encodeEvents(events: readonly StoredEvent[]): string {
  return toJsonb(
    events.map(({ action, kind, atMs }, position) => {
      const at = new Date(atMs);
      return { position, action_id: action, kind, at: Number.isNaN(at.getTime()) ? null : at.toISOString() };
    }),
  );
}

/** What JSON may hold and PostgreSQL may not: the character 0 and half surrogates. */
function toJsonb(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === "string" ? member.replaceAll("\u0000", "\ufffd").replaceAll(/\p{Surrogate}/gu, "\ufffd") : member,
  );
}

function timeOrNull(text: string): string | null {
  return text === "" ? null : text;
}

/** Codes of the connection, and of a server that stops: worth another try later. */
async function explaining<Result>(use: () => Promise<Result>): Promise<Result> {
  try {
    return await use();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "none";
    if (/^(08|53|57P|40)/.test(code) || !/^[0-9A-Z]{5}$/.test(code)) {
      throw new TargetUnreachableError(
        `the database does not answer (${/^[A-Z0-9_]{1,40}$/.test(code) ? code : "unknown"})`,
      );
    }
    throw new TargetRefusedError(`the database does not take the contacts (SQLSTATE ${code})`);
  }
}
