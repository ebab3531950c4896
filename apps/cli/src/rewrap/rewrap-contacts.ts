/**
 * Sealing old contacts again to the active key. Nothing is kept about how far it came: the gateway no longer lists what was replaced,
 * so that a run that was stopped anywhere is continued by the next one.
 */
import { CoterieError } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import type { Contact } from "@coterie/protocol";
import { protocolLimits } from "@coterie/protocol/limits";
import type { ContactRewrapper } from "@coterie/sealed-box/open";
import { openInputOf } from "../contacts/contact-opening.ts";
import { toStoredContact } from "../contacts/stored-contact.ts";
import type { Gateway } from "../gateway/gateway-client.ts";
import { GatewayMisbehavedError, InterruptedError } from "../terminal/errors.ts";

/** What sealing again needs. */
export interface RewrapDeps {
  readonly gateway: Pick<Gateway, "rewraps">;
  readonly primitives: Primitives;
  readonly rewrapper: ContactRewrapper;
  readonly signal: AbortSignal;
  /** Told after each batch how many contacts were looked at. */
  readonly onBatch: (looked: number) => void;
  /** Told of each contact that does not open. */
  readonly onRefused: (actionId: string, code: string) => void;
}

/** Whose contacts, from which key to which. */
export interface RewrapWish {
  readonly organisationId: string;
  readonly oldKeyId: string;
  readonly newKeyId: string;
}

/** What a run did. */
export interface RewrapOutcome {
  readonly replaced: number;
  /** They do not open, and stay as they are. */
  readonly refused: number;
  /** Somebody else replaced them first. */
  readonly changed: number;
}

interface Replacement {
  readonly actionId: string;
  readonly oldPayloadHash: Uint8Array<ArrayBuffer>;
  readonly payload: Uint8Array<ArrayBuffer>;
  readonly nonce: Uint8Array<ArrayBuffer>;
  readonly signKey: Uint8Array<ArrayBuffer>;
}

const contactsInOneList = 500;
const replacementsInOneRequest = 200;
/** What a request holds, and what stands around each payload in it. */
const requestBytes = protocolLimits.requestBytes - 1024;
const overheadBytes = 256;

/** Replaces every delivered contact under the old key that opens. */
export async function rewrapContacts(deps: RewrapDeps, wish: RewrapWish): Promise<RewrapOutcome> {
  const total = { replaced: 0, refused: 0, changed: 0 };
  let looked = 0;
  let cursor = "";
  for (;;) {
    const list = await deps.gateway.rewraps.listContactsUnderKey({
      keyId: wish.oldKeyId,
      limit: contactsInOneList,
      cursor,
    });
    const replacements = list.contacts.flatMap((contact) => rewrapOne(deps, { wish, contact }));
    total.refused += list.contacts.length - replacements.length;
    for (const batch of inRequests(replacements)) {
      if (deps.signal.aborted) throw new InterruptedError();
      const { oldKeyId, newKeyId } = wish;
      const { replacedActionIds } = await deps.gateway.rewraps.replaceContacts({
        oldKeyId,
        newKeyId,
        replacements: [...batch],
      });
      total.replaced += replacedActionIds.length;
      total.changed += batch.length - replacedActionIds.length;
    }
    looked += list.contacts.length;
    deps.onBatch(looked);
    if (!list.more) return total;
    if (list.nextCursor === cursor) throw new GatewayMisbehavedError("the gateway's cursor stands still");
    cursor = list.nextCursor;
  }
}

/** One replacement, or none where the contact does not open: then it stays as it is. */
function rewrapOne(
  { primitives, rewrapper, onRefused }: RewrapDeps,
  { wish, contact }: { readonly wish: RewrapWish; readonly contact: Contact },
): readonly Replacement[] {
  try {
    if (contact.organisationId !== wish.organisationId) throw new GatewayMisbehavedError("another's contact");
    const { payload, nonce, signKey } = rewrapper.rewrap(openInputOf(primitives, toStoredContact(contact)));
    const oldPayloadHash = primitives.sha256(contact.payload);
    return [{ actionId: contact.actionId, oldPayloadHash, payload, nonce, signKey: signKey.public }];
  } catch (error) {
    if (!(error instanceof CoterieError)) throw error;
    onRefused(contact.actionId, error.code);
    return [];
  }
}

/** Split so that each request is within the gateway's limit. */
function* inRequests(replacements: readonly Replacement[]): Generator<readonly Replacement[]> {
  let batch: Replacement[] = [];
  let bytes = 0;
  for (const replacement of replacements) {
    const size = replacement.payload.length + overheadBytes;
    if (batch.length === replacementsInOneRequest || bytes + size > requestBytes) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(replacement);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
