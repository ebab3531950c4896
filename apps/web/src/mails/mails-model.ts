/** What an organisation decides about the mails of one of its pages, and of a campaign that it leads. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { MailKind } from "@coterie/protocol";
import { type Attempt, createAttempt } from "../model/attempt.ts";
import { createResource, type Resource } from "../model/resource.ts";
import type { SignedIn } from "../session/session.ts";

/** The kinds of mails, in the order in which people receive them. */
export const mailKinds = ["confirm-supporter", "reminder", "confirm-newsletter", "thank-you"] as const;

/** One kind. */
export type MailKindName = (typeof mailKinds)[number];

/** An organisation's own words for one kind; "" for the gateway's. */
export interface OwnWords {
  readonly subject: string;
  readonly intro: string;
}

/** The settings of a page. */
export interface PageMailChoices {
  readonly confirmSupporter: boolean;
  readonly confirmNewsletter: boolean;
  readonly thankYou: boolean;
  readonly reminders: number;
  readonly reminderAfterHours: number;
  readonly words: { readonly [Kind in MailKindName]: OwnWords };
}

/** The settings as they are stored. */
export interface StoredPageMails {
  readonly choices: PageMailChoices;
  /** Whether this gateway can send mails at all. */
  readonly canSend: boolean;
}

/** A mail as it would be sent. */
export interface MailPreview {
  readonly kind: MailKindName;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** The mails of one page. */
export interface PageMailsModel {
  readonly stored: Resource<StoredPageMails>;
  readonly save: Attempt<PageMailChoices, void>;
  /** What was stored before the last change, for taking it back. */
  readonly before: ReadonlySignal<PageMailChoices | undefined>;
  readonly preview: Attempt<MailKindName, MailPreview>;
}

const wireKinds: { readonly [Kind in MailKindName]: MailKind } = {
  "confirm-supporter": MailKind.CONFIRM_SUPPORTER,
  reminder: MailKind.REMINDER,
  "confirm-newsletter": MailKind.CONFIRM_NEWSLETTER,
  "thank-you": MailKind.THANK_YOU,
};

/** The mails of the page, not loaded yet. */
export function createPageMailsModel({ mails }: Pick<SignedIn, "mails">, pageId: string): PageMailsModel {
  const before = signal<PageMailChoices | undefined>();
  const stored = createResource(async (): Promise<StoredPageMails> => {
    const { mails: found, canSend } = await mails.getPageMails({ pageId });
    const words = (kind: MailKindName): OwnWords => {
      const own = found?.texts.find((text) => text.kind === wireKinds[kind]);
      return { subject: own?.subject ?? "", intro: own?.intro ?? "" };
    };
    const choices: PageMailChoices = {
      confirmSupporter: found?.confirmSupporter ?? false,
      confirmNewsletter: found?.confirmNewsletter ?? false,
      thankYou: found?.thankYou ?? false,
      reminders: found?.reminders ?? 0,
      reminderAfterHours: found?.reminderAfterHours ?? 48,
      words: {
        "confirm-supporter": words("confirm-supporter"),
        reminder: words("reminder"),
        "confirm-newsletter": words("confirm-newsletter"),
        "thank-you": words("thank-you"),
      },
    };
    return { choices, canSend };
  });
  const preview = createAttempt(async (kind: MailKindName): Promise<MailPreview> => {
    const { subject, text, html } = await mails.previewMail({ pageId, kind: wireKinds[kind] });
    return { kind, subject, text, html };
  });
  return {
    stored,
    before,
    preview,
    save: createAttempt(async (choices) => {
      const { value } = stored.state;
      await mails.setPageMails({ pageId, mails: toWire(choices) });
      before.value = value.kind === "loaded" ? value.value.choices : undefined;
      preview.reset();
      await stored.reload();
    }),
  };
}

function toWire({ words, ...rest }: PageMailChoices): {
  readonly texts: { kind: MailKind; subject: string; intro: string }[];
} & Omit<PageMailChoices, "words"> {
  const texts = mailKinds
    .map((kind) => ({ kind: wireKinds[kind], ...words[kind] }))
    .filter(({ subject, intro }) => subject !== "" || intro !== "");
  return { ...rest, texts };
}

/** What a campaign's leader asks of every page of the campaign. */
export interface CampaignMailChoices {
  readonly confirmSupporter: boolean;
  readonly confirmNewsletter: boolean;
}

/** The mails of the campaigns that the organisation leads. */
export interface CampaignMailsModel {
  readonly stored: Resource<CampaignMailChoices>;
  readonly save: Attempt<CampaignMailChoices, void>;
}

/** The mails of the campaign, not loaded yet. */
export function createCampaignMailsModel({ mails }: Pick<SignedIn, "mails">, campaignId: string): CampaignMailsModel {
  const stored = createResource(async (): Promise<CampaignMailChoices> => {
    const { mails: found } = await mails.getCampaignMails({ campaignId });
    return {
      confirmSupporter: found?.confirmSupporter ?? false,
      confirmNewsletter: found?.confirmNewsletter ?? false,
    };
  });
  return {
    stored,
    save: createAttempt(async (choices) => {
      await mails.setCampaignMails({ campaignId, mails: choices });
      await stored.reload();
    }),
  };
}
