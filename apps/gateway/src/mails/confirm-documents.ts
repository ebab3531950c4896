/**
 * `/c/<token>`: where the links of mails lead (docs/protocol/mails.md §4). GET and HEAD show a question and change nothing, since
 * scanners of mails follow every link; the answer is a posted form.
 */
import { element } from "@coterie/actions/form";
import type { IncomingMessage } from "node:http";
import type { GatewayDeps } from "../deps.ts";
import { type Answer } from "../http/answer.ts";
import type { StaticFiles } from "../http/static-files.ts";
import { unexpectedError } from "../log/log.ts";
import { type ConfirmAddressDeps, confirmAddress, showConfirmAddress } from "../notices/confirm-address.ts";
import { plainDocument, plainNotice, requestLocale } from "../pages/plain-document.ts";
import { decide, type Decision } from "./decide.ts";
import { mailTextsOf } from "./texts/catalogue.ts";
import type { MailTexts } from "./texts/texts.ts";
import { findToken, type FoundToken, hashToken } from "./tokens.ts";

/** What the documents need. */
export interface ConfirmDeps extends ConfirmAddressDeps, Pick<GatewayDeps, "pool" | "primitives" | "log"> {
  readonly files: StaticFiles;
}

/** A request for `/c/<text>`. */
export interface ConfirmRequest {
  readonly text: string;
  readonly request: IncomingMessage;
}

/** The question that a link asks. */
export async function showConfirm(deps: ConfirmDeps, { text, request }: ConfirmRequest): Promise<Answer> {
  const hash = hashToken(deps.primitives, text);
  const token = hash === undefined ? undefined : await findToken(deps.pool, { hash, nowMs: deps.now() });
  if (token === undefined) {
    const address = hash === undefined ? undefined : await showConfirmAddress(deps, hash);
    return address ?? (await invalid(deps, request));
  }
  if (token.outcome !== null) return await answered(deps, token);
  const texts = mailTextsOf(token.locale);
  const { title, text: question, button } = texts.decisions[token.purpose];
  const body = [
    element("header", {}, element("h1", {}, title(factsOf(token)))),
    // Posted to its own address: the token is in the path, and in no field.
    element(
      "form",
      { method: "post" },
      element("p", {}, question(factsOf(token))),
      element("button", { type: "submit" }, button),
    ),
  ];
  return await plainDocument(deps, { texts, title: title(factsOf(token)), body, status: 200 });
}

/** The answer. */
export async function postConfirm(deps: ConfirmDeps, { text, request }: ConfirmRequest): Promise<Answer> {
  const hash = hashToken(deps.primitives, text);
  if (hash === undefined) return await invalid(deps, request);
  let decision: Decision;
  let address: Answer | undefined;
  try {
    decision = await decide(deps, { hash });
    address = decision.kind === "invalid" ? await confirmAddress(deps, hash) : undefined;
  } catch (error) {
    deps.log(unexpectedError(error));
    const texts = textsFor(request);
    return await plainNotice(deps, { texts, title: texts.unavailableTitle, text: texts.unavailableText, status: 503 });
  }
  if (decision.kind === "invalid") return address ?? (await invalid(deps, request));
  if (decision.kind === "answered") return await answered(deps, decision.token);
  const { token } = decision;
  const texts = mailTextsOf(token.locale);
  const { doneTitle, doneText } = texts.decisions[token.purpose];
  return await plainNotice(deps, { texts, title: doneTitle, text: doneText(factsOf(token)), status: 200 });
}

async function answered(deps: ConfirmDeps, { locale, outcome }: FoundToken): Promise<Answer> {
  const texts = mailTextsOf(locale);
  const text = outcome === "confirmed" ? texts.answeredConfirmed : texts.answeredRejected;
  return await plainNotice(deps, { texts, title: texts.answeredTitle, text, status: 200 });
}

/** Unknown, expired and mistyped look alike. */
async function invalid(deps: ConfirmDeps, request: IncomingMessage): Promise<Answer> {
  const texts = textsFor(request);
  return await plainNotice(deps, { texts, title: texts.invalidTitle, text: texts.invalidText, status: 404 });
}

/** Where nothing is known of the page, the browser's first language. */
function textsFor(request: IncomingMessage): MailTexts {
  return mailTextsOf(requestLocale(request));
}

function factsOf(token: FoundToken): { readonly campaign: string; readonly organisation: string } {
  const isolate = (text: string): string => `\u2068${text}\u2069`;
  return { campaign: isolate(token.campaign), organisation: isolate(token.organisation ?? token.page_organisation) };
}
