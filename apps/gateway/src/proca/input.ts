/** The arguments of the mutations, as the schema lets them through. */

/** A field of an action. */
export interface CustomFieldInput {
  readonly key: string;
  readonly value: string;
}

/** What was done. */
export interface ActionInput {
  readonly actionType: string;
  /** An object, or one written as JSON. */
  readonly customFields?: unknown;
  readonly fields?: readonly CustomFieldInput[] | null;
  readonly donation?: unknown;
  readonly mtt?: unknown;
  readonly testing?: boolean | null;
}

/** A text that may be left out. */
type Text = string | null | undefined;

/** The person, in Proca's spelling. */
export interface ContactInput {
  readonly name?: Text;
  readonly firstName?: Text;
  readonly lastName?: Text;
  readonly email?: Text;
  readonly phone?: Text;
  /** Whatever a client sends: the scalar `Date` lets all values through. */
  readonly birthDate?: unknown;
  readonly address?: Readonly<
    Record<"country" | "postcode" | "locality" | "region" | "street" | "streetNumber", Text>
  > | null;
  readonly nationality?: Readonly<Record<"country" | "documentType" | "documentNumber", Text>> | null;
}

/** What the person answered; null where they were not asked. */
export interface PrivacyInput {
  readonly optIn?: boolean | null;
  readonly leadOptIn?: boolean | null;
}

/** Where the person came from. */
export interface TrackingInput {
  readonly source: string;
  readonly medium: string;
  readonly campaign: string;
  readonly content?: Text;
  readonly location?: Text;
}

/** Arguments of `addActionContact`. */
export interface AddActionContactArgs {
  readonly actionPageId: number;
  readonly action: ActionInput;
  readonly contact: ContactInput;
  readonly privacy: PrivacyInput;
  readonly tracking?: TrackingInput | null;
  readonly contactRef?: string | null;
}

/** Arguments of `addAction`. */
export interface AddActionArgs {
  readonly actionPageId: number;
  readonly action: ActionInput;
  readonly contactRef: string;
  readonly tracking?: TrackingInput | null;
}

/** Arguments of `linkActions`. */
export interface LinkActionsArgs {
  readonly actionPageId: number;
  readonly contactRef: string;
  readonly linkRefs?: readonly string[] | null;
}

/** Arguments of the queries: one of the two. */
export interface LookupArgs {
  readonly id?: number | null;
  readonly name?: string | null;
}

/** What the mutations answer. */
export interface ContactReference {
  readonly contactRef: string;
  readonly firstName: string | null;
}
