/** An action that was checked and sealed: everything its rows need, and nothing that anybody could read a person from. */
import type { ConsentRecord } from "@coterie/actions";
import type { Bytes } from "@coterie/bytes";
import type { MailBox } from "@coterie/vault";
import type { Fingerprint } from "../counting/fingerprint.ts";
import type { MailKind } from "../db/mail-schema.ts";
import type { StoredSealing } from "../db/schema.ts";

/** One contact of an action. */
export interface PreparedContact {
  readonly organisationId: Bytes;
  readonly payload: Uint8Array;
  readonly nonce: Uint8Array;
  readonly keyId: Bytes;
  readonly signKey: Uint8Array;
  readonly commitment: Uint8Array;
  readonly consent: ConsentRecord;
  readonly headerSignature: Bytes;
  /** Whether a mail asks the person to confirm that this organisation may write to them. */
  readonly confirmation: "not-asked" | "awaited";
}

/** A mail that becomes due with its action, or once the action is confirmed ("waiting"). */
export interface PreparedMail {
  readonly id: Bytes;
  readonly kind: MailKind;
  readonly organisationId: Bytes | null;
  readonly number: number;
  readonly state: "due" | "waiting";
  readonly dueAtMs: number;
}

/** The mails of an action and the sealed address they go to. */
export interface PreparedMails {
  readonly box: MailBox;
  /** At least one. */
  readonly mails: readonly PreparedMail[];
}

/** The action around its contacts. */
export interface PreparedAction {
  readonly id: Bytes;
  readonly campaignId: Bytes;
  readonly pageId: Bytes;
  readonly customFields: Readonly<Record<string, string>>;
  readonly tracking: Readonly<Record<string, string>>;
  readonly sealing: StoredSealing;
  readonly createdAtMs: number;
  readonly requestMac: Bytes;
  readonly contacts: readonly PreparedContact[];
  /** Neither counted nor delivered before a mail is confirmed. */
  readonly awaitsConfirmation: boolean;
  readonly mails: PreparedMails | undefined;
  /** By which the person is recognised who signs again: none where nothing tells them from others. */
  readonly fingerprints: readonly Fingerprint[];
  /** The coarse place that the action is counted under; "" where nobody knows. */
  readonly area: string;
}

/** What became of an action that was handed to the database. */
export type StoreOutcome =
  /** Committed now, or earlier by the same request. */
  | { readonly kind: "stored" | "repeated"; readonly counter: number }
  /** The id belongs to another request. */
  | { readonly kind: "conflict" }
  /** A key was replaced after the contacts were sealed: nothing was stored. */
  | { readonly kind: "key-replaced" }
  | { readonly kind: "campaign-closed" };
