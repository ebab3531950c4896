/**
 * `/rights` and `/rights/<token>` (docs/protocol/rights.md §5), for people without script as for all others. GET and HEAD change nothing:
 * scanners of mails follow every link. The answer to an address is the same whether or not anything is held under it.
 */
import { formLocales, pickFormLocale } from "@coterie/actions";
import { element, type MarkupElement } from "@coterie/actions/form";
import { CoterieError, decodeUtf8 } from "@coterie/bytes";
import type { IncomingMessage } from "node:http";
import type { GatewayDeps } from "../deps.ts";
import type { Answer } from "../http/answer.ts";
import { readBody } from "../http/body.ts";
import type { StaticFiles } from "../http/static-files.ts";
import { unexpectedError } from "../log/log.ts";
import { hashToken } from "../mails/tokens.ts";
import { plainDocument, plainNotice, requestLocale } from "../pages/plain-document.ts";
import { eraseByToken, type HeldAction, type HeldReceiver, listHeld } from "./person-rights.ts";
import { parseAddress, type RequestDeps, storeRequest } from "./rights-requests.ts";
import { findRightsToken } from "./rights-tokens.ts";
import { rightsTextsOf } from "./texts/catalogue.ts";
import type { NoticeTexts, RightsTexts } from "./texts/texts.ts";

/** What the documents need. */
export interface RightsDocumentDeps extends Pick<GatewayDeps, "pool" | "log">, RequestDeps {
  readonly files: StaticFiles;
  /** Whether this gateway sends mails: without, it cannot know whose an address is. */
  readonly canSend: boolean;
}

/** A request for `/rights` ("" as text) or `/rights/<text>`. */
export interface RightsRequest {
  readonly text: string;
  readonly request: IncomingMessage;
}

/** Browsers post far less: one address or one answer. */
const bodyBytes = 4096;

/** The form for an address, or what a link leads to. */
export async function showRights(deps: RightsDocumentDeps, { text, request }: RightsRequest): Promise<Answer> {
  if (text === "") {
    const texts = askedTexts(request);
    return deps.canSend ? await askForAddress(deps, { texts, problem: false }) : await say(deps, texts, "noMails");
  }
  const hash = hashToken(deps.primitives, text);
  const token = hash === undefined ? undefined : await findRightsToken(deps.pool, { hash, nowMs: deps.now() });
  if (token === undefined) return await say(deps, askedTexts(request), "invalid");
  const texts = rightsTextsOf(token.locale);
  if (token.used_at_ms !== null) return await say(deps, texts, "used");
  const held = await listHeld(deps.pool, token);
  if (/[?&]format=json(?:&|$)/.test(request.url ?? "")) return heldFile(held);
  return held.length === 0 ? await say(deps, texts, "nothing") : await showHeld(deps, { texts, held, problem: false });
}

/** An address, or the answer to whether everything is deleted. */
export async function postRights(deps: RightsDocumentDeps, { text, request }: RightsRequest): Promise<Answer> {
  try {
    const fields = await readFields(request);
    return text === ""
      ? await takeAddress(deps, { request, email: fields.get("email") ?? "" })
      : await takeAnswer(deps, { text, request, answer: fields.get("erase") ?? "" });
  } catch (error) {
    if (!(error instanceof CoterieError)) deps.log(unexpectedError(error));
    return await say(deps, askedTexts(request), "unavailable");
  }
}

/** What people read who asked too often. */
export async function tooManyRights(deps: RightsDocumentDeps, { request }: RightsRequest): Promise<Answer> {
  return await say(deps, askedTexts(request), "tooMany");
}

async function takeAddress(
  deps: RightsDocumentDeps,
  { request, email: typed }: { readonly request: IncomingMessage; readonly email: string },
): Promise<Answer> {
  const texts = askedTexts(request);
  if (!deps.canSend) return await say(deps, texts, "noMails");
  const email = parseAddress(typed);
  if (email === undefined) return await askForAddress(deps, { texts, problem: true });
  await storeRequest(deps, { email, locale: texts.locale });
  return await say(deps, texts, "asked");
}

async function takeAnswer(
  deps: RightsDocumentDeps,
  { text, request, answer }: RightsRequest & { readonly answer: string },
): Promise<Answer> {
  const hash = hashToken(deps.primitives, text);
  const token = hash === undefined ? undefined : await findRightsToken(deps.pool, { hash, nowMs: deps.now() });
  if (hash === undefined || token === undefined) return await say(deps, askedTexts(request), "invalid");
  const texts = rightsTextsOf(token.locale);
  if (token.used_at_ms !== null) return await say(deps, texts, "used");
  if (answer === "no") return await say(deps, texts, "kept");
  if (answer !== "yes") {
    return await showHeld(deps, { texts, held: await listHeld(deps.pool, token), problem: true });
  }
  const { kind } = await eraseByToken(deps, { hash });
  return await say(deps, texts, kind === "erased" ? "deleted" : kind === "used" ? "used" : "invalid");
}

async function readFields(request: IncomingMessage): Promise<URLSearchParams> {
  return new URLSearchParams(decodeUtf8(await readBody(request, bodyBytes)));
}

/** `?lang=fr` where a site links here in its language, else the browser's first. */
function askedTexts(request: IncomingMessage): RightsTexts {
  const wanted = /[?&]lang=([A-Za-z]{2})(?:&|$)/.exec(request.url ?? "")?.[1]?.toLowerCase();
  const known = formLocales.find((locale) => locale === wanted);
  return rightsTextsOf(known ?? pickFormLocale(requestLocale(request)));
}

const statusOf: { readonly [Kind in NoticeKind]: number } = {
  asked: 200,
  noMails: 200,
  nothing: 200,
  kept: 200,
  deleted: 200,
  used: 200,
  invalid: 404,
  tooMany: 429,
  unavailable: 503,
};

type NoticeKind = {
  [Name in keyof RightsTexts]: RightsTexts[Name] extends NoticeTexts
    ? Name extends "ask" | "held"
      ? never
      : Name
    : never;
}[keyof RightsTexts];

async function say(deps: RightsDocumentDeps, texts: RightsTexts, kind: NoticeKind): Promise<Answer> {
  return await plainNotice(deps, { texts, ...texts[kind], status: statusOf[kind] });
}

async function askForAddress(
  deps: RightsDocumentDeps,
  { texts, problem }: { readonly texts: RightsTexts; readonly problem: boolean },
): Promise<Answer> {
  const { ask } = texts;
  const input = element("input", {
    id: "f-email",
    name: "email",
    type: "email",
    dir: "ltr",
    autocomplete: "email",
    required: true,
    "aria-invalid": problem ? "true" : false,
    "aria-describedby": problem ? "f-email-problem" : false,
  });
  const body = [
    element("header", {}, element("h1", {}, ask.title), ...ask.paragraphs.map((text) => element("p", {}, text))),
    element(
      "form",
      { method: "post" },
      element(
        "div",
        { class: problem ? "field bad" : "field" },
        element("label", { for: "f-email" }, ask.label),
        problem ? element("p", { class: "problem", id: "f-email-problem" }, ask.problem) : undefined,
        input,
      ),
      element("button", { type: "submit" }, ask.button),
    ),
  ];
  return await plainDocument(deps, { texts, title: ask.title, body, status: problem ? 422 : 200 });
}

/** The same list for programs: what a person may take along. */
function heldFile(held: readonly HeldAction[]): Answer {
  const actions = held.map(({ campaign, page_organisation, created_at_ms, state, receivers }) => ({
    campaign,
    pageOrganisation: page_organisation,
    signedAt: new Date(created_at_ms).toISOString(),
    confirmed: state === "accepted",
    receivers: receivers.map((one) => ({
      organisation: one.organisation,
      mayWrite: answerOf(one),
    })),
  }));
  return {
    status: 200,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "content-disposition": 'attachment; filename="held.json"',
      "x-robots-tag": "noindex",
    },
    body: `${JSON.stringify({ actions }, undefined, 2)}\n`,
  };
}

interface HeldInput {
  readonly texts: RightsTexts;
  readonly held: readonly HeldAction[];
  readonly problem: boolean;
}

async function showHeld(deps: RightsDocumentDeps, { texts, held, problem }: HeldInput): Promise<Answer> {
  const words = texts.held;
  const body = [
    element("header", {}, element("h1", {}, words.title), element("p", {}, words.text)),
    ...held.map((action) => viewAction(texts, action)),
    element("p", {}, element("a", { href: "?format=json" }, words.save)),
    element(
      "form",
      { method: "post" },
      element("h2", {}, words.deleteTitle),
      ...words.deleteParagraphs.map((text) => element("p", {}, text)),
      problem ? element("p", { class: "problem" }, words.problem) : undefined,
      element("div", { class: "answers" }, viewChoice("yes", words.yes), viewChoice("no", words.no)),
      element("p", {}),
      element("button", { type: "submit" }, words.button),
    ),
  ];
  return await plainDocument(deps, { texts, title: words.title, body, status: problem ? 422 : 200 });
}

/** Nothing is chosen beforehand: deleting is a decision. */
function viewChoice(value: "yes" | "no", label: string): MarkupElement {
  return element(
    "label",
    { class: "answer" },
    element("input", { type: "radio", name: "erase", value, required: true }),
    element("span", {}, label),
  );
}

function viewAction(texts: RightsTexts, action: HeldAction): MarkupElement {
  const words = texts.held;
  const date = new Intl.DateTimeFormat(texts.locale, { dateStyle: "long", timeZone: "UTC" }).format(
    action.created_at_ms,
  );
  const receivers = action.state === "pending" ? [] : action.receivers;
  return element(
    "section",
    {},
    element("h2", {}, isolate(action.campaign)),
    element("p", {}, words.signed({ date, organisation: isolate(action.page_organisation) })),
    action.state === "pending" ? element("p", {}, words.unconfirmed) : undefined,
    element(
      "ul",
      {},
      ...receivers.map((one) => element("li", {}, words.receiver[answerOf(one)](isolate(one.organisation)))),
    ),
    element("p", {}),
  );
}

function answerOf({ optIn, confirmation }: HeldReceiver): keyof RightsTexts["held"]["receiver"] {
  if (optIn === 2) return "not-asked";
  if (optIn === 0 || confirmation === "declined") return "no";
  return confirmation === "awaited" ? "awaited" : "yes";
}

/** Keeps a name of one direction from turning a sentence of the other around. */
function isolate(text: string): string {
  return `\u2068${text}\u2069`;
}
