/** The clear part of a submission: ids, custom fields, tracking, consents. The client's clock is believed within a day. */
import {
  type ConsentMethod,
  type ConsentRecord,
  type OptIn as Answer,
  type ContactPlan,
  planContacts,
  validateCustomFields,
  validateTracking,
} from "@coterie/actions";
import type { Bytes } from "@coterie/bytes";
import { type Consent, OptIn, type SubmitRequest } from "@coterie/protocol";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";
import { encodeId, parseId } from "../ids.ts";
import { gatewayLimits } from "../limits.ts";
import type { PageTruth } from "../pages/page-truth.ts";

/** Checked, in the form that is stored. */
export interface ClearPart {
  readonly actionId: Bytes;
  readonly customFields: Readonly<Record<string, string>>;
  readonly tracking: Readonly<Record<string, string>>;
}

/** Who receives, under which consent: decided by the page's truth and the person's answers. */
export type PlannedContacts = Extract<ContactPlan, { kind: "planned" }>["contacts"];

/** Checks ids, custom fields and tracking. Throws RefusedError "invalid" or "too-large". */
export function parseClearPart(request: SubmitRequest): ClearPart {
  const customFields = validateCustomFields(request.customFields);
  const tracking = validateTracking(request.tracking === undefined ? undefined : trackingOf(request.tracking));
  for (const checked of [customFields, tracking]) {
    if (checked.kind === "invalid") throw new RefusedError(checked.problem === "too-large" ? "too-large" : "invalid");
  }
  if (customFields.kind === "invalid" || tracking.kind === "invalid") throw new RefusedError("invalid");
  // Absent and empty are the same, in the database as on the wire.
  const marked = Object.entries<string>({ ...tracking.value }).filter(([, value]) => value !== "");
  return {
    actionId: parseId("cact", request.actionId),
    customFields: customFields.value,
    tracking: Object.fromEntries(marked),
  };
}

function trackingOf({ source, medium, campaign, content, location }: NonNullable<SubmitRequest["tracking"]>): object {
  return { source, medium, campaign, content, location };
}

/** Decides the receivers by the coalition rule. Throws RefusedError "invalid" where consents are missing, doubled or not this form's. */
export function planReceivers(
  { primitives, now }: Pick<GatewayDeps, "primitives" | "now">,
  {
    page,
    consents,
    method,
  }: { readonly page: PageTruth; readonly consents: readonly Consent[]; readonly method: ConsentMethod },
): PlannedContacts {
  const records = consents.map((consent) => parseConsent(consent, { page, nowMs: now() }));
  const plan = planContacts(primitives, { page: page.view, consents: records, method });
  if (plan.kind === "invalid") throw new RefusedError("invalid");
  return plan.contacts;
}

const answerByNumber: ReadonlyMap<OptIn, Answer> = new Map([
  [OptIn.YES, "yes"],
  [OptIn.NO, "no"],
  [OptIn.NOT_ASKED, "not-asked"],
]);

function parseConsent(
  consent: Consent,
  { page, nowMs }: { readonly page: PageTruth; readonly nowMs: number },
): ConsentRecord {
  const { purpose, wordingId, wordingHash, locale } = consent;
  const optIn = answerByNumber.get(consent.optIn);
  // The gateway's own forms leave the time to the gateway. What a browser sealed holds the time already.
  const givenAtMs = consent.givenAtMs === 0n && page.view.sealing === "gateway" ? nowMs : Number(consent.givenAtMs);
  const isRecent = givenAtMs > nowMs - gatewayLimits.consentAgeMs && givenAtMs < nowMs + gatewayLimits.clockSkewMs;
  if (optIn === undefined || !isRecent || wordingHash.length !== 32) throw new RefusedError("invalid");
  if (purpose !== "delivery" && purpose !== "newsletter") throw new RefusedError("invalid");
  // One spelling: text forms may be written in capitals.
  const organisationId = encodeId("corg", parseId("corg", consent.organisationId));
  return { organisationId, pageId: page.view.id, purpose, optIn, wordingId, wordingHash, locale, givenAtMs };
}
