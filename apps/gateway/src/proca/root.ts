/**
 * What documents are run on. Members that are functions are called by the GraphQL library where a document asks for them, with
 * the arguments that it checked against the schema.
 */
import type { IntakeDeps } from "../actions/intake.ts";
import { addActionContact, type RequestContext } from "./add-action-contact.ts";
import type { AddActionArgs, AddActionContactArgs, ContactReference, LinkActionsArgs, LookupArgs } from "./input.ts";
import { addAction, linkActions } from "./linked-actions.ts";
import { type CampaignRow, getCampaignRow, getPageRow, type PageRow } from "./numbers.ts";
import { findPublicActions, type PublicActions, type PublicActionsArgs } from "./public-actions.ts";
import type { Statistics, TypeCount } from "./statistics.ts";

/** What the root needs. */
export interface RootDeps extends IntakeDeps {
  readonly statistics: Statistics;
}

/** Queries and mutations. */
export interface Root {
  readonly actionPage: (args: LookupArgs) => Promise<ActionPageNode>;
  readonly campaign: (args: LookupArgs) => Promise<CampaignNode>;
  readonly addActionContact: (args: AddActionContactArgs, context: RequestContext) => Promise<ContactReference>;
  readonly addAction: (args: AddActionArgs, context: RequestContext) => Promise<ContactReference>;
  readonly linkActions: (args: LinkActionsArgs) => Promise<ContactReference>;
}

/** A page as documents see it. */
export interface ActionPageNode {
  readonly __typename: "PublicActionPage";
  readonly id: number;
  readonly name: string;
  readonly locale: string;
  readonly live: () => Promise<boolean>;
  readonly journey: readonly string[];
  readonly config: string;
  readonly campaign: () => Promise<CampaignNode>;
  readonly org: OrgNode;
}

/** A campaign as documents see it. */
export interface CampaignNode {
  readonly __typename: "PublicCampaign";
  readonly id: number;
  readonly name: string;
  readonly title: string;
  readonly contactSchema: "BASIC" | "ECI";
  readonly status: "LIVE" | "CLOSED";
  readonly config: string;
  readonly org: OrgNode;
  readonly stats: StatsNode;
  readonly actions: (args: PublicActionsArgs) => Promise<PublicActions>;
}

/** An organisation as documents see it. */
export interface OrgNode {
  readonly __typename: "PublicOrg";
  readonly name: string;
  readonly title: string;
  readonly config: string;
}

/** Numbers of a campaign. Where people live is sealed with them: there is no number by area. */
export interface StatsNode {
  readonly supporterCount: () => Promise<number>;
  readonly supporterCountByArea: readonly never[];
  readonly supporterCountByOrg: () => Promise<readonly { readonly org: OrgNode; readonly count: number }[]>;
  readonly supporterCountByOthers: (args: { readonly orgName: string }) => Promise<number>;
  readonly actionCount: () => Promise<readonly TypeCount[]>;
}

/** The root of this gateway. */
export function createRoot(deps: RootDeps): Root {
  return {
    actionPage: async (args) => pageNode(deps, await getPageRow(deps, args)),
    campaign: async (args) => campaignNode(deps, await getCampaignRow(deps, args)),
    addActionContact: async (args, context) => await addActionContact(deps, { args, context }),
    addAction: async (args, context) => await addAction(deps, { args, context }),
    linkActions: async (args) => await linkActions(deps, args),
  };
}

function pageNode(deps: RootDeps, row: PageRow): ActionPageNode {
  const { number, name, locale } = row;
  return {
    __typename: "PublicActionPage",
    id: number,
    name,
    locale,
    live: async () => (await deps.pages.find({ id: row.id }))?.view.accepting ?? false,
    journey: [],
    config: emptyConfig,
    campaign: async () => campaignNode(deps, await getCampaignRow(deps, { campaignId: row.campaign_id })),
    org: orgNode({ name: row.organisation_name, title: row.organisation_title }),
  };
}

function campaignNode(deps: RootDeps, row: CampaignRow): CampaignNode {
  return {
    __typename: "PublicCampaign",
    id: row.number,
    name: row.name,
    title: row.title,
    contactSchema: row.form_schema === "eci/1" ? "ECI" : "BASIC",
    status: row.open ? "LIVE" : "CLOSED",
    config: emptyConfig,
    org: orgNode({ name: row.organisation_name, title: row.organisation_title }),
    stats: statsNode(deps, row),
    actions: async (args) => await findPublicActions(deps, { campaignId: row.id, args }),
  };
}

function statsNode({ counters, statistics }: RootDeps, { id }: CampaignRow): StatsNode {
  return {
    supporterCount: async () => await counters.get(id),
    supporterCountByArea: [],
    supporterCountByOrg: async () =>
      (await statistics(id)).byOrganisation.map(({ count, ...org }) => ({ org: orgNode(org), count })),
    supporterCountByOthers: async ({ orgName }) =>
      (await statistics(id)).byOrganisation
        .filter(({ name }) => name !== orgName)
        .reduce((sum, { count }) => sum + count, 0),
    actionCount: async () => (await statistics(id)).byType,
  };
}

function orgNode({ name, title }: { readonly name: string; readonly title: string }): OrgNode {
  return { __typename: "PublicOrg", name, title, config: emptyConfig };
}

/** Proca's scalar `Json` is text. Settings of its widgets are not kept here. */
const emptyConfig = "{}";
