// Actions stored and confirmed below the HTTP server: a campaign with two pages, and persons by number.
import { type Bytes, SecretKey } from "@coterie/bytes";
import { randomBytes } from "@coterie/primitives";
import { nodePrimitives, systemRandom } from "@coterie/primitives/node";
import { sql } from "kysely";
import { createHash } from "node:crypto";
import type { PreparedAction, StoreOutcome } from "../../src/actions/prepared-action.ts";
import { storeBatch } from "../../src/actions/store-batch.ts";
import { emailFingerprint, type FingerprintDeps } from "../../src/counting/fingerprint.ts";
import type { DatabaseConnection } from "../../src/db/connection.ts";

export interface CountedCampaign {
  readonly id: Bytes;
  readonly pageIds: readonly Bytes[];
}

export interface SigningOptions {
  readonly pageId: Uint8Array;
  /** Undefined: nothing tells the person from others. */
  readonly person: number | undefined;
  readonly awaitsConfirmation?: boolean;
  readonly atMs: number;
  readonly source?: string;
  readonly area?: string;
  readonly id?: Bytes;
}

// cast: fingerprints need no other secret
const fingerprintDeps = {
  primitives: nodePrimitives,
  secrets: { fingerprints: SecretKey.copyOf("fingerprints", new Uint8Array(32).fill(3)) },
} as FingerprintDeps;

let serial = 0;

export async function makeCountedCampaign({ db }: Pick<DatabaseConnection, "db">): Promise<CountedCampaign> {
  const name = `counted-${process.pid}-${++serial}`;
  const [organisation, id, first, second] = [newId(), newId(), newId(), newId()];
  await sql`INSERT INTO organisations (id, name, title, created_at_ms) VALUES (${organisation}, ${name}, ${name}, 1)`.execute(
    db,
  );
  await sql`INSERT INTO deliveries (organisation_id) VALUES (${organisation})`.execute(db);
  await sql`
    INSERT INTO campaigns (id, name, title, lead_organisation_id, forces_delivery, form_schema, created_at_ms)
    VALUES (${id}, ${name}, ${name}, ${organisation}, false, 'basic/1', 1)`.execute(db);
  await sql`INSERT INTO campaign_counters (campaign_id) VALUES (${id})`.execute(db);
  for (const page of [first, second]) {
    await sql`
      INSERT INTO action_pages (id, name, campaign_id, organisation_id, locale, sealing, delivers, action_type,
        required_fields, description, embed_origins, created_at_ms)
      VALUES (${page}, ${`page-${++serial}-${process.pid}`}, ${id}, ${organisation}, 'en', 'gateway', true, 'petition',
        '{}', '', '{}', 1)`.execute(db);
  }
  return { id, pageIds: [first, second] };
}

export function newId(): Bytes {
  return randomBytes(systemRandom, 16);
}

export function preparedAction(campaign: CountedCampaign, options: SigningOptions): PreparedAction {
  const { pageId, person, awaitsConfirmation = false, atMs, source = "", area = "", id = newId() } = options;
  const scope = { kind: "campaign", id: campaign.id } as const;
  const made =
    person === undefined ? undefined : emailFingerprint(fingerprintDeps, { scope, email: `p${person}@example.org` });
  return {
    id,
    campaignId: campaign.id,
    // cast: ids of pages are bytes of their own
    pageId: pageId as Bytes,
    customFields: {},
    tracking: source === "" ? {} : { source },
    sealing: "gateway",
    createdAtMs: atMs,
    requestMac: new Uint8Array(createHash("sha256").update(id).digest()),
    contacts: [],
    awaitsConfirmation,
    mails: undefined,
    fingerprints: made === undefined ? [] : [made],
    area,
  };
}

export async function storeAll(
  { pool }: Pick<DatabaseConnection, "pool">,
  actions: readonly PreparedAction[],
): Promise<readonly StoreOutcome[]> {
  return await storeBatch({ pool, now: () => 1 }, actions);
}

export async function counterOf({ db }: Pick<DatabaseConnection, "db">, campaign: CountedCampaign): Promise<number> {
  const { actions } = await db
    .selectFrom("campaign_counters")
    .select("actions")
    .where("campaign_id", "=", campaign.id)
    .executeTakeFirstOrThrow();
  return actions;
}

/** Numbers by page and value: "<page's place> <value>" → [counted, duplicates]; those that are zero are left out. */
export async function pageCountsOf(
  { db }: Pick<DatabaseConnection, "db">,
  { campaign, dimension }: { readonly campaign: CountedCampaign; readonly dimension: "day" | "area" | "source" },
): Promise<Readonly<Record<string, readonly [number, number]>>> {
  const { rows } = await sql<{ page_id: Bytes; value: string; counted: number; duplicates: number }>`
    SELECT c.page_id, c.value, c.counted, c.duplicates FROM page_counts c JOIN action_pages p ON p.id = c.page_id
    WHERE p.campaign_id = ${campaign.id} AND c.dimension = ${dimension} AND c.counted + c.duplicates > 0`.execute(db);
  const place = (id: Uint8Array): number => campaign.pageIds.findIndex((pageId) => Buffer.from(pageId).equals(id));
  return Object.fromEntries(
    rows.map((row) => [`${place(row.page_id)} ${row.value}`, [row.counted, row.duplicates] as const]),
  );
}
