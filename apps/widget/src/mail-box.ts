/** Seals address and first name for the gateway's mails, where one follows and the site allows it (docs/protocol/mails.md §2). */
import { type ActionPageView, mailFollows, type OptInByOrganisation, type Person } from "@coterie/actions";
import { encodeBase64Url } from "@coterie/bytes";
import { randomBytes } from "@coterie/primitives";
import type { MailBoxJson } from "@coterie/protocol";
import { createMailPlaintext } from "@coterie/vault/mail-plaintext";
import type { Pins } from "./pins.ts";
import type { SealDeps } from "./seal-person.ts";

/** Whose address, and whether a mail follows. */
export interface MailBoxInput {
  readonly page: ActionPageView;
  readonly actionId: string;
  readonly person: Person;
  readonly optIns: OptInByOrganisation;
  readonly pins: Pins;
}

/** The mail box of a submission; undefined where no mail follows, or the site does not announce that the gateway writes mails. */
export async function makeMailBox(
  { primitives, random }: SealDeps,
  { page, actionId, person, optIns, pins }: MailBoxInput,
): Promise<MailBoxJson | undefined> {
  const key = page.mail?.key;
  const { email, firstName } = person;
  if (key === undefined || !pins.has("mails") || !mailFollows(page, optIns) || typeof email !== "string")
    return undefined;
  const name = typeof firstName === "string" ? firstName : "";
  const plaintext = createMailPlaintext({ actionId, email, firstName: name });
  try {
    const nonce = randomBytes(random, 24);
    const plain = plaintext.exposePlainBytes();
    const box = await primitives.boxToPublicKey({ random, publicKey: key.public, nonce, plain });
    return {
      keyId: key.id,
      senderPublicKey: encodeBase64Url(box.senderPublicKey),
      nonce: encodeBase64Url(nonce),
      payload: encodeBase64Url(box.payload),
    };
  } finally {
    plaintext.destroy();
  }
}
