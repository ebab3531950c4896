/**
 * What an organisation may find and erase (docs/protocol/rights.md §1): its own contacts; and where it leads a campaign, those of others,
 * too, unless the person said yes to hearing from them. It learns of its own contacts alone, so that no lead can ask who signed elsewhere.
 */
import { type Bytes, encodeHex } from "@coterie/bytes";
import type { PoolClient } from "pg";
import { recordEvent } from "../audit/record-event.ts";
import type { Scope } from "../counting/fingerprint.ts";
import type { ConsentConfirmationState, StoredOptIn } from "../db/schema.ts";
import type { GatewayDeps } from "../deps.ts";
import { encodeId } from "../ids.ts";
import type { Caller } from "../organisations/authentication.ts";
import {
  countErased,
  eraseActions,
  type ErasedContact,
  erasedAtOnce,
  type EraseInput,
  inErasingTransaction,
} from "./erase-actions.ts";
import { findActions, ledCampaigns } from "./find-actions.ts";

/** What both need. */
export type OrganisationRightsDeps = Pick<GatewayDeps, "pool" | "primitives" | "secrets" | "random" | "now">;

/** One contact of the organisation's, without personal data. */
export interface HeldRow {
  readonly action_id: Bytes;
  readonly campaign_id: Bytes;
  readonly campaign_name: string;
  readonly page_name: string;
  readonly created_at_ms: number;
  readonly consent_purpose: string;
  readonly consent_opt_in: StoredOptIn;
  readonly consent_wording_id: string;
  readonly consent_locale: string;
  readonly consent_given_at_ms: number;
  readonly confirmation: ConsentConfirmationState;
  readonly leads: boolean;
}

const foundAtOnce = 1000;

/** The organisation's delivered contacts of a person, the oldest first: at most 1,000. */
export async function findHeld(
  deps: OrganisationRightsDeps,
  { caller, email }: { readonly caller: Caller; readonly email: string },
): Promise<readonly HeldRow[]> {
  const { organisationId } = caller;
  const actionIds = await findActions({ ...deps, client: deps.pool }, { email, scopes: [ownScope(organisationId)] });
  const { rows } = await deps.pool.query<HeldRow>(
    `SELECT c.action_id, a.campaign_id, m.name AS campaign_name, p.name AS page_name, a.created_at_ms, c.consent_purpose,
       c.consent_opt_in, c.consent_wording_id, c.consent_locale, c.consent_given_at_ms, c.confirmation,
       m.lead_organisation_id = $2 AS leads
     FROM contacts c
     JOIN actions a ON a.id = c.action_id
     JOIN campaigns m ON m.id = a.campaign_id
     JOIN action_pages p ON p.id = a.page_id
     WHERE c.action_id = ANY($1::bytea[]) AND c.organisation_id = $2 AND c.delivery_sequence IS NOT NULL
     ORDER BY c.delivery_sequence LIMIT ${foundAtOnce}`,
    [actionIds, organisationId],
  );
  return rows;
}

/** Whom to erase, and how far. */
export interface EraseForInput {
  readonly caller: Caller;
  /** Empty: no address. */
  readonly email: string;
  readonly actionIds: readonly Uint8Array[];
  readonly reach: "own" | "campaigns";
}

/** Erases, and tells which of the caller's own delivered contacts are gone now. */
export async function eraseFor(deps: OrganisationRightsDeps, input: EraseForInput): Promise<readonly Bytes[]> {
  const { organisationId } = input.caller;
  const scopes = [ownScope(organisationId)];
  if (input.reach === "campaigns") scopes.push(...(await ledCampaigns(deps.pool, organisationId)));
  const found = input.email === "" ? [] : await findActions({ ...deps, client: deps.pool }, { ...input, scopes });
  const wanted = new Map([...found, ...input.actionIds].map((id) => [encodeHex(id), id]));
  const own: Bytes[] = [];
  const queue = [...wanted.values()];
  while (queue.length > 0) {
    const actionIds = queue.splice(0, erasedAtOnce);
    const erased = await inErasingTransaction(
      deps,
      async (client) => await eraseSome(deps, client, { ...input, actionIds }),
    );
    const told = erased.filter((contact) => contact.delivery_sequence !== null);
    own.push(...told.filter((contact) => isOf(contact, organisationId)).map(({ action_id }) => action_id));
  }
  return own;
}

async function eraseSome(
  deps: OrganisationRightsDeps,
  client: PoolClient,
  { caller, actionIds, reach }: EraseForInput,
): Promise<readonly ErasedContact[]> {
  const { organisationId } = caller;
  const atMs = deps.now();
  const led = reach === "campaigns" ? await findLed(client, { actionIds, organisationId }) : [];
  const common: Pick<EraseInput, "kind" | "atMs"> = { kind: "erased", atMs };
  const erased = [
    ...(await eraseActions(client, { ...common, actionIds: led, whose: { kind: "lead", organisationId } })),
    ...(await eraseActions(client, { ...common, actionIds, whose: { kind: "organisation", organisationId } })),
  ];
  for (const { organisationId: receiver, campaignId, amount } of countErased(erased)) {
    await recordEvent(deps, client, {
      organisationId: receiver,
      // Which of its tokens was used is the caller's own business.
      actor: isSame(receiver, organisationId)
        ? { kind: "organisation", tokenId: caller.tokenId }
        : { kind: "organisation" },
      event: "person-erased",
      subject: encodeId("ccam", campaignId),
      amount,
      atMs,
    });
  }
  return erased;
}

async function findLed(
  client: PoolClient,
  { actionIds, organisationId }: { readonly actionIds: readonly Uint8Array[]; readonly organisationId: Bytes },
): Promise<readonly Bytes[]> {
  const { rows } = await client.query<{ id: Bytes }>(
    `SELECT a.id FROM actions a JOIN campaigns c ON c.id = a.campaign_id
     WHERE a.id = ANY($1::bytea[]) AND c.lead_organisation_id = $2`,
    [actionIds, organisationId],
  );
  return rows.map(({ id }) => id);
}

function ownScope(organisationId: Bytes): Scope {
  return { kind: "organisation", id: organisationId };
}

function isOf({ organisation_id }: ErasedContact, organisationId: Bytes): boolean {
  return isSame(organisation_id, organisationId);
}

function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return encodeHex(left) === encodeHex(right);
}
