/** The gateway's description of a page, read strictly into the view that the form is drawn from. */
import { type ActionPageView, isFormSchemaId, type ReceiverView, type SealingMode } from "@coterie/actions";
import { MalformedAnswerError } from "./errors.ts";
import { widgetLimits } from "./limits.ts";
import {
  memberOf,
  readBytesList,
  readBytes,
  readCount,
  readFlag,
  readList,
  readObject,
  readText,
  readTexts,
} from "./read-json.ts";

/** A page and its counter. */
export interface LoadedPage {
  readonly page: ActionPageView;
  readonly counter: number;
  /** Origins that may embed the page; empty: any. */
  readonly embedOrigins: readonly string[];
}

/** Reads `GetPageResponse` in protobuf's JSON. Throws MalformedAnswerError on anything else. */
export function readPageAnswer(answer: unknown): LoadedPage {
  const response = readObject(answer);
  const page = readObject(memberOf(response, "page"));
  return {
    page: readPage(page),
    counter: readCount(response, "counter"),
    embedOrigins: readTexts(page, "embedOrigins"),
  };
}

function readPage(page: Readonly<Record<string, unknown>>): ActionPageView {
  const formSchema = readText(page, "formSchema");
  if (!isFormSchemaId(formSchema)) throw new MalformedAnswerError("a form schema was expected");
  const receivers = readList(page, "receivers").map(readReceiver);
  if (receivers.length === 0 || receivers.length > widgetLimits.receivers)
    throw new MalformedAnswerError("another number of receivers was expected");
  return {
    id: readText(page, "id"),
    name: readText(page, "name"),
    locale: readText(page, "locale"),
    campaignId: readText(page, "campaignId"),
    campaignTitle: readText(page, "campaignTitle"),
    sealing: readSealing(readText(page, "sealing")),
    formSchema,
    requiredFields: readTexts(page, "requiredFields"),
    actionType: readText(page, "actionType"),
    pageOrganisationId: readText(page, "pageOrganisationId"),
    leadOrganisationId: readText(page, "leadOrganisationId"),
    pageDelivers: readFlag(page, "pageDelivers"),
    campaignForcesDelivery: readFlag(page, "campaignForcesDelivery"),
    receivers,
    accepting: readFlag(page, "accepting") && receivers.every(({ publicKey }) => publicKey !== undefined),
    description: readText(page, "description"),
    mail: {
      always: readFlag(page, "wantsMailBox"),
      required: readFlag(page, "requiresMailBox"),
      key: readOptionalKey(page, "mailKey"),
    },
  };
}

function readSealing(name: string): SealingMode {
  if (name === "SEALING_GATEWAY") return "gateway";
  if (name === "SEALING_BROWSER") return "browser";
  throw new MalformedAnswerError("a place of sealing was expected");
}

function readReceiver(value: unknown): ReceiverView {
  const receiver = readObject(value);
  return {
    organisationId: readText(receiver, "organisationId"),
    organisationName: readText(receiver, "organisationName"),
    publicKey: readOptionalKey(receiver, "publicKey"),
    asksOptIn: readFlag(receiver, "asksOptIn"),
    confirmsOptIn: readFlag(receiver, "confirmsOptIn"),
    keyLog: readBytesList(receiver, "keyLog"),
  };
}

function readOptionalKey(
  members: Readonly<Record<string, unknown>>,
  name: string,
): { readonly id: string; readonly public: Uint8Array } | undefined {
  const value = memberOf(members, name);
  if (value === undefined) return undefined;
  const key = readObject(value);
  const bytes = readBytes(key, "public");
  if (bytes.length !== 32) throw new MalformedAnswerError("a public key of 32 bytes was expected");
  return { id: readText(key, "id"), public: bytes };
}
