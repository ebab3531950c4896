/** Actions and people of the mail tests. */
import { encodeTextForm } from "@coterie/bytes";
import { generateAgreementKeyPair } from "@coterie/primitives";
import { deriveMailKeyId, type MailBox, sealForMail } from "../src/index.ts";
import { primitives, random } from "./fixtures.ts";

export function actionIdOf(i: number): string {
  return encodeTextForm("cact", new Uint8Array(16).fill(i));
}

export const actionId: string = actionIdOf(1);

export const alice = { email: "alice@example.org", firstName: "Alice" };

export function mailKey() {
  const pair = generateAgreementKeyPair(primitives, random);
  return { ...pair, keyId: deriveMailKeyId(primitives, pair.publicKey) };
}

export function sealTo(key: { publicKey: Uint8Array; keyId: MailBox["keyId"] }, content: object = {}): MailBox {
  const input = { mailPublicKey: key.publicKey, keyId: key.keyId, actionId, ...alice, ...content };
  return sealForMail({ primitives, random }, input);
}
