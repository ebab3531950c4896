// Sealed contacts as a gateway delivers them, made with the real functions.
import { create, toBinary } from "@bufbuild/protobuf";
import { encodeTextForm } from "@coterie/bytes";
import {
  type AgreementKeyPair,
  generateAgreementKeyPair,
  generateSigningKeyPair,
  randomBytes,
} from "@coterie/primitives";
import { nodePrimitives as primitives, systemRandom as random } from "@coterie/primitives/node";
import { type Contact, PullContactsResponseSchema } from "@coterie/protocol";
import type { JsonObject } from "@coterie/sealed-box/seal";
import { sealedContact } from "../../cli/test/contact-fixtures.ts";

export const organisationId = textId("corg");
export const keys: AgreementKeyPair = generateAgreementKeyPair(primitives, random);
export const gatewayKeys: ReturnType<typeof generateSigningKeyPair> = generateSigningKeyPair(primitives, random);

export function textId(prefix: "corg" | "ccam" | "cpag" | "cact"): string {
  return encodeTextForm(prefix, randomBytes(random, 16));
}

export interface ContactOptions {
  readonly person?: JsonObject;
  readonly organisation?: string;
  readonly recipient?: AgreementKeyPair;
  readonly customFields?: Record<string, string>;
}

export const alice: JsonObject = { firstName: "Alice", email: "alice@example.org" };

export function makeContact(options: ContactOptions = {}): Contact {
  const { person = alice, organisation = organisationId, recipient = keys, customFields = {} } = options;
  const place = { gateway: gatewayKeys, recipient, organisation, campaign: textId("ccam"), page: textId("cpag") };
  const contact = sealedContact(place, { person, customFields, createdAtMs: 1_700_000_000_500, campaignName: "river" });
  contact.pageName = "river-en";
  return contact;
}

export function encodeBatch(
  contacts: readonly Contact[],
  rest: { readonly nextCursor?: string; readonly more?: boolean } = {},
): Uint8Array<ArrayBuffer> {
  const message = create(PullContactsResponseSchema, { contacts: [...contacts], nextCursor: "", more: false, ...rest });
  return new Uint8Array(toBinary(PullContactsResponseSchema, message));
}
