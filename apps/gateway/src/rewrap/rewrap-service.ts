/** Re-wrapping over the wire: an organisation lists and replaces its own contacts. */
import type { ConnectRouter, ServiceImpl } from "@connectrpc/connect";
import { encodeTextForm } from "@coterie/bytes";
import { RewrapService } from "@coterie/protocol";
import { recordHourly } from "../audit/record-hourly.ts";
import { toContactMessage } from "../contacts/contact-message.ts";
import type { GatewayDeps } from "../deps.ts";
import { encodeId, parseId, parseRequestKeyId } from "../ids.ts";
import type { Authentication } from "../organisations/authentication.ts";
import { countContactsByKey, listContactsUnderKey } from "./contacts-under-key.ts";
import { type ReplaceDeps, replaceContacts } from "./replace-contacts.ts";

/** What the service needs. */
export interface RewrapServiceDeps extends ReplaceDeps, Pick<GatewayDeps, "pool" | "random"> {
  readonly authentication: Authentication;
}

/** Adds the service. */
export function registerRewrapService(router: ConnectRouter, deps: RewrapServiceDeps): void {
  const { requireOrganisation } = deps.authentication;
  const methods: ServiceImpl<typeof RewrapService> = {
    countContactsByKey: async (_request, context) => {
      const { organisationId } = await requireOrganisation(context);
      const rows = await countContactsByKey(deps, organisationId);
      const keys = rows.map(({ key_id, contacts, pending }) => ({
        keyId: encodeTextForm("ckey", key_id),
        contacts: BigInt(contacts),
        pending: BigInt(pending),
      }));
      return { keys };
    },
    listContactsUnderKey: async ({ keyId, cursor, limit }, context) => {
      const { organisationId } = await requireOrganisation(context);
      const { bytes } = parseRequestKeyId(keyId);
      const list = await listContactsUnderKey(deps, { organisationId, keyId: bytes, cursor, limit });
      return { ...list, contacts: list.contacts.map((contact) => toContactMessage(deps, contact)) };
    },
    replaceContacts: async ({ oldKeyId, newKeyId, replacements }, context) => {
      const { organisationId, tokenId } = await requireOrganisation(context);
      const replaced = await replaceContacts(deps, {
        organisationId,
        oldKeyId: parseRequestKeyId(oldKeyId).bytes,
        newKeyId: parseRequestKeyId(newKeyId).bytes,
        replacements: replacements.map((one) => ({ ...one, actionId: parseId("cact", one.actionId) })),
      });
      const amount = replaced.length;
      if (amount > 0) await recordHourly(deps, { organisationId, tokenId, event: "contacts-rewrapped", amount });
      return { replacedActionIds: replaced.map((id) => encodeId("cact", id)) };
    },
  };
  router.service(RewrapService, methods);
}
