/** What a catalogue of texts holds. Typed, so that a language that lacks a text does not compile. */
import type { FieldPath } from "@coterie/actions";
import type { ProblemCode } from "../errors.ts";
import type { PassphraseStrength } from "../keys/passphrase-strength.ts";
import type { ScreenName } from "../routes/route.ts";
import type { TokenForm } from "../session/token-form.ts";
import type { ModerationTexts } from "./moderation-texts.ts";
import type { DeliveryTexts } from "./delivery-texts.ts";
import type { AuditTexts } from "./audit-texts.ts";
import type { OfficeTexts } from "./office-texts.ts";
import type { RightsTexts } from "./rights-texts.ts";
import type { PageSettingsTexts } from "./page-settings-texts.ts";
import type { StatisticsTexts } from "./statistics-texts.ts";
import type { KeyLogTexts } from "./key-log-texts.ts";
import type { MailTexts } from "./mail-texts.ts";

/** The languages of these pages. */
export type Locale = "en" | "fr" | "pl" | "ar";

/** Texts of signing in. */
export interface SignInTexts {
  readonly title: string;
  readonly introduction: string;
  readonly token: string;
  readonly tokenHint: string;
  readonly submit: string;
  readonly busy: string;
  readonly signOut: string;
  readonly forms: { readonly [Form in Exclude<TokenForm, "token">]: string };
  readonly refused: string;
  readonly changedTitle: string;
  readonly changed: string;
  readonly pinnedKey: string;
  readonly shownKey: string;
  readonly acceptTitle: string;
  readonly acceptLabel: string;
  readonly accept: string;
  readonly acceptWrong: string;
}

/** Texts of the overview. */
export interface OverviewTexts {
  readonly id: string;
  readonly idHint: string;
  readonly signingKey: string;
  readonly signingKeyHint: string;
  readonly signatures: string;
  readonly campaigns: string;
  readonly pages: string;
  readonly nextTitle: string;
  readonly nextKey: string;
  readonly nextCampaign: string;
  readonly nextPage: string;
  readonly nextContacts: string;
  readonly done: string;
  readonly toDo: string;
}

/** Texts of the campaigns. */
export interface CampaignTexts {
  readonly introduction: string;
  readonly none: string;
  readonly open: string;
  readonly closed: string;
  readonly leads: string;
  readonly takesPart: string;
  readonly close: (title: string) => string;
  readonly reopen: (title: string) => string;
  readonly closeShort: string;
  readonly reopenShort: string;
  readonly signatures: (count: string, quantity: number) => string;
  readonly createTitle: string;
  readonly title: string;
  readonly name: string;
  readonly nameHint: string;
  readonly form: string;
  readonly forms: { readonly basic: string; readonly eci: string };
  readonly forces: string;
  readonly forcesHint: string;
  readonly create: string;
  readonly created: (title: string) => string;
  readonly opened: (title: string) => string;
  readonly wasClosed: (title: string) => string;
  readonly partnerTitle: string;
  readonly partnerHint: string;
  readonly partnerId: string;
  readonly allow: string;
  readonly allowed: string;
  readonly partnerMalformed: string;
}

/** Texts of the action pages. */
export interface PageTexts {
  readonly introduction: string;
  readonly none: string;
  readonly needsCampaign: string;
  readonly createTitle: string;
  readonly campaign: string;
  readonly name: string;
  readonly nameHint: string;
  readonly language: string;
  readonly description: string;
  readonly descriptionHint: string;
  readonly sealingTitle: string;
  readonly browser: string;
  readonly browserHint: string;
  readonly gateway: string;
  readonly gatewayHint: string;
  readonly required: string;
  readonly requiredHint: string;
  readonly delivers: string;
  readonly deliversHint: string;
  readonly origins: string;
  readonly originsHint: string;
  readonly create: string;
  readonly created: (name: string) => string;
  readonly accepting: string;
  readonly notAccepting: string;
  readonly notAcceptingHint: string;
  readonly openPage: string;
  readonly snippet: string;
  readonly snippetHint: string;
  readonly snippetPins: string;
  readonly snippetPinsLog: string;
  readonly receivers: string;
  readonly noKey: string;
}

/** Texts of the keys. */
export interface KeyTexts {
  readonly introduction: string;
  readonly none: string;
  readonly states: { readonly imported: string; readonly active: string; readonly retired: string };
  readonly stateHints: { readonly imported: string; readonly active: string; readonly retired: string };
  readonly since: (date: string) => string;
  readonly make: string;
  readonly import: string;
  readonly step: (number: string, of: string) => string;
  readonly makeTitle: string;
  readonly makeIntroduction: string;
  readonly label: string;
  readonly labelHint: string;
  readonly passphrase: string;
  readonly passphraseHint: string;
  readonly repeat: string;
  readonly show: string;
  readonly strength: { readonly [Strength in PassphraseStrength]: string };
  readonly differ: string;
  readonly makeNow: string;
  readonly loading: string;
  readonly deriving: string;
  readonly contacting: string;
  readonly keepTitle: string;
  readonly keepFile: string;
  readonly saveFile: string;
  readonly fileSaved: string;
  readonly keepWords: string;
  readonly wordsList: string;
  readonly print: string;
  readonly next: string;
  readonly keepFirst: string;
  readonly checkTitle: string;
  readonly checkIntroduction: string;
  readonly word: (number: string) => string;
  readonly wordsWrong: string;
  readonly check: string;
  readonly backToWords: string;
  readonly readyTitle: string;
  readonly readyIntroduction: string;
  readonly readyReplaces: string;
  readonly activate: string;
  readonly doneTitle: string;
  readonly done: string;
  readonly toKeys: string;
  readonly importTitle: string;
  readonly importIntroduction: string;
  readonly file: string;
}

/** Texts of the console. */
export interface ConsoleTexts {
  readonly introduction: string;
  readonly promise: string;
  readonly files: string;
  readonly filesHint: string;
  readonly remove: (key: string) => string;
  readonly removeShort: string;
  readonly passphrase: string;
  readonly open: string;
  readonly noFiles: string;
  readonly progress: string;
  readonly looked: (looked: string, total: string) => string;
  readonly lookedSoFar: (looked: string) => string;
  readonly about: (count: string) => string;
  readonly rate: (count: string) => string;
  readonly left: (time: string) => string;
  readonly cancel: string;
  readonly complete: (opened: string) => string;
  readonly partly: (opened: string) => string;
  readonly cancelled: (opened: string) => string;
  readonly failed: (opened: string) => string;
  readonly took: (time: string, rate: string) => string;
  readonly none: string;
  readonly saveTitle: string;
  readonly csv: string;
  readonly jsonl: string;
  readonly saveHint: string;
  readonly saving: string;
  readonly forget: string;
  readonly refusedTitle: (count: string) => string;
  readonly refusedHint: string;
  readonly refusedShown: (count: string) => string;
  readonly saveRefused: string;
  readonly action: string;
  readonly reason: string;
  readonly time: string;
  readonly page: string;
  readonly reasons: { readonly [Code in KnownRefusal]: string };
  readonly previewTitle: (count: string) => string;
  readonly previewHint: string;
}

/** Codes of refused contacts that have a text; others are shown as they are. */
export type KnownRefusal =
  | "sealed-box/unknown-key"
  | "sealed-box/not-authentic"
  | "sealed-box/malformed-plaintext"
  | "sealed-box/context-mismatch"
  | "sealed-box/commitment-mismatch"
  | "sealed-box/consent-mismatch"
  | "sealed-box/malformed-header"
  | "web/form-not-followed"
  | "web/other-organisation"
  | "web/incomplete-contact";

/** What one language's file holds. Functions take what is inserted. */
export interface Catalogue {
  readonly locale: Locale;
  readonly direction: "ltr" | "rtl";
  readonly product: string;
  readonly skip: string;
  readonly menu: string;
  readonly language: string;
  readonly screens: { readonly [Name in ScreenName]: string };
  readonly loading: string;
  readonly tryAgain: string;
  readonly copy: string;
  readonly copied: string;
  readonly copyFailed: string;
  readonly notFoundTitle: string;
  readonly notFound: string;
  readonly problems: { readonly [Code in ProblemCode]: string };
  readonly signIn: SignInTexts;
  readonly overview: OverviewTexts;
  readonly campaigns: CampaignTexts;
  readonly pages: PageTexts;
  readonly keys: KeyTexts;
  readonly console: ConsoleTexts;
  readonly mails: MailTexts;
  readonly keyLog: KeyLogTexts;
  readonly statistics: StatisticsTexts;
  readonly pageSettings: PageSettingsTexts;
  readonly rights: RightsTexts;
  readonly office: OfficeTexts;
  readonly audit: AuditTexts;
  readonly deliveries: DeliveryTexts;
  readonly moderation: ModerationTexts;
}

/** All texts of one language: its file, and the names of the forms' fields. */
export interface Texts extends Catalogue {
  readonly fields: { readonly [Path in FieldPath]: string };
}
