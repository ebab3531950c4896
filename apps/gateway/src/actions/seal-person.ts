/** Sealing by the gateway: it validates with the browser's schema, seals at once and keeps nothing readable. */
import { getFormSchema, type Person, validatePerson } from "@coterie/actions";
import { type Bytes, encodeUtf8 } from "@coterie/bytes";
import { randomBytes } from "@coterie/primitives";
import { protocolLimits } from "@coterie/protocol";
import {
  contactCommitment,
  createContactPlaintext,
  type SealedContact,
  type SealContactInput,
} from "@coterie/sealed-box/seal";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";
import { parseJson } from "../http/body.ts";
import { encodeId } from "../ids.ts";
import type { PageTruth } from "../pages/page-truth.ts";
import type { PlannedContacts } from "./clear-part.ts";

/** Seals one plain text to one key: with a throw-away sender, or the home organisation's. */
export type Sealer = (input: SealContactInput) => SealedContact;

/** A contact as it was sealed here or arrived sealed. */
export interface SealedForOne {
  readonly planned: PlannedContacts[number];
  readonly keyId: Bytes;
  readonly contact: SealedContact;
  readonly commitment: Bytes;
}

/** The person of a request in uniform form. Throws RefusedError "invalid-person" with the fields, "invalid" or "too-large". */
export function parsePerson(
  { now }: Pick<GatewayDeps, "now">,
  { page, personJson }: { readonly page: PageTruth; readonly personJson: string },
): Person {
  if (personJson.length > protocolLimits.personJsonBytes) throw new RefusedError("too-large");
  const bytes = encodePersonJson(personJson);
  if (bytes.length > protocolLimits.personJsonBytes) throw new RefusedError("too-large");
  const { formSchema, requiredFields } = page.view;
  const validated = validatePerson(getFormSchema(formSchema), parseJson(bytes), { requiredFields, now });
  if (validated.kind === "valid") return validated.person;
  const fields = validated.problems.map(({ field }) => field).filter((field) => field !== "");
  throw new RefusedError("invalid-person", [...new Set(fields)]);
}

function encodePersonJson(text: string): Bytes {
  try {
    return encodeUtf8(text);
  } catch {
    throw new RefusedError("invalid");
  }
}

/** What is sealed, and where it belongs. */
export interface SealPersonInput {
  readonly page: PageTruth;
  readonly actionId: Bytes;
  readonly person: Person;
  readonly planned: PlannedContacts;
}

/** One contact for each receiver, all of one salt and so of one commitment. Throws RefusedError "no-active-key". */
export function sealPerson(
  deps: Pick<GatewayDeps, "primitives" | "random"> & { readonly seal: Sealer },
  { page, actionId, person, planned }: SealPersonInput,
): readonly SealedForOne[] {
  const { primitives, random, seal } = deps;
  const salt = randomBytes(random, 32);
  const commitment = contactCommitment(primitives, { person, salt });
  try {
    return planned.map((one) => {
      const key = findKey(page, one.receiver.organisationId);
      const context = {
        action: encodeId("cact", actionId),
        campaign: page.view.campaignId,
        page: page.view.id,
        organisation: one.receiver.organisationId,
        key: key.id,
        consentHash: one.consentHash,
      };
      const plaintext = createContactPlaintext(primitives, { person, context, salt });
      try {
        return { planned: one, keyId: key.bytes, commitment, contact: seal({ plaintext, recipient: key }) };
      } finally {
        plaintext.destroy();
      }
    });
  } finally {
    salt.fill(0);
  }
}

function findKey(page: PageTruth, organisationId: string): NonNullable<PageTruth["organisations"][number]["key"]> {
  const key = page.organisations.find(({ idText }) => idText === organisationId)?.key;
  if (key === undefined) throw new RefusedError("no-active-key");
  return key;
}
