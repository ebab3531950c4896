/** What an organisation may decide about mails, with its token. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ConnectRouter, ServiceImpl } from "@connectrpc/connect";
import { MailKind as WireKind, MailService, type PageMails, type PageMailsSchema } from "@coterie/protocol";
import type { MailKind } from "../db/mail-schema.ts";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";
import { parseId } from "../ids.ts";
import type { Authentication } from "../organisations/authentication.ts";
import type { Pages } from "../pages/page-truth.ts";
import { type MailKeys } from "./mail-keys.ts";
import {
  loadCampaignMails,
  loadPageMails,
  type PageMailSettings,
  parseMailText,
  saveCampaignMails,
  savePageMails,
} from "./page-mails.ts";
import { previewMail } from "./preview.ts";

/** What the service needs. */
export interface MailServiceDeps extends Pick<GatewayDeps, "db" | "random" | "now"> {
  readonly authentication: Authentication;
  readonly pages: Pages;
  readonly origin: () => string;
  readonly mailKeys: MailKeys;
  /** Whether a mail server is configured: without, nothing that needs mails can be turned on. */
  readonly canSend: boolean;
}

type Methods = ServiceImpl<typeof MailService>;

/** Adds the service. */
export function registerMailService(router: ConnectRouter, deps: MailServiceDeps): void {
  router.service(MailService, { ...pageMethods(deps), ...campaignMethods(deps) });
}

function pageMethods(deps: MailServiceDeps): Pick<Methods, "getPageMails" | "setPageMails" | "previewMail"> {
  const { requireOrganisation } = deps.authentication;
  return {
    getPageMails: async (request, context) => {
      const { organisationId } = await requireOrganisation(context);
      const settings = await loadPageMails(deps, { organisationId, pageId: parseId("cpag", request.pageId) });
      return { mails: toPageMailsMessage(settings), canSend: deps.canSend };
    },
    setPageMails: async ({ pageId, mails }, context) => {
      const caller = await requireOrganisation(context);
      if (mails === undefined) throw new RefusedError("invalid");
      const settings = fromPageMailsMessage(mails);
      if (settings.confirm_supporter || settings.confirm_newsletter || settings.thank_you) requireServer(deps);
      const saved = await savePageMails(deps, { caller, pageId: parseId("cpag", pageId), settings });
      deps.pages.forget();
      return { mails: toPageMailsMessage(saved) };
    },
    previewMail: async ({ pageId, kind }, context) => {
      const { organisationId } = await requireOrganisation(context);
      const name = { organisationId, pageId: parseId("cpag", pageId) };
      const { texts } = await loadPageMails(deps, name);
      const chosen = fromKindMessage(kind);
      const page = await deps.pages.find({ id: name.pageId });
      if (page === undefined) throw new RefusedError("not-found");
      return previewMail(deps, { page, kind: chosen, own: texts.find((text) => text.kind === chosen) });
    },
  };
}

function campaignMethods(deps: MailServiceDeps): Pick<Methods, "getCampaignMails" | "setCampaignMails"> {
  const { requireOrganisation } = deps.authentication;
  return {
    getCampaignMails: async ({ campaignId }, context) => {
      const { organisationId } = await requireOrganisation(context);
      const settings = await loadCampaignMails(deps, { organisationId, campaignId: parseId("ccam", campaignId) });
      return {
        mails: { confirmSupporter: settings.confirm_supporter, confirmNewsletter: settings.confirm_newsletter },
      };
    },
    setCampaignMails: async ({ campaignId, mails }, context) => {
      const caller = await requireOrganisation(context);
      if (mails === undefined) throw new RefusedError("invalid");
      const settings = { confirm_supporter: mails.confirmSupporter, confirm_newsletter: mails.confirmNewsletter };
      if (settings.confirm_supporter || settings.confirm_newsletter) requireServer(deps);
      await saveCampaignMails(deps, { caller, campaignId: parseId("ccam", campaignId), settings });
      deps.pages.forget();
      return { mails };
    },
  };
}

function requireServer({ canSend }: MailServiceDeps): void {
  if (!canSend) throw new RefusedError("unavailable");
}

const kindMessage: { readonly [Kind in MailKind]: WireKind } = {
  "confirm-supporter": WireKind.CONFIRM_SUPPORTER,
  "confirm-newsletter": WireKind.CONFIRM_NEWSLETTER,
  "thank-you": WireKind.THANK_YOU,
  reminder: WireKind.REMINDER,
};

const kindByMessage: ReadonlyMap<WireKind, MailKind> = new Map([
  [WireKind.CONFIRM_SUPPORTER, "confirm-supporter"],
  [WireKind.CONFIRM_NEWSLETTER, "confirm-newsletter"],
  [WireKind.THANK_YOU, "thank-you"],
  [WireKind.REMINDER, "reminder"],
]);

function fromKindMessage(kind: WireKind): MailKind {
  const known = kindByMessage.get(kind);
  if (known === undefined) throw new RefusedError("invalid");
  return known;
}

const hourMs = 3_600_000;

function toPageMailsMessage(settings: PageMailSettings): MessageInitShape<typeof PageMailsSchema> {
  return {
    confirmSupporter: settings.confirm_supporter,
    confirmNewsletter: settings.confirm_newsletter,
    thankYou: settings.thank_you,
    reminders: settings.reminders,
    reminderAfterHours: settings.reminder_after_ms / hourMs,
    texts: settings.texts.map(({ kind, subject, intro }) => ({ kind: kindMessage[kind], subject, intro })),
  };
}

function fromPageMailsMessage(mails: PageMails): PageMailSettings {
  return {
    confirm_supporter: mails.confirmSupporter,
    confirm_newsletter: mails.confirmNewsletter,
    thank_you: mails.thankYou,
    reminders: mails.reminders,
    reminder_after_ms: (mails.reminderAfterHours === 0 ? 48 : mails.reminderAfterHours) * hourMs,
    texts: mails.texts.map(({ kind, subject, intro }) =>
      parseMailText({ kind: fromKindMessage(kind), subject, intro }),
    ),
  };
}
