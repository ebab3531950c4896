/**
 * The part of Proca's schema that public clients use: its names and which values may be null are facts of the interface
 * (docs/protocol/proca.md §2). Values that only some of its installations have are there and empty.
 */
import { buildSchema, type GraphQLSchema } from "graphql";

const queries = `
  scalar Json
  scalar Date
  scalar NaiveDateTime

  type RootQueryType {
    actionPage(id: Int, name: String): ActionPage
    campaign(id: Int, name: String): Campaign
  }

  interface Org { name: String! title: String! config: Json! }
  type PublicOrg implements Org { name: String! title: String! config: Json! }

  interface ActionPage {
    id: Int! name: String! locale: String! live: Boolean! journey: [String!]! config: Json!
    thankYouTemplate: String thankYouTemplateRef: String campaign: Campaign! org: Org!
  }
  type PublicActionPage implements ActionPage {
    id: Int! name: String! locale: String! live: Boolean! journey: [String!]! config: Json!
    thankYouTemplate: String thankYouTemplateRef: String campaign: Campaign! org: Org!
  }

  enum ContactSchema { BASIC ECI IT_CI POPULAR_INITIATIVE }
  enum CampaignStatus { DRAFT LIVE CLOSED IGNORED }

  interface Campaign {
    id: Int! externalId: Int name: String! title: String! contactSchema: ContactSchema! status: CampaignStatus!
    config: Json! stats: CampaignStats! org: Org! actions(actionType: String!, limit: Int): PublicActionsResult!
  }
  type PublicCampaign implements Campaign {
    id: Int! externalId: Int name: String! title: String! contactSchema: ContactSchema! status: CampaignStatus!
    config: Json! stats: CampaignStats! org: Org! actions(actionType: String!, limit: Int): PublicActionsResult!
  }

  type CampaignStats {
    supporterCount: Int!
    supporterCountByArea: [AreaCount!]!
    supporterCountByOrg: [OrgCount!]!
    supporterCountByOthers(orgName: String!): Int!
    actionCount: [ActionTypeCount!]!
  }
  type AreaCount { area: String! count: Int! }
  type OrgCount { org: Org! count: Int! }
  type ActionTypeCount { actionType: String! count: Int! }

  type PublicActionsResult { fieldKeys: [String!] list: [ActionCustomFields] }
  type ActionCustomFields {
    actionId: Int! actionType: String! insertedAt: NaiveDateTime! fields: [CustomField!]!
  }
  type CustomField { key: String! value: String! }
`;

const mutations = `
  type RootMutationType {
    addActionContact(
      actionPageId: Int!, action: ActionInput!, contact: ContactInput!, privacy: ConsentInput!,
      tracking: TrackingInput, contactRef: ID
    ): ContactReference!
    addAction(actionPageId: Int!, action: ActionInput!, contactRef: ID!, tracking: TrackingInput): ContactReference!
    linkActions(actionPageId: Int!, contactRef: ID!, linkRefs: [String!]): ContactReference!
  }

  type ContactReference { contactRef: String! firstName: String }

  input ActionInput {
    actionType: String!
    customFields: Json
    fields: [CustomFieldInput!]
    donation: DonationActionInput
    mtt: MttActionInput
    testing: Boolean
  }
  input CustomFieldInput { key: String! value: String! transient: Boolean }
  input DonationActionInput { schema: String amount: Json currency: String frequencyUnit: String payload: Json! }
  input MttActionInput { subject: String! body: String! targets: [String!]! files: [String!] }

  input ContactInput {
    name: String firstName: String lastName: String email: String phone: String birthDate: Date
    address: AddressInput nationality: NationalityInput
  }
  input AddressInput {
    country: String postcode: String locality: String region: String street: String streetNumber: String
  }
  input NationalityInput { country: String! documentType: String documentNumber: String }
  input ConsentInput { optIn: Boolean leadOptIn: Boolean }
  input TrackingInput { source: String! medium: String! campaign: String! content: String location: String }

  schema { query: RootQueryType mutation: RootMutationType }
`;

/** Without resolvers: values are read from the root that documents are run on. */
export const procaSchema: GraphQLSchema = buildSchema(queries + mutations);
