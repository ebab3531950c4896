/** The whole app: language, session, place, and the models of the screens while somebody is signed in. */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { OrganisationKey } from "@coterie/protocol";
import { type ConsoleModel, createConsoleModel } from "../contacts/console-model.ts";
import { createKeyLogModel, type KeyLogModel } from "../keys/key-log-model.ts";
import { createImportKeyModel, type ImportKeyModel } from "../keys/import-key-model.ts";
import { createKeyWorkshop } from "../keys/key-workshop.ts";
import { type AuditModel, createAuditModel } from "../audit/audit-model.ts";
import { createWebhooksModel, type WebhooksModel } from "../deliveries/webhooks-model.ts";
import { type CommentsModel, createCommentsModel } from "../moderation/comments-model.ts";
import { createOfficeModel, type OfficeModel } from "../office/office-model.ts";
import { createPageSettingsModel, type PageSettingsModel } from "../pages/page-settings-model.ts";
import {
  createRetentionModel,
  createRightsModel,
  type RetentionModel,
  type RightsModel,
} from "../rights/rights-model.ts";
import { createStatisticsModel, type StatisticsModel } from "../statistics/statistics-model.ts";
import { createNewKeyModel, type NewKeyModel } from "../keys/new-key-model.ts";
import {
  type CampaignMailsModel,
  createCampaignMailsModel,
  createPageMailsModel,
  type PageMailsModel,
} from "../mails/mails-model.ts";
import { threadsFor } from "../contacts/opening-pool.ts";
import { webLimits } from "../limits.ts";
import type { Platform } from "../platform/platform.ts";
import { parseRoute, type Route } from "../routes/route.ts";
import { createSessionModel, type SessionModel, type SignedIn } from "../session/session.ts";
import { chooseLocale, isLocaleName, loadTexts } from "../texts/load-texts.ts";
import { createFormats, type Formats } from "../texts/formats.ts";
import type { Locale, Texts } from "../texts/texts.ts";
import { type CampaignsModel, createCampaignsModel } from "./campaigns-model.ts";
import { createPagesModel, type PagesModel } from "./pages-model.ts";
import { createResource, type Resource } from "./resource.ts";

/** The models of one session. They outlive a change of screen, so that what runs goes on. */
export interface ScreenModels {
  readonly session: SignedIn;
  readonly campaigns: CampaignsModel;
  readonly pages: PagesModel;
  readonly keys: Resource<readonly OrganisationKey[]>;
  readonly keyLog: KeyLogModel;
  /** The mails of a page; the same model each time, so that what was typed outlives a look elsewhere. */
  readonly pageMails: (pageId: string) => PageMailsModel;
  readonly campaignMails: (campaignId: string) => CampaignMailsModel;
  readonly pageSettings: (pageId: string) => PageSettingsModel;
  readonly statistics: StatisticsModel;
  readonly comments: CommentsModel;
  readonly webhooks: WebhooksModel;
  readonly audit: AuditModel;
  readonly office: OfficeModel;
  readonly rights: RightsModel;
  readonly retention: (campaignId: string) => RetentionModel;
  readonly console: ConsoleModel;
  /** A key in the making. */
  readonly newKey: ReadonlySignal<NewKeyModel>;
  readonly importKey: ReadonlySignal<ImportKeyModel>;
  /** Begins a new key, or a new import, where the one before is done. */
  readonly renewKeyModels: () => void;
}

/** The app. */
export interface AppModel {
  readonly platform: Platform;
  readonly texts: ReadonlySignal<Texts>;
  readonly formats: ReadonlySignal<Formats>;
  readonly route: ReadonlySignal<Route>;
  readonly session: SessionModel;
  readonly screens: ReadonlySignal<ScreenModels | undefined>;
  readonly setLocale: (locale: Locale) => Promise<void>;
  readonly goTo: (hash: string) => void;
}

const localeName = "coterie.locale";

/** The app, with its texts loaded and a session resumed where this tab had one. */
export async function startApp(platform: Platform, { hash }: { readonly hash: string }): Promise<AppModel> {
  const remembered = platform.lastingStore.load(localeName) ?? "";
  const locale = isLocaleName(remembered) ? remembered : chooseLocale(platform.languages);
  const texts = signal(await loadTexts(locale));
  const route = signal(parseRoute(hash));
  const session = createSessionModel(platform);
  await session.resume();
  return {
    platform,
    texts,
    formats: computed(() => createFormats(texts.value.locale)),
    route,
    session,
    screens: computed(() => {
      const { value } = session.state;
      return value.kind === "signed-in" ? createScreenModels(platform, value.session) : undefined;
    }),
    async setLocale(chosen) {
      texts.value = await loadTexts(chosen);
      platform.lastingStore.save(localeName, chosen);
    },
    goTo(address) {
      route.value = parseRoute(address);
    },
  };
}

function createScreenModels(platform: Platform, session: SignedIn): ScreenModels {
  const workshop = createKeyWorkshop({ startWorker: platform.startKeyWorker });
  const saveFile = ({ name, text }: { readonly name: string; readonly text: string }): void => {
    platform.saveBlob({ name, content: new Blob([text], { type: "application/json" }) });
  };
  const keyLog = createKeyLogModel({ session, workshop, store: platform.lastingStore });
  const activation = { session, workshop, changeLog: keyLog.change };
  const makeNewKey = (): NewKeyModel => createNewKeyModel({ ...activation, random: platform.random, saveFile });
  const makeImport = (): ImportKeyModel => createImportKeyModel(activation);
  const newKey = signal(makeNewKey());
  const importKey = signal(makeImport());
  const { organisations } = session;
  const loadWidgetAssets = (): Promise<unknown> => platform.loadJson("/widget/assets.json");
  const pages = createPagesModel({ organisations, loadWidgetAssets });
  const { settings, moderation } = session;
  return {
    session,
    campaigns: createCampaignsModel(session),
    pages,
    pageSettings: oneEach((pageId) =>
      createPageSettingsModel({ settings, moderation, reloadPages: pages.list.reload }, pageId),
    ),
    statistics: createStatisticsModel(session),
    comments: createCommentsModel(session),
    webhooks: createWebhooksModel(session),
    audit: createAuditModel({ session, workshop, store: platform.lastingStore }),
    office: createOfficeModel(session),
    rights: createRightsModel(session),
    retention: oneEach((campaignId) => createRetentionModel(session, campaignId)),
    keys: createResource(async () => (await organisations.listPublicKeys({})).keys),
    keyLog,
    pageMails: oneEach((pageId) => createPageMailsModel(session, pageId)),
    campaignMails: oneEach((campaignId) => createCampaignMailsModel(session, campaignId)),
    console: createConsoleModel({
      session,
      workshop,
      startOpeningWorker: platform.startOpeningWorker,
      threads: threadsFor(platform.processors, webLimits.openingThreads),
      now: platform.now,
      wait: platform.wait,
      saveBlob: platform.saveBlob,
    }),
    newKey,
    importKey,
    renewKeyModels() {
      if (newKey.peek().state.peek().kind === "done") newKey.value = makeNewKey();
      if (importKey.peek().state.peek().kind === "done") importKey.value = makeImport();
    },
  };
}

/** The same model for the same id. */
function oneEach<Model>(make: (id: string) => Model): (id: string) => Model {
  const modelById = new Map<string, Model>();
  return (id) => {
    const model = modelById.get(id) ?? make(id);
    modelById.set(id, model);
    return model;
  };
}
