/**
 * Sealing in the browser: the gateway cannot open what arrives, so it checks everything that can be checked without opening:
 * that there is one contact for just the organisations that the rule decides, to just their active keys (or, by a key log, ones in grace), in one of the few sizes.
 */
import { type Ciphertext, copyBytes, equalBytes } from "@coterie/bytes";
import { InvalidPublicKeyError } from "@coterie/primitives";
import type { SealedContact as WireContact, SealedPerson } from "@coterie/protocol";
import { contactSizes, deriveKeyId } from "@coterie/sealed-box/seal";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";
import { encodeId, parseId, parseRequestKeyId } from "../ids.ts";
import type { PageKey, PageOrganisation, PageTruth } from "../pages/page-truth.ts";
import type { PlannedContacts } from "./clear-part.ts";
import type { SealedForOne } from "./seal-person.ts";

/** What a browser sealed, for whom the rule decides. */
export interface SealedInput {
  readonly page: PageTruth;
  readonly planned: PlannedContacts;
  readonly sealed: SealedPerson;
}

const boxTagBytes = 16;

/**
 * The contacts in the order of the plan.
 * @throws RefusedError "wrong-key" where one is sealed to a key that is neither active nor in grace, "no-active-key" where there is
 * no active key either, "invalid"
 */
export function checkSealedPerson(
  { primitives }: Pick<GatewayDeps, "primitives">,
  { page, planned, sealed }: SealedInput,
): readonly SealedForOne[] {
  if (sealed.commitment.length !== 32 || sealed.contacts.length !== planned.length) throw new RefusedError("invalid");
  const byOrganisation = new Map(
    sealed.contacts.map((contact) => [encodeId("corg", parseId("corg", contact.organisationId)), contact]),
  );
  const commitment = copyBytes(sealed.commitment);
  const checked = planned.map((one): SealedForOne => {
    const organisation = page.organisations.find(({ idText }) => idText === one.receiver.organisationId);
    const contact = byOrganisation.get(one.receiver.organisationId);
    if (organisation === undefined || contact === undefined) throw new RefusedError("invalid");
    const key = findKey(organisation, contact);
    return { planned: one, commitment, keyId: key.bytes, contact: checkContact({ primitives }, { key, contact }) };
  });
  refuseSharedSenders(checked);
  return checked;
}

/** The active key, or one in grace: a form that was loaded before a rotation may still be sent. */
function findKey({ key, graceKeys }: PageOrganisation, contact: WireContact): PageKey {
  const { id } = parseRequestKeyId(contact.keyId);
  const found = key?.id === id ? key : graceKeys.find((grace) => grace.id === id);
  if (found === undefined) throw new RefusedError(key === undefined ? "no-active-key" : "wrong-key");
  return found;
}

function checkContact(
  { primitives }: Pick<GatewayDeps, "primitives">,
  { key, contact }: { readonly key: PageKey; readonly contact: WireContact },
): SealedForOne["contact"] {
  const { payload, nonce, signKey } = contact;
  if (!contactSizes.includes(payload.length - boxTagBytes) || nonce.length !== 24) throw new RefusedError("invalid");
  checkSender(primitives, signKey);
  // The organisation's own public key as the sender's: whoever forged that could not have sealed it either.
  if (equalBytes(signKey, key.public)) throw new RefusedError("invalid");
  return {
    // brand: ciphertext by the sender's word; the gateway cannot know more, and opens nothing
    payload: copyBytes(payload) as Ciphertext<"contact">,
    nonce: copyBytes(nonce),
    publicKey: { id: key.id, public: key.public },
    signKey: { id: deriveKeyId(primitives, signKey), public: copyBytes(signKey) },
  };
}

function checkSender(primitives: GatewayDeps["primitives"], signKey: Uint8Array): void {
  try {
    primitives.checkAgreementPublicKey(signKey);
  } catch (error) {
    if (error instanceof InvalidPublicKeyError) throw new RefusedError("invalid");
    throw error;
  }
}

/** A throw-away sender is used once. */
function refuseSharedSenders(contacts: readonly SealedForOne[]): void {
  const senders = new Set<string>(contacts.map(({ contact }) => contact.signKey.id));
  if (senders.size !== contacts.length) throw new RefusedError("invalid");
}
