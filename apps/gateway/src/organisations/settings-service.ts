/** What an organisation changes about itself, its tokens and its pages, with one of its tokens. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ConnectRouter, ServiceImpl } from "@connectrpc/connect";
import { embedSnippet } from "@coterie/actions";
import { encodeHex } from "@coterie/bytes";
import { SettingsService, type TokenSchema } from "@coterie/protocol";
import { refuseHome } from "../campaigns/campaigns.ts";
import type { GatewayDeps } from "../deps.ts";
import type { StaticFiles } from "../http/static-files.ts";
import { encodeId, parseId } from "../ids.ts";
import { findElementScript } from "../pages/page-assets.ts";
import { toPageMessage } from "../pages/page-message.ts";
import { pinsOfPage } from "../pages/page-pins.ts";
import type { Pages } from "../pages/page-truth.ts";
import { getOwnPage, updateActionPage } from "../pages/update-page.ts";
import { toOrganisationMessage } from "./administration-service.ts";
import type { Authentication, Caller } from "./authentication.ts";
import { getOrganisation } from "./organisations.ts";
import { loadLocale, updateOrganisation } from "./organisation-settings.ts";
import { listTokens, makeToken, revokeToken, type StoredToken } from "./tokens.ts";

/** What the service needs. */
export interface SettingsServiceDeps extends GatewayDeps {
  readonly authentication: Authentication;
  readonly pages: Pages;
  readonly origin: () => string;
  readonly files: StaticFiles;
}

type Methods = ServiceImpl<typeof SettingsService>;

/** Adds the service. */
export function registerSettingsService(router: ConnectRouter, deps: SettingsServiceDeps): void {
  router.service(SettingsService, { ...organisationMethods(deps), ...tokenMethods(deps), ...pageMethods(deps) });
}

function organisationMethods(deps: SettingsServiceDeps): Pick<Methods, "getSettings" | "updateOrganisation"> {
  const { requireOrganisation } = deps.authentication;
  return {
    getSettings: async (_request, context) => {
      const { organisationId } = await requireOrganisation(context);
      return await settingsOf(deps, organisationId);
    },
    updateOrganisation: async ({ title, locale }, context) => {
      const caller = await requireOrganisation(context);
      refuseHome(caller);
      await updateOrganisation(deps, { caller, title, locale });
      deps.pages.forget();
      return await settingsOf(deps, caller.organisationId);
    },
  };
}

async function settingsOf(
  deps: SettingsServiceDeps,
  organisationId: Caller["organisationId"],
): Promise<{ readonly organisation: ReturnType<typeof toOrganisationMessage>; readonly locale: string }> {
  const organisation = toOrganisationMessage(await getOrganisation(deps, organisationId));
  return { organisation, locale: await loadLocale(deps, organisationId) };
}

function tokenMethods(deps: SettingsServiceDeps): Pick<Methods, "listTokens" | "makeToken" | "revokeToken"> {
  const { requireOrganisation } = deps.authentication;
  return {
    listTokens: async (_request, context) => {
      const caller = await requireOrganisation(context);
      const tokens = await listTokens(deps, caller.organisationId);
      return { tokens: tokens.map((token) => toTokenMessage(token, caller)) };
    },
    makeToken: async ({ label }, context) => {
      const caller = await requireOrganisation(context);
      const { secret, ...token } = await makeToken(deps, { caller, label });
      return { token: toTokenMessage(token, caller), secret };
    },
    revokeToken: async ({ id }, context) => {
      const caller = await requireOrganisation(context);
      await revokeToken(deps, { caller, tokenId: parseId("ctid", id) });
      return {};
    },
  };
}

function toTokenMessage(token: StoredToken, { tokenId }: Caller): MessageInitShape<typeof TokenSchema> {
  const { token_id, label, created_at_ms } = token;
  const isOwn = encodeHex(token_id) === encodeHex(tokenId);
  return { id: encodeId("ctid", token_id), label, createdAtMs: BigInt(created_at_ms), isOwn };
}

function pageMethods(deps: SettingsServiceDeps): Pick<Methods, "updateActionPage" | "getEmbedSnippet"> {
  const { requireOrganisation } = deps.authentication;
  return {
    updateActionPage: async ({ pageId, description, requiredFields, embedOrigins }, context) => {
      const caller = await requireOrganisation(context);
      const page = await updateActionPage(deps, {
        caller,
        pageId: parseId("cpag", pageId),
        description,
        requiredFields: requiredFields?.names,
        embedOrigins: embedOrigins?.origins,
      });
      deps.pages.forget();
      return { page: toPageMessage(deps, page) };
    },
    getEmbedSnippet: async ({ pageId }, context) => {
      const { organisationId } = await requireOrganisation(context);
      const page = await getOwnPage(deps, { organisationId, pageId: parseId("cpag", pageId) });
      const script = await findElementScript(deps.files);
      const pins = pinsOfPage(page);
      return { embedSnippet: embedSnippet({ origin: deps.origin(), pageName: page.view.name, pins, script }) };
    },
  };
}
