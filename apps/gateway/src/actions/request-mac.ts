/**
 * What tells a repeated submission from another one with the same id: an HMAC over everything the request says. Its key is
 * outside the database, so that the MAC of a request with clear fields cannot be tested against guesses by whoever steals the database.
 */
import { type Bytes, FieldWriter, type SecretKey } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import type { SubmitRequest } from "@coterie/protocol";
import { RefusedError } from "../errors.ts";

/** HMAC-SHA256 of the request, 32 bytes. The padding is not part of it. Throws RefusedError "invalid" on an answer that no enum has. */
export function requestMac(
  { primitives, key }: { readonly primitives: Pick<Primitives, "hmacSha256">; readonly key: SecretKey<"request-mac"> },
  request: SubmitRequest,
): Bytes {
  const writer = new FieldWriter().text("coterie/request-mac/1").text(request.actionId).text(request.pageId);
  const fields = Object.entries(request.customFields).sort(([left], [right]) => (left < right ? -1 : 1));
  writer.number(fields.length);
  for (const [name, value] of fields) writer.text(name).text(value);
  const { source = "", medium = "", campaign = "", content = "", location = "" } = request.tracking ?? {};
  for (const text of [source, medium, campaign, content, location]) writer.text(text);
  writer.number(request.consents.length);
  for (const consent of request.consents) {
    // Enums are open on the wire, and a field holds no negative number.
    if (consent.optIn < 0) throw new RefusedError("invalid");
    writer.text(consent.organisationId).text(consent.purpose).number(consent.optIn).text(consent.wordingId);
    writer.bytes(consent.wordingHash).text(consent.locale).text(String(consent.givenAtMs));
  }
  writePerson(writer, request);
  const { mailBox } = request;
  // Only where there is one: without, the MAC is the one that older gateways made.
  if (mailBox !== undefined) {
    writer.text(mailBox.keyId).bytes(mailBox.senderPublicKey).bytes(mailBox.nonce).bytes(mailBox.payload);
  }
  const message = writer.finish();
  try {
    return primitives.hmacSha256(key.exposeSecretBytes(), message);
  } finally {
    message.fill(0);
  }
}

function writePerson(writer: FieldWriter, { person }: SubmitRequest): void {
  writer.text(person.case ?? "");
  if (person.case === "personJson") writer.text(person.value);
  if (person.case !== "sealed") return;
  writer.bytes(person.value.commitment);
  for (const contact of person.value.contacts) {
    writer
      .text(contact.organisationId)
      .bytes(contact.payload)
      .bytes(contact.nonce)
      .text(contact.keyId)
      .bytes(contact.signKey);
  }
}
