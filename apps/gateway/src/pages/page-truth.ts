/**
 * What the database says about an action page: the truth that forms are drawn from and that decides who receives. Kept for a
 * second, since a page that everybody signs is read for every signature; what a commit depends on is checked again inside it.
 */
import { type ActionPageView, getFormSchema, type ReceiverView } from "@coterie/actions";
import { type Bytes, encodeHex, encodeTextForm } from "@coterie/bytes";
import { type KeyId, parseKeyId } from "@coterie/sealed-box/seal";
import { sql } from "kysely";
import type { ProofOfWorkMode } from "../db/abuse-schema.ts";
import type { StoredSealing } from "../db/schema.ts";
import type { GatewayDeps } from "../deps.ts";
import { encodeId } from "../ids.ts";
import { loadReceiverLogs, type ReceiverLog } from "../key-log/receiver-logs.ts";
import { gatewayLimits } from "../limits.ts";
import { type MailRuleColumns, mailRuleSql, type MailRules, toMailRules, toPageMail } from "../mails/mail-rules.ts";

/** An organisation of a page, with its active key. */
export interface PageOrganisation {
  readonly id: Bytes;
  readonly idText: string;
  readonly title: string;
  readonly key: PageKey | undefined;
  /** Where the browser seals: other keys that still take what was sealed to them, and the log that says so. */
  readonly graceKeys: readonly PageKey[];
  readonly keyLog: ReceiverLog | undefined;
}

/** A key that contacts may be sealed to. */
export interface PageKey {
  readonly id: KeyId;
  readonly bytes: Bytes;
  readonly public: Bytes;
}

/** A page with everything around it. */
export interface PageTruth {
  readonly id: Bytes;
  readonly campaignId: Bytes;
  readonly campaignOpen: boolean;
  /** The page's first, then the lead where it is another. */
  readonly organisations: readonly PageOrganisation[];
  readonly embedOrigins: readonly string[];
  readonly mails: MailRules;
  /** Undefined where the page follows the operator's choice. */
  readonly proofOfWork: ProofOfWorkMode | undefined;
  /** The same as forms see it. */
  readonly view: ActionPageView;
}

/** How a page is found: by its public name or its id. */
export type PageName = { readonly name: string } | { readonly id: Bytes };

/** Pages, remembered for a second. */
export interface Pages {
  readonly find: (name: PageName) => Promise<PageTruth | undefined>;
  /** Forgets what was remembered, after this gateway changed something. */
  readonly forget: () => void;
}

interface Remembered {
  readonly page: PageTruth;
  readonly readAtMs: number;
}

/** What reading pages needs. */
export type PageDeps = Pick<GatewayDeps, "db" | "now">;

/** The pages of this database. */
export function createPages({ db, now }: PageDeps): Pages {
  const remembered = new Map<string, Remembered>();
  return {
    find: async (name) => {
      const key = "name" in name ? `name ${name.name}` : `id ${encodeHex(name.id)}`;
      const known = remembered.get(key);
      const readAtMs = now();
      const ageMs = known === undefined ? Number.POSITIVE_INFINITY : readAtMs - known.readAtMs;
      if (known !== undefined && ageMs >= 0 && ageMs < gatewayLimits.publicAnswerAgeMs) return known.page;
      const page = await loadPage({ db, now }, name);
      if (page === undefined) remembered.delete(key);
      else {
        if (remembered.size >= gatewayLimits.cachedPages) remembered.clear();
        remembered.set(key, { page, readAtMs });
      }
      return page;
    },
    forget: () => remembered.clear(),
  };
}

interface PageRow extends MailRuleColumns {
  readonly id: Bytes;
  readonly name: string;
  readonly campaign_id: Bytes;
  readonly organisation_id: Bytes;
  readonly locale: string;
  readonly sealing: StoredSealing;
  readonly delivers: boolean;
  readonly action_type: string;
  readonly required_fields: readonly string[];
  readonly description: string;
  readonly embed_origins: readonly string[];
  readonly campaign_title: string;
  readonly lead_organisation_id: Bytes;
  readonly forces_delivery: boolean;
  readonly open: boolean;
  readonly form_schema: string;
  readonly page_title: string;
  readonly page_key_id: Bytes | null;
  readonly page_public: Bytes | null;
  readonly lead_title: string;
  readonly lead_key_id: Bytes | null;
  readonly lead_public: Bytes | null;
  readonly proof_of_work: ProofOfWorkMode | null;
}

/** Reads a page from the database, not from memory. */
export async function loadPage(deps: PageDeps, name: PageName): Promise<PageTruth | undefined> {
  const nowMs = deps.now();
  const which = "name" in name ? sql`p.name = ${name.name}` : sql`p.id = ${name.id}`;
  const { rows } = await sql<PageRow>`
    SELECT p.id, p.name, p.campaign_id, p.organisation_id, p.locale, p.sealing, p.delivers, p.action_type,
      p.required_fields, p.description, p.embed_origins, c.title AS campaign_title, c.lead_organisation_id,
      c.forces_delivery, c.open, c.form_schema, po.title AS page_title, pk.key_id AS page_key_id,
      pk.public AS page_public, lo.title AS lead_title, lk.key_id AS lead_key_id, lk.public AS lead_public,
      pp.proof_of_work,
      ${sql.raw(mailRuleSql.columns)}
    FROM action_pages p
    JOIN campaigns c ON c.id = p.campaign_id
    JOIN organisations po ON po.id = p.organisation_id
    JOIN organisations lo ON lo.id = c.lead_organisation_id
    LEFT JOIN key_uses pu ON pu.organisation_id = p.organisation_id AND pu.is_active
      AND pu.from_ms <= ${nowMs} AND ${nowMs} < pu.until_ms
    LEFT JOIN public_keys pk ON pk.key_id = pu.key_id AND pk.organisation_id = pu.organisation_id
    LEFT JOIN key_uses lu ON lu.organisation_id = c.lead_organisation_id AND lu.is_active
      AND lu.from_ms <= ${nowMs} AND ${nowMs} < lu.until_ms
    LEFT JOIN public_keys lk ON lk.key_id = lu.key_id AND lk.organisation_id = lu.organisation_id
    LEFT JOIN page_protections pp ON pp.page_id = p.id
    ${sql.raw(mailRuleSql.joins)}
    WHERE ${which}`.execute(deps.db);
  const row = rows[0];
  if (row === undefined) return undefined;
  const organisationIds = [row.organisation_id, row.lead_organisation_id];
  // Where the gateway seals, nobody else verifies a log.
  const logs = row.sealing === "browser" ? await loadReceiverLogs(deps, { organisationIds, nowMs }) : noLogs;
  return toTruth(row, logs);
}

const noLogs: ReadonlyMap<string, ReceiverLog> = new Map();

function toTruth(row: PageRow, logs: ReadonlyMap<string, ReceiverLog>): PageTruth {
  const own = organisation({
    id: row.organisation_id,
    title: row.page_title,
    keyId: row.page_key_id,
    key: row.page_public,
    logs,
  });
  const lead = organisation({
    id: row.lead_organisation_id,
    title: row.lead_title,
    keyId: row.lead_key_id,
    key: row.lead_public,
    logs,
  });
  const organisations = own.idText === lead.idText ? [own] : [own, lead];
  const mails = toMailRules(row, {
    formSchema: row.form_schema,
    pageOrganisationId: own.idText,
    leadOrganisationId: lead.idText,
  });
  return {
    id: row.id,
    campaignId: row.campaign_id,
    campaignOpen: row.open,
    organisations,
    embedOrigins: row.embed_origins,
    mails,
    proofOfWork: row.proof_of_work ?? undefined,
    view: {
      id: encodeId("cpag", row.id),
      name: row.name,
      locale: row.locale,
      campaignId: encodeId("ccam", row.campaign_id),
      campaignTitle: row.campaign_title,
      sealing: row.sealing,
      formSchema: getFormSchema(row.form_schema).id,
      requiredFields: row.required_fields,
      actionType: row.action_type,
      pageOrganisationId: own.idText,
      leadOrganisationId: lead.idText,
      pageDelivers: row.delivers,
      campaignForcesDelivery: row.forces_delivery,
      receivers: organisations.map((one) => receiverView(one, mails)),
      accepting: row.open && organisations.every(({ key }) => key !== undefined),
      description: row.description,
      mail: toPageMail(mails),
    },
  };
}

interface OrganisationColumns {
  readonly id: Bytes;
  readonly title: string;
  readonly keyId: Bytes | null;
  readonly key: Bytes | null;
  readonly logs: ReadonlyMap<string, ReceiverLog>;
}

function organisation({ id, title, keyId, key, logs }: OrganisationColumns): PageOrganisation {
  const active =
    keyId === null || key === null
      ? undefined
      : { id: parseKeyId(encodeTextForm("ckey", keyId)), bytes: keyId, public: key };
  const keyLog = logs.get(encodeHex(id));
  return { id, idText: encodeId("corg", id), title, key: active, keyLog, graceKeys: keyLog?.graceKeys ?? [] };
}

function receiverView({ idText, title, key }: PageOrganisation, { newsletterConfirmers }: MailRules): ReceiverView {
  const publicKey = key === undefined ? undefined : { id: key.id, public: key.public };
  return {
    organisationId: idText,
    organisationName: title,
    publicKey,
    asksOptIn: true,
    confirmsOptIn: newsletterConfirmers.has(idText),
  };
}
