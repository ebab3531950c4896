/** What the operator may do, with the operator's token. */
import type { ConnectRouter } from "@connectrpc/connect";
import { AdministrationService } from "@coterie/protocol";
import type { GatewayDeps } from "../deps.ts";
import { encodeId, parseId } from "../ids.ts";
import { parseListRange } from "../paging.ts";
import type { Authentication } from "./authentication.ts";
import { createOrganisation, listOrganisations, replaceToken, type StoredOrganisation } from "./organisations.ts";

/** Adds the service. */
export function registerAdministrationService(
  router: ConnectRouter,
  deps: Pick<GatewayDeps, "db" | "primitives" | "random" | "now"> & { readonly authentication: Authentication },
): void {
  const { requireOperator } = deps.authentication;
  router.service(AdministrationService, {
    createOrganisation: async ({ name, title }, context) => {
      requireOperator(context);
      const { organisation, token } = await createOrganisation(deps, { name, title });
      return { organisation: toOrganisationMessage(organisation), token };
    },
    listOrganisations: async (request, context) => {
      requireOperator(context);
      const { page, nextPageToken } = await listOrganisations(deps, parseListRange(request));
      return { organisations: page.map(toOrganisationMessage), nextPageToken };
    },
    replaceToken: async ({ organisationId }, context) => {
      requireOperator(context);
      return { token: await replaceToken(deps, parseId("corg", organisationId)) };
    },
  });
}

/** An organisation as it travels. */
export function toOrganisationMessage({ id, name, title, is_home }: StoredOrganisation): {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly isHome: boolean;
} {
  return { id: encodeId("corg", id), name, title, isHome: is_home };
}
