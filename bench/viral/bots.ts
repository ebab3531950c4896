// Programs that hand in what no form would: forged, spoilt, repeated under somebody else's id. Each must be refused.
import { fromJsonString, toJsonString } from "@bufbuild/protobuf";
import { workLimits } from "@coterie/actions/work";
import { generateAgreementKeyPair, randomBytes } from "@coterie/primitives";
import { nodePrimitives as primitives, systemRandom as random } from "@coterie/primitives/node";
import { type ActionPage, Sealing, type SubmitRequest, SubmitRequestSchema } from "@coterie/protocol";
import { deriveKeyId } from "@coterie/sealed-box/seal";
import { newActionId } from "../../apps/gateway/test/support/coalition.ts";
import { makePerson } from "./people.ts";
import { pageKinds } from "./plan.ts";
import { submissionOf } from "./requests.ts";
import { type Work, withWork } from "./work.ts";

export interface BotInput {
  readonly pages: readonly ActionPage[];
  readonly number: number;
  /** The id of somebody's signature. */
  readonly victim: string | undefined;
  /** Work that somebody did for a signature of their own. */
  readonly lastWork: Work | undefined;
}

type Trick = (input: BotInput & { readonly page: ActionPage }) => string;

/** Made at random from the number: which trick, on which page. */
export function makeBotRequest(input: BotInput): { readonly trick: string; readonly body: string } {
  const names = Object.keys(tricks);
  const trick = names[input.number % names.length] ?? "";
  const page = wantsWorkPage.has(trick) ? workPage(input) : pageFor(input, wantsBrowserPage.has(trick));
  return { trick, body: tricks[trick]?.({ ...input, page }) ?? "" };
}

const wantsWorkPage = new Set(["no work", "made-up work", "somebody's work"]);
const wantsBrowserPage = new Set(["own key", "left out", "clear text", "short box"]);

const tricks: Readonly<Record<string, Trick>> = {
  "no JSON": () => '{"actionId":',
  "unknown page": (input) => changed(input, (request) => (request.pageId = `cpag1${"q".repeat(32)}`)),
  "no address": (input) => withPerson(input, { email: "not-an-address" }),
  "another field": (input) => withPerson(input, { isAdmin: "yes" }),
  "no consent": (input) => changed(input, (request) => (request.consents = [])),
  "somebody's id": (input) =>
    changed(input, (request) => {
      // Without anybody to take it from, an id that is none.
      request.actionId = input.victim ?? "cact1";
    }),
  "other wording": (input) =>
    changed(input, (request) => request.consents.forEach((consent) => (consent.wordingId = "opt-in/99"))),
  "clear text": (input) =>
    changed(input, (request) => (request.person = { case: "personJson", value: JSON.stringify(someone(input)) })),
  "no work": (input) => submissionOf({ ...input, ...signer(input) }),
  "made-up work": (input) =>
    withWork(submissionOf({ ...input, ...signer(input) }), {
      challenge: Buffer.from(randomBytes(random, workLimits.challengeBytes)).toString("base64"),
      solution: Buffer.from(randomBytes(random, workLimits.solutionBytes)).toString("base64"),
    }),
  "somebody's work": (input) => {
    const body = submissionOf({ ...input, ...signer(input) });
    return input.lastWork === undefined ? body : withWork(body, input.lastWork);
  },
  "own key": (input) => submissionOf({ ...input, page: withOwnKey(input.page), ...signer(input) }),
  "left out": (input) =>
    changed(input, (request) => {
      if (request.person.case === "sealed") request.person.value.contacts = [];
    }),
  "short box": (input) =>
    changed(input, (request) => {
      if (request.person.case === "sealed")
        request.person.value.contacts.forEach((contact) => (contact.payload = contact.payload.slice(1)));
    }),
};

function workPage({ pages }: BotInput): ActionPage {
  const page = pages[pageKinds.findIndex(({ asksWork }) => asksWork)];
  if (page === undefined) throw new Error("no page for bots");
  return page;
}

/** Of the pages that ask for no work, so that a trick is refused for what it is. */
function pageFor({ pages, number }: BotInput, browser: boolean): ActionPage {
  const fitting = pages.filter(
    ({ sealing }, kind) => (sealing === Sealing.BROWSER) === browser && !(pageKinds[kind]?.asksWork ?? true),
  );
  const page = fitting[Math.floor(number / 16) % fitting.length];
  if (page === undefined) throw new Error("no page for bots");
  return page;
}

function someone({ number }: BotInput): object {
  return makePerson(1_000_000_000 + number, { bounces: false }).fields;
}

function signer({ number }: BotInput): Pick<Parameters<typeof submissionOf>[0], "supporter" | "actionId"> {
  const { fields, ...names } = makePerson(1_000_000_000 + number, { bounces: false });
  return { supporter: { number, person: fields, ...names }, actionId: newActionId() };
}

function changed(input: BotInput & { readonly page: ActionPage }, change: (request: SubmitRequest) => unknown): string {
  const request = fromJsonString(SubmitRequestSchema, submissionOf({ page: input.page, ...signer(input) }));
  change(request);
  return toJsonString(SubmitRequestSchema, request);
}

function withPerson(input: BotInput & { readonly page: ActionPage }, fields: object): string {
  const value = JSON.stringify({ ...someone(input), ...fields });
  return changed(input, (request) => (request.person = { case: "personJson", value }));
}

/** Seals to a key of the bot's own, as whoever replaces keys in a page would have it. */
function withOwnKey(page: ActionPage): ActionPage {
  const { publicKey } = generateAgreementKeyPair(primitives, random);
  const receivers = page.receivers.map((receiver) =>
    receiver.publicKey === undefined
      ? receiver
      : {
          ...receiver,
          publicKey: { ...receiver.publicKey, id: deriveKeyId(primitives, publicKey), public: publicKey },
        },
  );
  return { ...page, receivers };
}
