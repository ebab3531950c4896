/** The organisation's own matters: its name, notices to its staff, the addresses that get them, and its tokens. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { AuditEvent, NoticeAddress, Token } from "@coterie/protocol";
import { type Attempt, createAttempt } from "../model/attempt.ts";
import { createResource, type Resource } from "../model/resource.ts";
import type { SignedIn } from "../session/session.ts";

/** Name and language. */
export interface OwnSettings {
  readonly title: string;
  readonly locale: string;
}

/** Addresses, and whether mails can be sent to them at all. */
export interface NoticeAddresses {
  readonly addresses: readonly NoticeAddress[];
  readonly canSend: boolean;
}

/** The notices. */
export interface NoticesModel {
  readonly list: Resource<readonly AuditEvent[]>;
  readonly dismiss: Attempt<readonly AuditEvent[], void>;
}

/** The addresses. */
export interface AddressesModel {
  readonly list: Resource<NoticeAddresses>;
  readonly add: Attempt<string, string>;
  readonly remove: Attempt<NoticeAddress, string>;
}

/** The tokens. */
export interface TokensModel {
  readonly list: Resource<readonly Token[]>;
  readonly make: Attempt<string, void>;
  /** The secret that was made last, until it is hidden. */
  readonly made: ReadonlySignal<string | undefined>;
  readonly hide: () => void;
  readonly revoke: Attempt<Token, string>;
}

/** Name and language. */
export interface SettingsModel {
  readonly stored: Resource<OwnSettings>;
  readonly save: Attempt<OwnSettings, void>;
  /** What was stored before the last change. */
  readonly before: ReadonlySignal<OwnSettings | undefined>;
}

/** All of it. */
export interface OfficeModel {
  readonly notices: NoticesModel;
  readonly addresses: AddressesModel;
  readonly tokens: TokensModel;
  readonly settings: SettingsModel;
}

type OfficeDeps = Pick<SignedIn, "notices" | "settings">;

/** Nothing of it is loaded yet. */
export function createOfficeModel(deps: OfficeDeps): OfficeModel {
  return {
    notices: createNotices(deps),
    addresses: createAddresses(deps),
    tokens: createTokens(deps),
    settings: createSettings(deps),
  };
}

function createNotices({ notices }: OfficeDeps): NoticesModel {
  const list = createResource(async () => (await notices.listNotices({})).notices);
  return {
    list,
    dismiss: createAttempt(async (events) => {
      await notices.dismissNotices({ seqs: events.map(({ seq }) => seq) });
      await list.reload();
    }),
  };
}

function createAddresses({ notices }: OfficeDeps): AddressesModel {
  const list = createResource(async (): Promise<NoticeAddresses> => {
    const { addresses, canSend } = await notices.listNoticeAddresses({});
    return { addresses, canSend };
  });
  return {
    list,
    add: createAttempt(async (email) => {
      await notices.addNoticeAddress({ email });
      await list.reload();
      return email;
    }),
    remove: createAttempt(async ({ id, email }) => {
      await notices.removeNoticeAddress({ id });
      await list.reload();
      return email;
    }),
  };
}

function createTokens({ settings }: OfficeDeps): TokensModel {
  const made = signal<string | undefined>();
  const list = createResource(async () => (await settings.listTokens({})).tokens);
  return {
    list,
    made,
    make: createAttempt(async (label) => {
      made.value = (await settings.makeToken({ label })).secret;
      await list.reload();
    }),
    hide() {
      made.value = undefined;
    },
    revoke: createAttempt(async ({ id, label }) => {
      await settings.revokeToken({ id });
      await list.reload();
      return label;
    }),
  };
}

function createSettings({ settings }: OfficeDeps): SettingsModel {
  const before = signal<OwnSettings | undefined>();
  const stored = createResource(async (): Promise<OwnSettings> => {
    const { organisation, locale } = await settings.getSettings({});
    return { title: organisation?.title ?? "", locale };
  });
  return {
    stored,
    before,
    save: createAttempt(async (wanted) => {
      const { value } = stored.state;
      await settings.updateOrganisation({ title: wanted.title, locale: wanted.locale });
      before.value = value.kind === "loaded" ? value.value : undefined;
      await stored.reload();
    }),
  };
}
