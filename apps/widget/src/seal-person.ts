/** Seals a person in the browser: one contact for every receiving organisation, each with a throw-away key (docs/protocol/actions.md §3). */
import type { ActionPageView, Person, PlannedContact } from "@coterie/actions";
import { encodeBase64Url } from "@coterie/bytes";
import { type Primitives, type RandomSource, randomBytes } from "@coterie/primitives";
import type { WidgetPrimitives } from "@coterie/primitives/widget";
import type { SealedContactJson, SealedPersonJson } from "@coterie/protocol";
import { contactCommitment, createContactPlaintext } from "@coterie/sealed-box/seal";
import { UnpinnedKeyError } from "./errors.ts";
import { findPinnedKey, type PinDeps, type Pins } from "./pins.ts";

/** What sealing needs. */
export interface SealDeps extends PinDeps {
  readonly primitives: Pick<Primitives, "sha256"> & Pick<WidgetPrimitives, "boxToPublicKey">;
  readonly random: RandomSource;
}

/** Who is sealed, for whom. */
export interface SealPersonInput {
  readonly page: ActionPageView;
  readonly actionId: string;
  readonly person: Person;
  readonly contacts: readonly PlannedContact[];
  readonly pins: Pins;
}

/**
 * The sealed person, ready to be sent.
 * @throws UnpinnedKeyError where a receiver's key is not pinned: checked here again, on the bytes that are sealed to, and now
 */
export async function sealPerson(deps: SealDeps, input: SealPersonInput): Promise<SealedPersonJson> {
  const salt = randomBytes(deps.random, 32);
  const commitment = contactCommitment(deps.primitives, { person: input.person, salt });
  const contacts: SealedContactJson[] = [];
  for (const contact of input.contacts) contacts.push(await sealOne(deps, { ...input, contact, salt }));
  return { commitment: encodeBase64Url(commitment), contacts };
}

async function sealOne(
  deps: SealDeps,
  {
    page,
    actionId,
    person,
    pins,
    contact,
    salt,
  }: SealPersonInput & { readonly contact: PlannedContact; readonly salt: Uint8Array },
): Promise<SealedContactJson> {
  const { primitives, random } = deps;
  const publicKey = contact.receiver.publicKey?.public;
  const key = await findPinnedKey(deps, { receiver: contact.receiver, pins });
  if (publicKey === undefined || key === undefined)
    throw new UnpinnedKeyError("a receiver's key is not among the pinned ones");
  const { organisationId } = contact.receiver;
  const context = {
    action: actionId,
    campaign: page.campaignId,
    page: page.id,
    organisation: organisationId,
    key,
    consentHash: contact.consentHash,
  };
  const plaintext = createContactPlaintext(primitives, { person, context, salt });
  try {
    const nonce = randomBytes(random, 24);
    const plain = plaintext.exposePlainBytes();
    const { senderPublicKey, payload } = await primitives.boxToPublicKey({ random, publicKey, nonce, plain });
    return {
      organisationId,
      payload: encodeBase64Url(payload),
      nonce: encodeBase64Url(nonce),
      keyId: key,
      signKey: encodeBase64Url(senderPublicKey),
    };
  } finally {
    plaintext.destroy();
  }
}
