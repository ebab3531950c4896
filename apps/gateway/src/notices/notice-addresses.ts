/**
 * Addresses of an organisation's staff that are told of events (docs/protocol/audit.md §7). They are kept as long as they are used, so
 * they are encrypted under a key outside the database; an address is written to only after somebody there followed a link.
 */
import { formSchemas, isLocale, validatePerson } from "@coterie/actions";
import { type Bytes, encodeHex, Plaintext } from "@coterie/bytes";
import type { FieldPlace, Vault } from "@coterie/vault";
import type { Kysely } from "kysely";
import { recordCallerEvent } from "../audit/record-event.ts";
import type { NoticeAddressTable } from "../db/audit-schema.ts";
import type { Database } from "../db/schema.ts";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";
import { encodeId, generateId } from "../ids.ts";
import type { Caller } from "../organisations/authentication.ts";
import { loadLocale } from "../organisations/organisation-settings.ts";

/** What addresses need. */
export interface NoticeAddressDeps extends Pick<GatewayDeps, "db" | "random" | "now"> {
  readonly noticeVault: Vault;
}

/** An address as its organisation sees it. */
export interface NoticeAddress
  extends Pick<NoticeAddressTable, "id" | "organisation_id" | "locale" | "state" | "replaces_id"> {
  readonly email: string;
}

const dayMs = 86_400_000;

/** Limits and times of addresses. */
export const noticeLimits: {
  readonly addresses: number;
  readonly addedADay: number;
  readonly confirmMs: number;
  readonly farewellMs: number;
} = {
  /** Of one organisation. */
  addresses: 20,
  /** Of one organisation: whoever has its token must not send mails to strangers through it. */
  addedADay: 20,
  /** For following the link. */
  confirmMs: 7 * dayMs,
  /** For telling a removed address that it was removed. */
  farewellMs: 14 * dayMs,
};

/** An organisation's addresses, the oldest first; without removed ones. */
export async function listNoticeAddresses(
  { db, noticeVault }: Pick<NoticeAddressDeps, "noticeVault"> & { readonly db: Kysely<Database> },
  organisationId: Bytes,
): Promise<readonly NoticeAddress[]> {
  const rows = await db
    .selectFrom("notice_addresses")
    .selectAll()
    .where("organisation_id", "=", organisationId)
    .where("state", "!=", "removed")
    .orderBy("created_at_ms")
    .orderBy("id")
    .execute();
  return rows.map((row) => ({ ...row, email: openAddress({ noticeVault }, row) }));
}

/** What an organisation says about a new address. */
export interface NewNoticeAddress {
  readonly caller: Caller;
  readonly email: string;
  /** Empty: the organisation's. */
  readonly locale: string;
  /** The address that it takes the place of. */
  readonly replacesId: Bytes | undefined;
}

/**
 * Stores an address, to which a mail with a link goes out.
 * @throws RefusedError "invalid", "conflict" where the organisation has it, "not-found" where it has not what is replaced, "too-large"
 */
export async function addNoticeAddress(deps: NoticeAddressDeps, input: NewNoticeAddress): Promise<NoticeAddress> {
  const { caller, replacesId } = input;
  const { organisationId } = caller;
  const email = parseEmail(input.email);
  const locale = input.locale === "" ? await loadLocale(deps, organisationId) : input.locale;
  if (!isLocale(locale)) throw new RefusedError("invalid");
  return await deps.db.transaction().execute(async (tx) => {
    // One at a time, so that the limits hold.
    await tx.selectFrom("organisations").select("id").where("id", "=", organisationId).forUpdate().execute();
    const known = await listNoticeAddresses({ ...deps, db: tx }, organisationId);
    if (known.some((one) => one.email.toLowerCase() === email.toLowerCase())) throw new RefusedError("conflict");
    if (known.length >= noticeLimits.addresses) throw new RefusedError("too-large");
    if (replacesId !== undefined && !known.some(({ id }) => encodeHex(id) === encodeHex(replacesId))) {
      throw new RefusedError("not-found");
    }
    await requireRate(tx, { organisationId, nowMs: deps.now() });
    const row = newRow(deps, { organisationId, email, locale, replacesId });
    await tx.insertInto("notice_addresses").values(row).execute();
    await recordCallerEvent(deps, tx, { caller, event: "notice-address-added", subject: encodeId("cnad", row.id) });
    return { ...row, email };
  });
}

type NewRow = Omit<NoticeAddressTable, "attempts" | "lease_until_ms">;

function newRow(
  { random, now, noticeVault }: NoticeAddressDeps,
  input: {
    readonly organisationId: Bytes;
    readonly email: string;
    readonly locale: string;
    readonly replacesId: Bytes | undefined;
  },
): NewRow {
  const id = generateId(random);
  const plaintext = Plaintext.fromText(input.email);
  try {
    return {
      id,
      organisation_id: input.organisationId,
      address: noticeVault.encryptField(placeOf({ id, organisation_id: input.organisationId }), plaintext),
      locale: input.locale,
      state: "unconfirmed",
      replaces_id: input.replacesId ?? null,
      created_at_ms: now(),
      token_hash: null,
      expires_at_ms: now() + noticeLimits.confirmMs,
      told_seq: 0,
      due_at_ms: now(),
    };
  } finally {
    plaintext.destroy();
  }
}

/** Removes an address: a confirmed one is told so first. Throws RefusedError "not-found". */
export async function removeNoticeAddress(
  deps: Pick<NoticeAddressDeps, "db" | "random" | "now">,
  { caller, id }: { readonly caller: Caller; readonly id: Bytes },
): Promise<void> {
  await deps.db.transaction().execute(async (tx) => {
    await dismissAddress(deps, { tx, organisationId: caller.organisationId, id });
    await recordCallerEvent(deps, tx, { caller, event: "notice-address-removed", subject: encodeId("cnad", id) });
  });
}

/** Ends an address within a transaction that records it. Throws RefusedError "not-found". */
export async function dismissAddress(
  { now }: Pick<GatewayDeps, "now">,
  { tx, organisationId, id }: { readonly tx: Kysely<Database>; readonly organisationId: Bytes; readonly id: Bytes },
): Promise<void> {
  const own = { organisation_id: organisationId, id };
  const dropped = await tx
    .deleteFrom("notice_addresses")
    .where((where) => where.and({ ...own, state: "unconfirmed" }))
    .returning("id")
    .executeTakeFirst();
  if (dropped !== undefined) return;
  const removed = await tx
    .updateTable("notice_addresses")
    .set({ state: "removed", due_at_ms: now(), attempts: 0, expires_at_ms: now() + noticeLimits.farewellMs })
    .where((where) => where.and({ ...own, state: "confirmed" }))
    .returning("id")
    .executeTakeFirst();
  if (removed === undefined) throw new RefusedError("not-found");
}

/** The address in clear. */
export function openAddress(
  { noticeVault }: Pick<NoticeAddressDeps, "noticeVault">,
  row: Pick<NoticeAddressTable, "id" | "organisation_id" | "address">,
): string {
  const plaintext = noticeVault.decryptField(placeOf(row), row.address);
  try {
    return plaintext.exposeText();
  } finally {
    plaintext.destroy();
  }
}

function placeOf({ id, organisation_id }: Pick<NoticeAddressTable, "id" | "organisation_id">): FieldPlace {
  return { tenant: organisation_id, table: "notice_addresses", column: "address", row: id };
}

/** By the rule of the forms. */
function parseEmail(text: string): string {
  const checked = validatePerson(
    formSchemas["basic/1"],
    { firstName: "A", email: text },
    { requiredFields: [], now: () => 0 },
  );
  const email = checked.kind === "valid" ? checked.person["email"] : undefined;
  if (typeof email !== "string" || email === "") throw new RefusedError("invalid");
  return email;
}

async function requireRate(
  tx: Kysely<Database>,
  { organisationId, nowMs }: { readonly organisationId: Bytes; readonly nowMs: number },
): Promise<void> {
  const { added } = await tx
    .selectFrom("audit_events")
    .select(({ fn }) => fn.countAll<number>().as("added"))
    .where("organisation_id", "=", organisationId)
    .where("event", "=", "notice-address-added")
    .where("at_ms", ">", nowMs - dayMs)
    .executeTakeFirstOrThrow();
  if (added >= noticeLimits.addedADay) throw new RefusedError("rate-limited");
}
