/** What an organisation's staff and tools may do, with the organisation's token. Everything is limited to what is the caller's own. */
import type { ConnectRouter, ServiceImpl } from "@connectrpc/connect";
import { embedSnippet } from "@coterie/actions";
import { OrganisationService } from "@coterie/protocol";
import { recordHourly } from "../audit/record-hourly.ts";
import { toCampaignMessage } from "../campaigns/campaign-message.ts";
import { allowPartner, createCampaign, listCampaigns, refuseHome, updateCampaign } from "../campaigns/campaigns.ts";
import { toContactMessage, toEventMessage } from "../contacts/contact-message.ts";
import { acknowledgeContacts, pullContacts } from "../contacts/contacts.ts";
import type { GatewayDeps } from "../deps.ts";
import type { StaticFiles } from "../http/static-files.ts";
import { parseId, parseRequestKeyId } from "../ids.ts";
import { toKeyMessage } from "../keys/key-message.ts";
import { activatePublicKey, importPublicKey, listPublicKeys, startActivation } from "../keys/public-keys.ts";
import { createActionPage, listActionPages } from "../pages/create-page.ts";
import { pinsOfPage } from "../pages/page-pins.ts";
import { findElementScript } from "../pages/page-assets.ts";
import { fromSealingMessage, toPageMessage } from "../pages/page-message.ts";
import type { Pages } from "../pages/page-truth.ts";
import { parseListRange } from "../paging.ts";
import { toOrganisationMessage } from "./administration-service.ts";
import type { Authentication } from "./authentication.ts";
import { getOrganisation } from "./organisations.ts";

/** What the service needs. */
export interface OrganisationServiceDeps extends GatewayDeps {
  readonly authentication: Authentication;
  readonly pages: Pages;
  /** This gateway's origin as others reach it. */
  readonly origin: () => string;
  /** The widget's files, whose integrity the embed snippet names. */
  readonly files: StaticFiles;
}

type Methods = Partial<ServiceImpl<typeof OrganisationService>>;

/** Adds the service. */
export function registerOrganisationService(router: ConnectRouter, deps: OrganisationServiceDeps): void {
  const methods: Methods = {
    ...keyMethods(deps),
    ...campaignMethods(deps),
    ...pageMethods(deps),
    ...contactMethods(deps),
  };
  router.service(OrganisationService, methods);
}

function keyMethods(deps: OrganisationServiceDeps): Methods {
  const { requireOrganisation } = deps.authentication;
  return {
    getOrganisation: async (_request, context) => {
      const { organisationId } = await requireOrganisation(context);
      const organisation = toOrganisationMessage(await getOrganisation(deps, organisationId));
      return { organisation, gatewaySigningKey: deps.secrets.signing.publicKey };
    },
    importPublicKey: async (request, context) => {
      const caller = await requireOrganisation(context);
      refuseHome(caller);
      const { organisationId, tokenId } = caller;
      return { key: toKeyMessage(await importPublicKey(deps, { ...request, organisationId, tokenId })) };
    },
    startActivation: async (request, context) => {
      const caller = await requireOrganisation(context);
      refuseHome(caller);
      const name = { organisationId: caller.organisationId, keyId: parseRequestKeyId(request.keyId).bytes };
      const { challenge, expiresAtMs } = await startActivation(deps, name);
      return { challenge, expiresAtMs: BigInt(expiresAtMs) };
    },
    activatePublicKey: async (request, context) => {
      const caller = await requireOrganisation(context);
      refuseHome(caller);
      const name = { organisationId: caller.organisationId, keyId: parseRequestKeyId(request.keyId).bytes };
      const key = await activatePublicKey(deps, { ...name, proof: request.proof, tokenId: caller.tokenId });
      deps.pages.forget();
      return { key: toKeyMessage(key) };
    },
    listPublicKeys: async (_request, context) => {
      const { organisationId } = await requireOrganisation(context);
      return { keys: (await listPublicKeys(deps, organisationId)).map(toKeyMessage) };
    },
  };
}

function campaignMethods(deps: OrganisationServiceDeps): Methods {
  const { requireOrganisation } = deps.authentication;
  return {
    createCampaign: async ({ name, title, forcesDelivery, formSchema }, context) => {
      const caller = await requireOrganisation(context);
      const campaign = await createCampaign(deps, { caller, name, title, forcesDelivery, formSchema });
      return { campaign: toCampaignMessage(campaign) };
    },
    updateCampaign: async ({ campaignId, open, title }, context) => {
      const caller = await requireOrganisation(context);
      const campaign = await updateCampaign(deps, { caller, campaignId: parseId("ccam", campaignId), open, title });
      deps.pages.forget();
      return { campaign: toCampaignMessage(campaign) };
    },
    allowPartner: async (request, context) => {
      const caller = await requireOrganisation(context);
      const campaignId = parseId("ccam", request.campaignId);
      await allowPartner(deps, { caller, campaignId, organisationId: parseId("corg", request.organisationId) });
      return {};
    },
    listCampaigns: async (request, context) => {
      const { organisationId } = await requireOrganisation(context);
      const { page, nextPageToken } = await listCampaigns(deps, { organisationId, range: parseListRange(request) });
      return { campaigns: page.map(toCampaignMessage), nextPageToken };
    },
  };
}

function pageMethods(deps: OrganisationServiceDeps): Methods {
  const { requireOrganisation } = deps.authentication;
  return {
    createActionPage: async (request, context) => {
      const caller = await requireOrganisation(context);
      const { name, locale, delivers, actionType, requiredFields, description, embedOrigins } = request;
      const page = await createActionPage(deps, {
        caller,
        campaignId: parseId("ccam", request.campaignId),
        sealing: fromSealingMessage(request.sealing),
        name,
        locale,
        delivers,
        actionType,
        requiredFields,
        description,
        embedOrigins,
      });
      const script = await findElementScript(deps.files);
      const snippet = embedSnippet({ origin: deps.origin(), pageName: page.view.name, pins: pinsOfPage(page), script });
      return { page: toPageMessage(deps, page), embedSnippet: snippet };
    },
    listActionPages: async (request, context) => {
      const { organisationId } = await requireOrganisation(context);
      const { page, nextPageToken } = await listActionPages(deps, { organisationId, range: parseListRange(request) });
      return { pages: page.map((one) => toPageMessage(deps, one)), nextPageToken };
    },
  };
}

function contactMethods(deps: OrganisationServiceDeps): Methods {
  const { requireOrganisation } = deps.authentication;
  return {
    pullContacts: async ({ cursor, limit }, context) => {
      const { organisationId, tokenId } = await requireOrganisation(context);
      const delivery = await pullContacts(deps, { organisationId, cursor, limit });
      const amount = delivery.contacts.length;
      if (amount > 0) await recordHourly(deps, { organisationId, tokenId, event: "contacts-pulled", amount });
      const contacts = delivery.contacts.map((contact) => toContactMessage(deps, contact));
      return { ...delivery, contacts, events: delivery.events.map(toEventMessage) };
    },
    acknowledgeContacts: async ({ cursor }, context) => {
      const { organisationId } = await requireOrganisation(context);
      await acknowledgeContacts(deps, { organisationId, cursor });
      return {};
    },
  };
}
