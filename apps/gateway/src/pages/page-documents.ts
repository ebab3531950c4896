/** Action pages as documents: `/p/<name>`, which works without script, and `/frame/<name>` for other sites. */
import { create } from "@bufbuild/protobuf";
import { type Answers, getFormSchema, isSlug, recordConsents, validatePerson } from "@coterie/actions";
import {
  type ActionPageInput,
  failureOf,
  type FormAnswers,
  readForm,
  renderActionPage,
  renderFrame,
} from "@coterie/actions/form";
import { type Bytes, decodeUtf8 } from "@coterie/bytes";
import type { Door } from "../abuse/guard.ts";
import { keepFormTime } from "../abuse/form-times.ts";
import { OptIn, protocolLimits, type SubmitRequest, SubmitRequestSchema, type WireErrorCode } from "@coterie/protocol";
import type { IncomingMessage } from "node:http";
import { type IntakeDeps, takeIn } from "../actions/intake.ts";
import { RefusedError } from "../errors.ts";
import { type Answer, textAnswer } from "../http/answer.ts";
import { readBody } from "../http/body.ts";
import { statusOf, toRefusal } from "../http/connect-errors.ts";
import type { StaticFiles } from "../http/static-files.ts";
import { encodeId, generateId, parseId } from "../ids.ts";
import type { Log } from "../log/log.ts";
import { findPageAssets } from "./page-assets.ts";
import type { PageTruth } from "./page-truth.ts";

/** What documents need. */
export interface DocumentDeps extends IntakeDeps {
  readonly log: Log;
  readonly files: StaticFiles;
  readonly origin: () => string;
}

/** The empty form. */
export async function showPage(deps: DocumentDeps, name: string): Promise<Answer> {
  const page = await findPage(deps, name);
  return page === undefined ? notFound : await document(deps, { page, status: 200, state: {} });
}

/** The frame that other sites embed: those the page names, or any where it names none. */
export async function showFrame(deps: DocumentDeps, name: string): Promise<Answer> {
  const page = await findPage(deps, name);
  if (page === undefined) return notFound;
  const ancestors = page.embedOrigins.length === 0 ? "*" : ["'self'", ...page.embedOrigins].join(" ");
  const assets = await findPageAssets(deps.files, "frame.js");
  const html = renderFrame({ page: page.view, locale: page.view.locale, assets });
  const answer = htmlAnswer({ status: 200, html, frameAncestors: ancestors });
  return { ...answer, headers: { ...answer.headers, "cross-origin-resource-policy": "cross-origin" } };
}

/** A posted form: the same intake as the widget's, and a document either way. */
export async function postPage(
  deps: DocumentDeps,
  {
    name,
    request,
    clientPrefix,
  }: { readonly name: string; readonly request: IncomingMessage; readonly clientPrefix: string },
): Promise<Answer> {
  const page = await findPage(deps, name);
  if (page === undefined) return notFound;
  // A person in clear is not even read where the browser was to seal it.
  if (page.view.sealing === "browser")
    return await document(deps, { page, status: statusOf("wrong-sealing"), state: {} });
  const posted: { answers?: FormAnswers } = {};
  try {
    posted.answers = await readPostedForm(page, request);
    return await takeInForm(deps, { page, answers: posted.answers, clientPrefix });
  } catch (error) {
    const { reason } = toRefusal(deps, error);
    const values = posted.answers?.values ?? new Map<string, string>();
    const state = { values, failure: failureOf(reason), ...repeatable(posted.answers, reason) };
    return await document(deps, { page, status: statusOf(reason), state });
  }
}

/** The same id where the action may have been stored, or may be when it is sent again: it must not count twice. */
function repeatable(
  answers: FormAnswers | undefined,
  reason: WireErrorCode,
): { readonly idempotencyId?: string; readonly formTime?: string } {
  return answers !== undefined && worthRepeating.has(reason) ? keptIn(answers) : {};
}

const worthRepeating: ReadonlySet<WireErrorCode> = new Set<WireErrorCode>([
  "unavailable",
  "internal",
  "rate-limited",
  "work-required",
]);

function keptIn({ actionId, formTime }: FormAnswers): { readonly idempotencyId: string; readonly formTime: string } {
  return { idempotencyId: actionId, formTime };
}

async function takeInForm(
  deps: DocumentDeps,
  {
    page,
    answers,
    clientPrefix,
  }: { readonly page: PageTruth; readonly answers: FormAnswers; readonly clientPrefix: string },
): Promise<Answer> {
  const { formSchema, requiredFields } = page.view;
  const checked = validatePerson(getFormSchema(formSchema), answers.person, { requiredFields, now: deps.now });
  if (checked.kind === "invalid") {
    const state = { problems: checked.problems, values: answers.values, ...keptIn(answers) };
    return await document(deps, { page, status: statusOf("invalid-person"), state });
  }
  const { formTime, isTrapped } = answers;
  const door: Door = { kind: "document", clientPrefix, formTime, isTrapped };
  const receipt = await takeIn(deps, { request: toSubmitRequest(deps, { page, answers }), door });
  const { receivedBy, awaitsConfirmation, counter } = receipt;
  const state = { done: { receivedBy, awaitsConfirmation }, counter };
  return await document(deps, { page, status: 200, state });
}

function toSubmitRequest(
  { primitives }: DocumentDeps,
  { page, answers }: { readonly page: PageTruth; readonly answers: FormAnswers },
): SubmitRequest {
  // Time 0: filled in on arrival, so that the same form posted twice is the same request.
  const given: Answers = { optIns: answers.optIns, locale: page.view.locale, givenAtMs: 0 };
  const consents = recordConsents(primitives, { page: page.view, answers: given });
  const optInMessage = { yes: OptIn.YES, no: OptIn.NO, "not-asked": OptIn.NOT_ASKED } as const;
  return create(SubmitRequestSchema, {
    actionId: answers.actionId,
    pageId: page.view.id,
    consents: consents.map(({ organisationId, purpose, optIn, wordingId, wordingHash, locale }) => ({
      organisationId,
      purpose,
      optIn: optInMessage[optIn],
      wordingId,
      wordingHash,
      locale,
    })),
    person: { case: "personJson", value: JSON.stringify(answers.person) },
  });
}

async function readPostedForm(page: PageTruth, request: IncomingMessage): Promise<FormAnswers> {
  const type = (request.headers["content-type"] ?? "").toLowerCase();
  if (!type.startsWith("application/x-www-form-urlencoded")) throw new RefusedError("invalid");
  const body = await readBody(request, protocolLimits.requestBytes);
  try {
    return readForm(page.view, new URLSearchParams(decodeUtf8(body)));
  } catch {
    throw new RefusedError("invalid");
  }
}

async function findPage({ pages }: DocumentDeps, name: string): Promise<PageTruth | undefined> {
  return isSlug(name) ? await pages.find({ name }) : undefined;
}

interface DocumentInput {
  readonly page: PageTruth;
  readonly status: number;
  readonly state: Partial<Omit<ActionPageInput, "page" | "assets" | "locale">>;
}

async function document(deps: DocumentDeps, { page, status, state }: DocumentInput): Promise<Answer> {
  const kept = keepAction(deps, { page, state });
  const html = renderActionPage({
    counter: await deps.counters.get(page.campaignId),
    shareUrl: `${deps.origin()}/p/${page.view.name}`,
    ...state,
    ...kept,
    page: page.view,
    locale: page.view.locale,
    assets: await findPageAssets(deps.files, page.view.sealing === "browser" ? "page-sealing.js" : "page.js"),
  });
  return htmlAnswer({ status, html, frameAncestors: "'none'" });
}

/** The same action where the form is drawn again, as old as it was; else a fresh one. */
function keepAction(
  deps: DocumentDeps,
  { page, state }: Pick<DocumentInput, "page" | "state">,
): { readonly idempotencyId: string; readonly formTime: string } {
  const place = { pageId: page.id, actionId: findActionId(state.idempotencyId) ?? generateId(deps.random) };
  return {
    idempotencyId: encodeId("cact", place.actionId),
    formTime: keepFormTime(deps, { place, formTime: state.formTime ?? "" }),
  };
}

function findActionId(text: string | undefined): Bytes | undefined {
  try {
    return text === undefined ? undefined : parseId("cact", text);
  } catch {
    return undefined;
  }
}

/** Only files of this gateway, no inline script or style, no evaluation, and no markup from text. */
function htmlAnswer({
  status,
  html,
  frameAncestors,
}: {
  status: number;
  html: string;
  frameAncestors: string;
}): Answer {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    `frame-ancestors ${frameAncestors}`,
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ];
  return {
    status,
    headers: { "content-type": "text/html; charset=utf-8", "content-security-policy": policy.join("; ") },
    body: html,
  };
}

const notFound: Answer = textAnswer(404, "not found");
