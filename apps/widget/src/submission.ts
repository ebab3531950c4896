/** From a valid person and their answers to the request, in one of few sizes. */
import {
  type ActionPageView,
  type Answers,
  type ConsentRecord,
  paddingFor,
  type Person,
  planOwnContacts,
  recordConsentsIn,
  type Tracking,
  type Wordings,
} from "@coterie/actions";
import { encodeBase64Url, encodeUtf8 } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import type { ConsentJson, MailBoxJson, OptInJson, SealedPersonJson, SubmitRequestJson } from "@coterie/protocol";
import { MalformedAnswerError, UnpinnedKeyError } from "./errors.ts";
import type { MailBoxInput } from "./mail-box.ts";
import type { Pins } from "./pins.ts";
import type { SealPersonInput } from "./seal-person.ts";

/** What encoding a submission needs. */
export interface SubmissionDeps extends Pick<Primitives, "sha256"> {
  /** Undefined where only pages that seal at the gateway are served: then no other page is. */
  readonly sealPerson: ((input: SealPersonInput) => Promise<SealedPersonJson>) | undefined;
  /** Undefined with `sealPerson`. */
  readonly makeMailBox?: ((input: MailBoxInput) => Promise<MailBoxJson | undefined>) | undefined;
}

/** What is handed in. */
export interface SubmissionInput {
  readonly page: ActionPageView;
  readonly actionId: string;
  readonly person: Person;
  readonly answers: Answers;
  /** The sentences that stood in the form, in the answers' language. */
  readonly wordings: Wordings;
  readonly tracking: Tracking;
  /** Undefined where the gateway seals. */
  readonly pins: Pins | undefined;
}

/**
 * The body of `ActionService/Submit` as JSON. Where the page seals in the browser, the person is in it only sealed. Its
 * length is one of `actionLimits.requestSizesBytes`.
 * @throws UnpinnedKeyError where a receiver's key is not pinned, or no pins were given for a page that seals in the browser
 */
export async function encodeSubmission(deps: SubmissionDeps, input: SubmissionInput): Promise<string> {
  const { page, actionId, person, answers, tracking } = input;
  const consents = recordConsentsIn(deps, { page, answers, wordings: input.wordings });
  const request: SubmitRequestJson = {
    actionId,
    pageId: page.id,
    tracking,
    consents: consents.map(consentToJson),
    ...(page.sealing === "gateway" ? { personJson: JSON.stringify(person) } : await sealed(deps, { input, consents })),
    padding: "",
  };
  const bare = encodeUtf8(JSON.stringify(request)).length;
  return JSON.stringify({ ...request, padding: " ".repeat(paddingFor(bare)) });
}

async function sealed(
  deps: SubmissionDeps,
  { input, consents }: { readonly input: SubmissionInput; readonly consents: readonly ConsentRecord[] },
): Promise<Pick<SubmitRequestJson, "sealed" | "mailBox">> {
  if (deps.sealPerson === undefined || input.pins === undefined) throw new UnpinnedKeyError("there are no pinned keys");
  const contacts = planOwnContacts(deps, { page: input.page, consents });
  if (contacts === undefined) throw new MalformedAnswerError("the page's receivers do not fit its rule");
  const { pins } = input;
  const mailBox = await deps.makeMailBox?.({ ...input, optIns: input.answers.optIns, pins });
  const person = await deps.sealPerson({ ...input, contacts, pins });
  return { sealed: person, ...(mailBox === undefined ? {} : { mailBox }) };
}

const optInNames: { readonly [Answer in ConsentRecord["optIn"]]: OptInJson } = {
  yes: "OPT_IN_YES",
  no: "OPT_IN_NO",
  "not-asked": "OPT_IN_NOT_ASKED",
};

function consentToJson(record: ConsentRecord): ConsentJson {
  return {
    organisationId: record.organisationId,
    purpose: record.purpose,
    optIn: optInNames[record.optIn],
    wordingId: record.wordingId,
    wordingHash: encodeBase64Url(record.wordingHash),
    locale: record.locale,
    givenAtMs: String(record.givenAtMs),
  };
}
