/** Key logs over the wire: served to organisations, appended to by their own. */
import type { ConnectRouter, ServiceImpl } from "@connectrpc/connect";
import { KeyLogService } from "@coterie/protocol";
import { refuseHome } from "../campaigns/campaigns.ts";
import { parseId } from "../ids.ts";
import type { Authentication } from "../organisations/authentication.ts";
import type { Pages } from "../pages/page-truth.ts";
import { type PublishDeps, publishEntries } from "./publish-entries.ts";
import { loadKeyLogEntries } from "./stored-log.ts";

/** What the service needs. */
export interface KeyLogServiceDeps extends PublishDeps {
  readonly authentication: Authentication;
  readonly pages: Pages;
}

/** Adds the service. */
export function registerKeyLogService(router: ConnectRouter, deps: KeyLogServiceDeps): void {
  const { requireOrganisation } = deps.authentication;
  const methods: ServiceImpl<typeof KeyLogService> = {
    getKeyLog: async (request, context) => {
      const caller = await requireOrganisation(context);
      const whose = request.organisationId === "" ? caller.organisationId : parseId("corg", request.organisationId);
      return { entries: [...(await loadKeyLogEntries(deps, whose))] };
    },
    publishKeyLogEntries: async ({ entries, proof }, context) => {
      const caller = await requireOrganisation(context);
      refuseHome(caller);
      const { organisationId, tokenId } = caller;
      const size = await publishEntries(deps, { organisationId, tokenId, entries, proof });
      deps.pages.forget();
      return { size };
    },
  };
  router.service(KeyLogService, methods);
}
