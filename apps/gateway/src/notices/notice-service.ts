/** Notices and their addresses over the wire. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ConnectRouter, ServiceImpl } from "@connectrpc/connect";
import { type NoticeAddressSchema, NoticeService } from "@coterie/protocol";
import { parsePlace, toAuditEventMessage } from "../audit/audit-service.ts";
import { refuseHome } from "../campaigns/campaigns.ts";
import { RefusedError } from "../errors.ts";
import { encodeId, parseId } from "../ids.ts";
import type { Authentication } from "../organisations/authentication.ts";
import {
  addNoticeAddress,
  listNoticeAddresses,
  type NoticeAddress,
  type NoticeAddressDeps,
  removeNoticeAddress,
} from "./notice-addresses.ts";
import { dismissNotices, listNotices } from "./notice-list.ts";

/** What the service needs. */
export interface NoticeServiceDeps extends NoticeAddressDeps {
  readonly authentication: Authentication;
  /** Whether a mail server is configured: without, no address can be confirmed. */
  readonly canSend: boolean;
}

/** Adds the service. */
export function registerNoticeService(router: ConnectRouter, deps: NoticeServiceDeps): void {
  const { requireOrganisation } = deps.authentication;
  const methods: ServiceImpl<typeof NoticeService> = {
    listNotices: async (_request, context) => {
      const notices = await listNotices(deps, await requireOrganisation(context));
      return { notices: notices.map(toAuditEventMessage) };
    },
    dismissNotices: async ({ seqs }, context) => {
      const caller = await requireOrganisation(context);
      await dismissNotices(deps, { caller, seqs: seqs.map(parsePlace) });
      return {};
    },
    listNoticeAddresses: async (_request, context) => {
      const { organisationId } = await requireOrganisation(context);
      const addresses = await listNoticeAddresses(deps, organisationId);
      return { addresses: addresses.map(toAddressMessage), canSend: deps.canSend };
    },
    addNoticeAddress: async ({ email, locale, replacesId }, context) => {
      const caller = await requireOrganisation(context);
      refuseHome(caller);
      if (!deps.canSend) throw new RefusedError("unavailable");
      const replaced = replacesId === "" ? undefined : parseId("cnad", replacesId);
      const address = await addNoticeAddress(deps, { caller, email, locale, replacesId: replaced });
      return { address: toAddressMessage(address) };
    },
    removeNoticeAddress: async ({ id }, context) => {
      const caller = await requireOrganisation(context);
      await removeNoticeAddress(deps, { caller, id: parseId("cnad", id) });
      return {};
    },
  };
  router.service(NoticeService, methods);
}

function toAddressMessage(address: NoticeAddress): MessageInitShape<typeof NoticeAddressSchema> {
  const { id, email, locale, state, replaces_id } = address;
  const replacesId = replaces_id === null ? "" : encodeId("cnad", replaces_id);
  return { id: encodeId("cnad", id), email, locale, confirmed: state === "confirmed", replacesId };
}
