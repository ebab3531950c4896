/** What a form needs to know about its page: the widget reads it from the wire, the gateway from its rows. */
import { type CoalitionCase, decideReceivers, type OptIn } from "./coalition.ts";
import type { FormSchemaId } from "./form-schema.ts";

/** Where the person's fields are sealed: "gateway" on arrival, "browser" before they are sent. */
export type SealingMode = "gateway" | "browser";

/** An organisation's active public key. */
export interface ReceiverKey {
  /** Key id as text, "ckey1…". What a server claims: whoever seals derives it again from `public`. */
  readonly id: string;
  /** 32 bytes. */
  readonly public: Uint8Array;
}

/** An organisation that the page asks about or delivers to. */
export interface ReceiverView {
  /** As text, "corg1…". */
  readonly organisationId: string;
  /** As people know it. */
  readonly organisationName: string;
  /** Undefined where the organisation has no active key: then the page accepts nothing. */
  readonly publicKey: ReceiverKey | undefined;
  /** The entries of its key log, first to last, where it has one and the browser seals (docs/protocol/key-log.md). */
  readonly keyLog?: readonly Uint8Array[] | undefined;
  /** Whether the person is asked to hear from this organisation. */
  readonly asksOptIn: boolean;
  /** Whether a yes is confirmed by mail. */
  readonly confirmsOptIn?: boolean | undefined;
}

/** The mails that may follow a signature (docs/protocol/mails.md §1). */
export interface PageMail {
  /** Every signature is followed by one; else only a yes to an organisation that confirms it. */
  readonly always: boolean;
  /** A signature counts only once it is confirmed by mail. */
  readonly required: boolean;
  /** What an address is sealed to in the browser; undefined where the gateway seals. */
  readonly key: { readonly id: string; readonly public: Uint8Array } | undefined;
}

/** An action page as anybody may see it. Ids are text forms. */
export interface ActionPageView {
  readonly id: string;
  readonly name: string;
  /** BCP 47. */
  readonly locale: string;
  readonly campaignId: string;
  readonly campaignTitle: string;
  readonly sealing: SealingMode;
  readonly formSchema: FormSchemaId;
  /** Optional fields that the page requires, as dotted paths. */
  readonly requiredFields: readonly string[];
  readonly actionType: string;
  readonly pageOrganisationId: string;
  readonly leadOrganisationId: string;
  readonly pageDelivers: boolean;
  readonly campaignForcesDelivery: boolean;
  /** One or two, the page's organisation first. */
  readonly receivers: readonly ReceiverView[];
  /** False where the campaign is closed or a receiver has no active key. */
  readonly accepting: boolean;
  /** Plain text, shown above the form; blank lines part paragraphs. */
  readonly description: string;
  /** Absent where no mail follows every signature, and none is sealed in the browser. */
  readonly mail?: PageMail | undefined;
}

/** The answers by organisation id. An organisation that is absent counts as not asked. */
export type OptInByOrganisation = ReadonlyMap<string, OptIn>;

/** The ids of the organisations that receive a person with these answers (docs/protocol/actions.md §7). */
export function receiversOfAnswers(page: ActionPageView, optIns: OptInByOrganisation): readonly string[] {
  const rule: CoalitionCase<string> = {
    campaignOrganisation: page.leadOrganisationId,
    pageOrganisation: page.pageOrganisationId,
    pageDelivers: page.pageDelivers,
    campaignForcesDelivery: page.campaignForcesDelivery,
    optIn: optIns.get(page.pageOrganisationId) ?? "not-asked",
    leadOptIn: optIns.get(page.leadOrganisationId) ?? "not-asked",
  };
  return decideReceivers(rule);
}

/** Whether the organisation receives the person whatever is answered. */
export function receivesAnyway(page: ActionPageView, organisationId: string): boolean {
  return receiversOfAnswers(page, new Map()).includes(organisationId);
}

/** Whether a mail follows a signature with these answers: then its address is kept, locked, until the mail is sent. */
export function mailFollows({ mail, receivers }: ActionPageView, optIns: OptInByOrganisation): boolean {
  return (
    mail?.always === true ||
    receivers.some(
      ({ organisationId, confirmsOptIn }) => confirmsOptIn === true && optIns.get(organisationId) === "yes",
    )
  );
}
