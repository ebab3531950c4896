/**
 * Answering questions of persons by mail (docs/protocol/rights.md §5): who has actions here gets a link, who has none gets nothing. The
 * mail goes to the address in the spelling that fingerprints are made of, not as it was typed: of two addresses that look alike to us,
 * none can ask for the other.
 */
import { encodeHex } from "@coterie/bytes";
import { canonicalEmail } from "../counting/canonical-email.ts";
import type { GatewayDeps } from "../deps.ts";
import { unexpectedError } from "../log/log.ts";
import type { LetterChannel, SendLetters } from "../mails/letters.ts";
import { createViewRenderer, type MailView, type RenderedMail } from "../mails/render-mail.ts";
import { generateTokenText } from "../mails/tokens.ts";
import { mailTextsOf } from "../mails/texts/catalogue.ts";
import { sendTimeoutMs } from "../mails/transport.ts";
import { allCampaigns, findActions } from "./find-actions.ts";
import {
  type ClaimedRequest,
  claimRequests,
  dropRequest,
  openRequest,
  type RequestDeps,
  requestLifeMs,
} from "./rights-requests.ts";
import { dropRightsToken, rightsTokenLifeMs, storeRightsToken } from "./rights-tokens.ts";
import { rightsTextsOf } from "./texts/catalogue.ts";

/** What answering needs. */
export interface RightsLettersDeps extends GatewayDeps, Pick<RequestDeps, "mailKeys"> {
  /** This gateway's origin as others reach it. */
  readonly origin: () => string;
}

const claimedAtOnce = 10;
// All of them one after the other, each as slow as can be.
const leaseMs = (claimedAtOnce + 1) * sendTimeoutMs;
const mostActions = 1000;

/** Sends what is due. */
export function createRightsLetters(deps: RightsLettersDeps): SendLetters {
  const render = createViewRenderer();
  return async (channel) => {
    for (;;) {
      const claimed = await claimRequests(deps, { leaseMs, most: claimedAtOnce });
      for (const request of claimed) await answerOrLog(deps, { request, channel, render });
      if (claimed.length < claimedAtOnce) return;
    }
  };
}

interface Answering {
  readonly request: ClaimedRequest;
  readonly channel: LetterChannel;
  readonly render: (view: MailView) => RenderedMail;
}

/** One that fails unexpectedly is tried again when its lease ends; it does not stop the others. */
async function answerOrLog(deps: RightsLettersDeps, answering: Answering): Promise<void> {
  try {
    const isDone = await answer(deps, answering);
    if (isDone) await dropRequest(deps, answering.request.id);
  } catch (error) {
    deps.log(unexpectedError(error));
  }
}

/** Whether nothing more is to be done about the question. */
async function answer(deps: RightsLettersDeps, { request, channel, render }: Answering): Promise<boolean> {
  const nowMs = deps.now();
  if (request.created_at_ms + requestLifeMs <= nowMs) return true;
  const typed = await openRequest(deps, request);
  const to = typed === undefined ? undefined : canonicalEmail(typed);
  if (to === undefined) return true;
  const scopes = await allCampaigns(deps.pool);
  const actionIds = await findActions({ ...deps, client: deps.pool }, { email: to, scopes });
  if (actionIds.length === 0 || !channel.addressLimits.take(to)) return true;
  const { text, hash } = generateTokenText(deps);
  const expiresAtMs = nowMs + rightsTokenLifeMs;
  const { locale } = request;
  // Stored before it is sent: a link in somebody's mailbox works.
  await storeRightsToken(deps.pool, {
    token_hash: hash,
    action_ids: actionIds.slice(0, mostActions),
    locale,
    expires_at_ms: expiresAtMs,
  });
  const outcome = await channel.transport.send({
    messageId: `<${encodeHex(request.id)}@${channel.domain}>`,
    to,
    fromName: hostOf(deps),
    returnPath: undefined,
    ...render(viewLetter(deps, { locale, link: `${deps.origin()}/rights/${text}`, expiresAtMs })),
  });
  if (outcome.kind === "accepted") return true;
  deps.log({ event: "mail-not-taken", outcome: outcome.kind, code: "code" in outcome ? outcome.code : "none" });
  if (outcome.kind === "bounced" || outcome.answered) await dropRightsToken(deps.pool, hash);
  return outcome.kind === "bounced" || outcome.kind === "refused";
}

function viewLetter(
  deps: RightsLettersDeps,
  { locale, link, expiresAtMs }: { readonly locale: string; readonly link: string; readonly expiresAtMs: number },
): MailView {
  const mailTexts = mailTextsOf(locale);
  const { mail } = rightsTextsOf(locale);
  const host = hostOf(deps);
  // Without seconds, which say nothing, but with the zone.
  const time = new Intl.DateTimeFormat(mailTexts.locale, {
    year: "numeric",
    month: "long",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
    timeZoneName: "short",
    timeZone: "UTC",
  });
  return {
    texts: mailTexts,
    start: mailTexts.direction === "rtl" ? "right" : "left",
    subject: mail.subject(host),
    organisation: host,
    greeting: mailTexts.greetingWithoutName,
    paragraphs: mail.paragraphs(`\u2068${host}\u2069`),
    button: mail.button,
    link,
    notes: [mailTexts.expires(time.format(expiresAtMs)), mail.notYou],
    reject: undefined,
    footer: mail.footer,
    rights: undefined,
  };
}

function hostOf({ origin }: RightsLettersDeps): string {
  return new URL(origin()).host;
}
