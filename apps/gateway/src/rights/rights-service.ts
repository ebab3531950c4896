/** Rights and retention over the wire, for an organisation's staff and tools (docs/protocol/rights.md §1 and §4). */
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ConnectRouter, ServiceImpl } from "@connectrpc/connect";
import { encodeHex } from "@coterie/bytes";
import { ErasureReach, type HeldContactSchema, type RetentionSchema, RightsService } from "@coterie/protocol";
import { recordHourly } from "../audit/record-hourly.ts";
import { canonicalEmail } from "../counting/canonical-email.ts";
import type { StoredOptIn } from "../db/schema.ts";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";
import { RateLimiter } from "../http/rate-limits.ts";
import { encodeId, parseId } from "../ids.ts";
import type { Authentication, Caller } from "../organisations/authentication.ts";
import { eraseFor, findHeld, type HeldRow } from "./organisation-rights.ts";
import { getRetention, type RetentionView, setRetention } from "./retention.ts";

/** What the service needs. */
export interface RightsServiceDeps extends GatewayDeps {
  readonly authentication: Authentication;
}

/** Persons that one organisation may ask about: enough for a day's letters, too few to try a list of addresses. */
const personRate = { perSecond: 0.2, burst: 100 };

const mostActions = 1000;

type Methods = ServiceImpl<typeof RightsService>;

/** Adds the service. */
export function registerRightsService(router: ConnectRouter, deps: RightsServiceDeps): void {
  router.service(RightsService, { ...personMethods(deps), ...retentionMethods(deps) });
}

function personMethods(deps: RightsServiceDeps): Pick<Methods, "findPerson" | "erasePerson"> {
  const { requireOrganisation } = deps.authentication;
  const persons = new RateLimiter(deps, personRate);
  const takeOne = ({ organisationId }: Caller): void => {
    if (!persons.take(encodeHex(organisationId))) throw new RefusedError("rate-limited");
  };
  return {
    findPerson: async ({ email }, context) => {
      const caller = await requireOrganisation(context);
      checkEmail(email);
      takeOne(caller);
      const { organisationId, tokenId } = caller;
      await recordHourly(deps, { organisationId, tokenId, event: "persons-looked-up", amount: 1 });
      const rows = await findHeld(deps, { caller, email });
      return { contacts: rows.map(toHeldMessage) };
    },
    erasePerson: async ({ email, actionIds, reach }, context) => {
      const caller = await requireOrganisation(context);
      if (email !== "") checkEmail(email);
      if ((email === "" && actionIds.length === 0) || actionIds.length > mostActions) throw new RefusedError("invalid");
      const ids = actionIds.map((id) => parseId("cact", id));
      takeOne(caller);
      const erased = await eraseFor(deps, { caller, email, actionIds: ids, reach: reachOf(reach) });
      return { actionIds: erased.map((id) => encodeId("cact", id)) };
    },
  };
}

function retentionMethods(deps: RightsServiceDeps): Pick<Methods, "getRetention" | "setRetention"> {
  const { requireOrganisation } = deps.authentication;
  return {
    getRetention: async ({ campaignId }, context) => {
      const caller = await requireOrganisation(context);
      const view = await getRetention(deps, { caller, campaignId: parseId("ccam", campaignId) });
      return { retention: toRetentionMessage(view) };
    },
    setRetention: async ({ campaignId, days }, context) => {
      const caller = await requireOrganisation(context);
      const view = await setRetention(deps, { caller, campaignId: parseId("ccam", campaignId), days });
      return { retention: toRetentionMessage(view) };
    },
  };
}

function checkEmail(email: string): void {
  if (canonicalEmail(email) === undefined) throw new RefusedError("invalid");
}

function reachOf(reach: ErasureReach): "own" | "campaigns" {
  if (reach === ErasureReach.OWN) return "own";
  if (reach === ErasureReach.CAMPAIGNS) return "campaigns";
  throw new RefusedError("invalid");
}

const optInText: { readonly [Answer in StoredOptIn]: string } = { 0: "no", 1: "yes", 2: "not-asked" };

function toHeldMessage(row: HeldRow): MessageInitShape<typeof HeldContactSchema> {
  return {
    actionId: encodeId("cact", row.action_id),
    campaignId: encodeId("ccam", row.campaign_id),
    campaignName: row.campaign_name,
    pageName: row.page_name,
    createdAtMs: BigInt(row.created_at_ms),
    purpose: row.consent_purpose,
    optIn: optInText[row.consent_opt_in],
    wordingId: row.consent_wording_id,
    locale: row.consent_locale,
    givenAtMs: BigInt(row.consent_given_at_ms),
    confirmation: row.confirmation,
    leads: row.leads,
  };
}

function toRetentionMessage({
  days,
  closedAtMs,
  deletesAtMs,
  kept,
}: RetentionView): MessageInitShape<typeof RetentionSchema> {
  return { days, closedAtMs: BigInt(closedAtMs), deletesAtMs: BigInt(deletesAtMs), kept: BigInt(kept) };
}
