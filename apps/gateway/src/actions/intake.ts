/**
 * Taking in one action (docs/architecture): validate, decide the receivers, seal or check, sign the headers, commit, answer.
 * Personal fields exist here in clear for as long as one request of a gateway-sealing page, and go nowhere.
 */
import type { ConsentMethod, Person } from "@coterie/actions";
import type { Bytes } from "@coterie/bytes";
import type { SubmitRequest } from "@coterie/protocol";
import { createContactHeader, signContactHeader } from "@coterie/sealed-box/seal";
import type { EmailDomains } from "../abuse/email-domains.ts";
import type { Door, Guard } from "../abuse/guard.ts";
import { recognise } from "../counting/recognise.ts";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";
import { encodeId, parseId } from "../ids.ts";
import { gatewayLimits } from "../limits.ts";
import { type MailDecision, prepareMails, type PrepareMailsDeps } from "../mails/prepare-mails.ts";
import { checkComment } from "../moderation/comments.ts";
import type { Pages, PageTruth } from "../pages/page-truth.ts";
import type { BatchWriter } from "./batch-writer.ts";
import { checkSealedPerson } from "./check-sealed.ts";
import { type ClearPart, parseClearPart, type PlannedContacts, planReceivers } from "./clear-part.ts";
import type { Counters } from "./counters.ts";
import type { PreparedAction, PreparedContact } from "./prepared-action.ts";
import { findRepeated } from "./repeated-action.ts";
import { requestMac } from "./request-mac.ts";
import { parsePerson, type SealedForOne, type Sealer, sealPerson } from "./seal-person.ts";

/** What the person is told. */
export interface Receipt {
  readonly actionId: string;
  readonly counter: number;
  /** Names of the organisations that received the person. */
  readonly receivedBy: readonly string[];
  /** The signature counts and is delivered only once the person follows the link in a mail. */
  readonly awaitsConfirmation: boolean;
}

/** What taking in needs. */
export interface IntakeDeps extends Pick<GatewayDeps, "db" | "secrets">, PrepareMailsDeps {
  readonly pages: Pages;
  readonly counters: Counters;
  readonly writer: BatchWriter;
  readonly seal: Sealer;
  readonly guard: Pick<Guard, "admit">;
  readonly emailDomains: EmailDomains;
}

/** Takes in one action; repeating a request that was taken in gives its receipt again. Throws RefusedError. */
export async function takeIn(
  deps: IntakeDeps,
  { request, door }: { readonly request: SubmitRequest; readonly door: Door },
): Promise<Receipt> {
  return await takeInBy(deps, { request, method: "form", door });
}

/**
 * Takes in one action whose person was asked by another program: its consents name the wording `api/1`. Otherwise the same.
 * Throws RefusedError.
 */
export async function takeInFromApi(deps: IntakeDeps, request: SubmitRequest): Promise<Receipt> {
  return await takeInBy(deps, { request, method: "api", door: { kind: "api" } });
}

async function takeInBy(
  deps: IntakeDeps,
  { request, method, door }: { readonly request: SubmitRequest; readonly method: ConsentMethod; readonly door: Door },
): Promise<Receipt> {
  const clear = parseClearPart(request);
  checkComment(clear.customFields);
  const mac = requestMac({ primitives: deps.primitives, key: deps.secrets.requestMac }, request);
  try {
    await admit(deps, { clear, request, door });
    return await store(deps, { request, clear, mac, method });
  } catch (error) {
    // What was accepted once stays accepted, also after its campaign closed or its key was replaced.
    const repeated =
      error instanceof RefusedError ? await findRepeated(deps, { actionId: clear.actionId, mac }) : undefined;
    if (repeated === undefined) throw error;
    return { actionId: encodeId("cact", clear.actionId), ...repeated };
  }
}

/** Before anything is looked at closely. What was taken in before needs no work again: its receipt is given all the same. */
async function admit(
  deps: IntakeDeps,
  { clear, request, door }: Pick<Submission, "clear" | "request"> & { readonly door: Door },
): Promise<void> {
  const page = await deps.pages.find({ id: parseId("cpag", request.pageId) });
  if (page === undefined) throw new RefusedError("not-found");
  deps.guard.admit({ page, actionId: clear.actionId, door });
}

interface Submission {
  readonly request: SubmitRequest;
  readonly clear: ClearPart;
  readonly mac: Bytes;
  readonly method: ConsentMethod;
}

async function store(deps: IntakeDeps, submission: Submission): Promise<Receipt> {
  const id = parseId("cpag", submission.request.pageId);
  for (let attempt = 0; attempt < gatewayLimits.resealings; attempt++) {
    const page = await deps.pages.find({ id });
    if (page === undefined) throw new RefusedError("not-found");
    const action = await prepare(deps, { page, submission });
    const outcome = await deps.writer.add(action);
    switch (outcome.kind) {
      case "stored":
        deps.counters.remember(page.campaignId, outcome.counter);
        return receipt({ page, action, counter: outcome.counter });
      case "repeated":
      case "conflict":
        // Answered from what is stored: the page may have changed since.
        throw new RefusedError("conflict");
      case "campaign-closed":
        deps.pages.forget();
        throw new RefusedError("campaign-closed");
      case "key-replaced":
        deps.pages.forget();
        // What the browser sealed, only the browser can seal again.
        if (page.view.sealing === "browser") throw new RefusedError("wrong-key");
    }
  }
  throw new RefusedError("unavailable");
}

async function prepare(
  deps: IntakeDeps,
  { page, submission }: { readonly page: PageTruth; readonly submission: Submission },
): Promise<PreparedAction> {
  const { request, clear, mac } = submission;
  const createdAtMs = deps.now();
  const planned = plan(deps, { page, submission });
  const { sealed, person } = sealOrCheck(deps, { page, submission, planned });
  if (typeof person?.["email"] === "string") await deps.emailDomains.check(person["email"]);
  const { actionId } = clear;
  const decision = await prepareMails(deps, { page, actionId, planned, person, box: request.mailBox });
  const place = { actionId, page, createdAtMs, decision };
  const organisationIds = planned.map(({ receiver }) => parseId("corg", receiver.organisationId));
  const { campaignId } = page;
  const { box } = decision.mails ?? {};
  const recognised = await recognise(deps, { actionId, campaignId, organisationIds, person, box });
  return {
    id: clear.actionId,
    campaignId,
    pageId: page.id,
    customFields: clear.customFields,
    tracking: clear.tracking,
    sealing: request.person.case === "sealed" ? "browser" : "gateway",
    createdAtMs,
    requestMac: mac,
    contacts: sealed.map((one) => signContact(deps, { one, place })),
    awaitsConfirmation: decision.awaitsConfirmation,
    mails: decision.mails,
    ...recognised,
  };
}

interface PagedSubmission {
  readonly page: PageTruth;
  readonly submission: Submission;
}

function plan(deps: IntakeDeps, { page, submission }: PagedSubmission): PlannedContacts {
  const { person, consents } = submission.request;
  if (person.case === undefined) throw new RefusedError("invalid");
  if ((person.case === "sealed") !== (page.view.sealing === "browser")) throw new RefusedError("wrong-sealing");
  if (!page.campaignOpen) throw new RefusedError("campaign-closed");
  // What a browser sealed may be to a key in grace, which is taken as long as the log says: `checkSealedPerson` decides.
  if (page.view.sealing === "gateway" && !page.view.accepting) throw new RefusedError("no-active-key");
  return planReceivers(deps, { page, consents, method: submission.method });
}

/** The contacts, and the person where the gateway seals. */
interface Sealed {
  readonly sealed: readonly SealedForOne[];
  readonly person: Person | undefined;
}

function sealOrCheck(
  deps: IntakeDeps,
  { page, submission, planned }: PagedSubmission & { readonly planned: PlannedContacts },
): Sealed {
  const { person } = submission.request;
  if (person.case === undefined) throw new RefusedError("invalid");
  if (person.case === "sealed") {
    return { sealed: checkSealedPerson(deps, { page, planned, sealed: person.value }), person: undefined };
  }
  const clearPerson = parsePerson(deps, { page, personJson: person.value });
  const { actionId } = submission.clear;
  return { sealed: sealPerson(deps, { page, actionId, person: clearPerson, planned }), person: clearPerson };
}

interface ContactPlace {
  readonly actionId: Bytes;
  readonly page: PageTruth;
  readonly createdAtMs: number;
  readonly decision: MailDecision;
}

function signContact(
  { primitives, secrets }: IntakeDeps,
  { one, place }: { readonly one: SealedForOne; readonly place: ContactPlace },
): PreparedContact {
  const { planned, contact, commitment, keyId } = one;
  const { page, actionId, createdAtMs, decision } = place;
  const header = createContactHeader(primitives, {
    contact,
    action: encodeId("cact", actionId),
    campaign: page.view.campaignId,
    page: page.view.id,
    organisation: planned.receiver.organisationId,
    commitment,
    consentHash: planned.consentHash,
    sealing: page.view.sealing,
    createdAtMs,
  });
  return {
    organisationId: parseId("corg", planned.receiver.organisationId),
    payload: contact.payload,
    nonce: contact.nonce,
    keyId,
    signKey: contact.signKey.public,
    commitment,
    consent: planned.consent,
    headerSignature: signContactHeader({ primitives }, { header, signingKey: secrets.signing.secretKey }),
    confirmation: decision.awaitedConsents.has(planned.receiver.organisationId) ? "awaited" : "not-asked",
  };
}

function receipt({
  page,
  action,
  counter,
}: {
  readonly page: PageTruth;
  readonly action: PreparedAction;
  readonly counter: number;
}): Receipt {
  const received = new Set(action.contacts.map(({ organisationId }) => encodeId("corg", organisationId)));
  const receivedBy = page.organisations.filter(({ idText }) => received.has(idText)).map(({ title }) => title);
  return { actionId: encodeId("cact", action.id), counter, receivedBy, awaitsConfirmation: action.awaitsConfirmation };
}
