/**
 * From a page and a person's answers to the contacts that are to be sealed, each with its consent record. Widget and
 * gateway run the same code: the gateway never takes a receiver's word, or the widget's, for who receives.
 */
import { type Bytes, encodeUtf8, equalBytes } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import type { OptIn } from "./coalition.ts";
import { apiWordingId, type ConsentRecord, hashConsentRecord } from "./consent.ts";
import { isLocale } from "./names.ts";
import {
  type ActionPageView,
  type OptInByOrganisation,
  type ReceiverView,
  receiversOfAnswers,
  receivesAnyway,
} from "./page-view.ts";
import { hashWording, pickFormLocale, type WordingId, type Wordings, wordingsOf } from "./wordings.ts";

/** A contact to be made: for whom, and under which consent. */
export interface PlannedContact {
  readonly receiver: ReceiverView;
  readonly consent: ConsentRecord;
  /** SHA-256 of the record: 32 bytes. */
  readonly consentHash: Bytes;
}

/** The outcome of {@link planContacts}. */
export type ContactPlan =
  | { readonly kind: "planned"; readonly contacts: readonly PlannedContact[] }
  | { readonly kind: "invalid"; readonly problem: "missing" | "repeated" | "unexpected" | "malformed" };

/** What a person answered, when, and in which language the sentences stood. */
export interface Answers {
  readonly optIns: OptInByOrganisation;
  /** BCP 47. */
  readonly locale: string;
  readonly givenAtMs: number;
}

/** The sentence that a form shows about an organisation, or undefined where it shows none. */
export function wordingIdFor(page: ActionPageView, receiver: ReceiverView): WordingId | undefined {
  const anyway = receivesAnyway(page, receiver.organisationId);
  if (receiver.asksOptIn) return anyway ? "newsletter/1" : "newsletter-and-receive/1";
  return anyway ? "delivery/1" : undefined;
}

/** One record for every organisation that was asked about or receives. An unanswered question counts as "no". */
export function recordConsents(
  deps: Pick<Primitives, "sha256">,
  { page, answers }: { readonly page: ActionPageView; readonly answers: Answers },
): readonly ConsentRecord[] {
  return recordConsentsIn(deps, { page, answers, wordings: wordingsOf(pickFormLocale(answers.locale)) });
}

/** The same where only the sentences of the answers' language are at hand. */
export function recordConsentsIn(
  { sha256 }: Pick<Primitives, "sha256">,
  {
    page,
    answers,
    wordings,
  }: { readonly page: ActionPageView; readonly answers: Answers; readonly wordings: Wordings },
): readonly ConsentRecord[] {
  const records: ConsentRecord[] = [];
  for (const receiver of page.receivers) {
    const id = wordingIdFor(page, receiver);
    if (id === undefined) continue;
    const locale = pickFormLocale(answers.locale);
    const answer: OptIn = answers.optIns.get(receiver.organisationId) === "yes" ? "yes" : "no";
    records.push({
      organisationId: receiver.organisationId,
      pageId: page.id,
      purpose: receiver.asksOptIn ? "newsletter" : "delivery",
      optIn: receiver.asksOptIn ? answer : "not-asked",
      wordingId: id,
      wordingHash: sha256(encodeUtf8(wordings[id](receiver.organisationName))),
      locale,
      givenAtMs: answers.givenAtMs,
    });
  }
  return records;
}

/** Where consents were asked for: in our form, or in another program that hands them over. */
export type ConsentMethod = "form" | "api";

/** What {@link planContacts} is told. */
export interface PlanInput {
  readonly page: ActionPageView;
  readonly consents: readonly ConsentRecord[];
  /** "form" where absent: then no other record is taken than those of our own sentences. */
  readonly method?: ConsentMethod;
}

/**
 * The contacts that follow from a page and its consent records, after checking that there is exactly the record that the
 * form of this page makes for each organisation: its purpose, its wording, and a hash of the very sentence. Records of the
 * API name the wording `api/1` instead, with the hash of the empty text.
 */
export function planContacts(deps: Pick<Primitives, "sha256">, input: PlanInput): ContactPlan {
  return planFrom(deps, { ...input, isExpected: input.method === "api" ? isApiRecordOf : isRecordOf });
}

/**
 * The contacts that follow from records which were made for this very page, without looking at them again: all that the form's own
 * program needs. Undefined where a receiver has no record.
 */
export function planOwnContacts(
  deps: Pick<Primitives, "sha256">,
  { page, consents }: Omit<PlanInput, "method">,
): readonly PlannedContact[] | undefined {
  const contacts: PlannedContact[] = [];
  const optIns = new Map(consents.map(({ organisationId, optIn }) => [organisationId, optIn]));
  for (const organisationId of receiversOfAnswers(page, optIns)) {
    const receiver = page.receivers.find((candidate) => candidate.organisationId === organisationId);
    const consent = consents.find((candidate) => candidate.organisationId === organisationId);
    if (receiver === undefined || consent === undefined) return undefined;
    contacts.push({ receiver, consent, consentHash: hashConsentRecord(deps, consent) });
  }
  return contacts;
}

interface PlanRule extends Omit<PlanInput, "method"> {
  readonly isExpected: (deps: Pick<Primitives, "sha256">, check: RecordCheck) => boolean;
}

function planFrom(deps: Pick<Primitives, "sha256">, { page, consents, isExpected }: PlanRule): ContactPlan {
  const recordById = new Map(consents.map((record) => [record.organisationId, record]));
  if (recordById.size !== consents.length) return { kind: "invalid", problem: "repeated" };
  let expected = 0;
  for (const receiver of page.receivers) {
    if (wordingIdFor(page, receiver) === undefined) continue;
    expected++;
    const record = recordById.get(receiver.organisationId);
    if (record === undefined) return { kind: "invalid", problem: "missing" };
    if (!isExpected(deps, { page, receiver, record })) return { kind: "invalid", problem: "malformed" };
  }
  if (expected !== consents.length) return { kind: "invalid", problem: "unexpected" };
  const contacts = planOwnContacts(deps, { page, consents });
  if (contacts === undefined) return { kind: "invalid", problem: "missing" };
  return { kind: "planned", contacts };
}

interface RecordCheck {
  readonly page: ActionPageView;
  readonly receiver: ReceiverView;
  readonly record: ConsentRecord;
}

function isRecordOf(deps: Pick<Primitives, "sha256">, { page, receiver, record }: RecordCheck): boolean {
  const id = wordingIdFor(page, receiver);
  if (id === undefined || record.wordingId !== id || record.pageId !== page.id || !isLocale(record.locale))
    return false;
  const answered = record.optIn === "yes" || record.optIn === "no";
  if (record.purpose !== (receiver.asksOptIn ? "newsletter" : "delivery") || answered !== receiver.asksOptIn)
    return false;
  if (!Number.isSafeInteger(record.givenAtMs) || record.givenAtMs < 0) return false;
  const locale = pickFormLocale(record.locale);
  const shown = hashWording(deps, { id, locale, organisationName: receiver.organisationName });
  return record.locale === locale && equalBytes(shown, record.wordingHash);
}

// Who was asked nothing has a record of the delivery itself.
function isApiRecordOf({ sha256 }: Pick<Primitives, "sha256">, { page, receiver, record }: RecordCheck): boolean {
  const answered = record.optIn !== "not-asked";
  if (record.wordingId !== apiWordingId || record.pageId !== page.id || !isLocale(record.locale)) return false;
  if (record.purpose !== (answered ? "newsletter" : "delivery") || (answered && !receiver.asksOptIn)) return false;
  if (!Number.isSafeInteger(record.givenAtMs) || record.givenAtMs < 0) return false;
  return equalBytes(sha256(new Uint8Array(0)), record.wordingHash);
}
