// Who may call what: one rule for every method of every service. A method without a rule fails the matrix, so that whoever adds one
// has to say who may call it, and what those are answered who may not see what the request names.
import { encodeTextForm } from "@coterie/bytes";
import { generateAgreementKeyPair } from "@coterie/primitives";
import { nodePrimitives, systemRandom } from "@coterie/primitives/node";
import { CommentState, ErasureReach, MailKind, ProofOfWork, Sealing } from "@coterie/protocol";
import { type TestOrganisation, type TestPage, uniqueName } from "./coalition.ts";

/** Organisations by what they are to the page that requests name: it leads its campaign, runs it, is a stranger; the gateway's own. */
export type Caller = "owner" | "partner" | "stranger" | "home";

export interface Scene {
  /** The partner's page in the owner's campaign. */
  readonly made: TestPage;
  readonly owner: TestOrganisation;
  readonly partner: TestOrganisation;
  readonly stranger: TestOrganisation;
}

export interface AccessRule {
  /** "public": no token is asked for; else a token of an organisation, or the operator's. */
  readonly who: "public" | "organisation" | "operator";
  /** A request that a rightful caller could make; `{}` where absent. */
  readonly request?: (scene: Scene) => object;
  /** What callers with the right kind of token are answered; "accepted" where absent. */
  readonly answers?: Readonly<Partial<Record<Caller, string>>>;
}

const own: AccessRule = { who: "organisation" };

/** What the request names is the owner's alone. */
const ownersOnly = { partner: "not-found", stranger: "not-found", home: "not-found" } as const;
/** It is the partner's page. */
const partnersOnly = { owner: "not-found", stranger: "not-found", home: "not-found" } as const;
/** Both take part. */
const insiders = { stranger: "not-found", home: "not-found" } as const;
/** It is nobody's. */
const nobodys = { owner: "not-found", partner: "not-found", stranger: "not-found", home: "not-found" } as const;

const pageId = ({ made }: Scene): object => ({ pageId: made.page.id });
const campaignId = ({ made }: Scene): object => ({ campaignId: made.campaign.id });
const unknownId = (prefix: "cweb" | "ctid" | "cnad"): string => encodeTextForm(prefix, new Uint8Array(16));

export const accessRules: Readonly<Record<string, Readonly<Record<string, AccessRule>>>> = {
  ActionService: {
    getPage: { who: "public", request: ({ made }) => ({ name: made.page.name }) },
    submit: { who: "public", answers: { owner: "invalid", partner: "invalid", stranger: "invalid", home: "invalid" } },
    getCounter: { who: "public", request: ({ made }) => ({ pageName: made.page.name }) },
    listPublicComments: { who: "public", request: ({ made }) => ({ pageName: made.page.name }) },
  },
  OrganisationService: {
    getOrganisation: own,
    importPublicKey: {
      who: "organisation",
      request: () => ({ public: generateAgreementKeyPair(nodePrimitives, systemRandom).publicKey, label: "" }),
      answers: { home: "home-organisation" },
    },
    startActivation: {
      who: "organisation",
      request: ({ owner }) => ({ keyId: owner.keyId }),
      answers: { ...ownersOnly, home: "home-organisation" },
    },
    activatePublicKey: {
      who: "organisation",
      request: ({ owner }) => ({ keyId: owner.keyId, proof: new Uint8Array(32) }),
      answers: { ...ownersOnly, owner: "not-proven", home: "home-organisation" },
    },
    listPublicKeys: own,
    createCampaign: {
      who: "organisation",
      request: () => ({ name: uniqueName("c"), title: "C", forcesDelivery: false, formSchema: "basic/1" }),
      answers: { home: "home-organisation" },
    },
    updateCampaign: {
      who: "organisation",
      request: (scene) => ({ ...campaignId(scene), title: "Changed" }),
      answers: ownersOnly,
    },
    allowPartner: {
      who: "organisation",
      request: (scene) => ({ ...campaignId(scene), organisationId: scene.partner.organisation.id }),
      answers: ownersOnly,
    },
    createActionPage: {
      who: "organisation",
      request: (scene) => ({
        ...campaignId(scene),
        name: uniqueName("p"),
        locale: "en",
        sealing: Sealing.GATEWAY,
        delivers: true,
        actionType: "petition",
      }),
      answers: { stranger: "not-found", home: "home-organisation" },
    },
    listCampaigns: own,
    listActionPages: own,
    pullContacts: own,
    acknowledgeContacts: { who: "organisation", request: () => ({ cursor: "0" }), answers: { home: "invalid" } },
  },
  KeyLogService: {
    // A log is public among organisations.
    getKeyLog: { who: "organisation", request: ({ owner }) => ({ organisationId: owner.organisation.id }) },
    publishKeyLogEntries: {
      who: "organisation",
      answers: { owner: "invalid", partner: "invalid", stranger: "invalid", home: "home-organisation" },
    },
  },
  RewrapService: {
    countContactsByKey: own,
    // Of another's key there is nothing to list, as of one that does not exist.
    listContactsUnderKey: { who: "organisation", request: ({ owner }) => ({ keyId: owner.keyId }) },
    replaceContacts: {
      who: "organisation",
      request: ({ owner, partner }) => ({
        oldKeyId: owner.keyId,
        newKeyId: partner.keyId,
        replacements: [
          {
            actionId: encodeTextForm("cact", new Uint8Array(16)),
            oldPayloadHash: new Uint8Array(32),
            payload: new Uint8Array(528),
            nonce: new Uint8Array(24),
            signKey: generateAgreementKeyPair(nodePrimitives, systemRandom).publicKey,
          },
        ],
      }),
      answers: nobodys,
    },
  },
  MailService: {
    getPageMails: { who: "organisation", request: pageId, answers: partnersOnly },
    setPageMails: { who: "organisation", request: (scene) => ({ ...pageId(scene), mails: {} }), answers: partnersOnly },
    getCampaignMails: { who: "organisation", request: campaignId, answers: ownersOnly },
    setCampaignMails: {
      who: "organisation",
      request: (scene) => ({ ...campaignId(scene), mails: {} }),
      answers: ownersOnly,
    },
    previewMail: {
      who: "organisation",
      request: (scene) => ({ ...pageId(scene), kind: MailKind.THANK_YOU }),
      answers: partnersOnly,
    },
  },
  ModerationService: {
    listComments: {
      who: "organisation",
      request: (scene) => ({ ...campaignId(scene), state: CommentState.AWAITING }),
      answers: insiders,
    },
    decideComments: {
      who: "organisation",
      request: () => ({
        actionIds: [encodeTextForm("cact", new Uint8Array(16))],
        state: CommentState.APPROVED,
      }),
      answers: nobodys,
    },
    getPageProtection: { who: "organisation", request: pageId, answers: partnersOnly },
    setPageProtection: {
      who: "organisation",
      request: (scene) => ({ ...pageId(scene), proofOfWork: ProofOfWork.AUTO }),
      answers: partnersOnly,
    },
  },
  RightsService: {
    findPerson: { who: "organisation", request: () => ({ email: "nobody@example.org" }) },
    erasePerson: {
      who: "organisation",
      request: () => ({ email: "nobody@example.org", reach: ErasureReach.OWN }),
    },
    getRetention: { who: "organisation", request: campaignId, answers: insiders },
    setRetention: {
      who: "organisation",
      request: (scene) => ({ ...campaignId(scene), days: 365 }),
      answers: ownersOnly,
    },
  },
  StatisticsService: {
    getStatistics: { who: "organisation", request: campaignId, answers: insiders },
    recountCampaign: { who: "organisation", request: campaignId, answers: ownersOnly },
  },
  AuditService: {
    getAuditHead: own,
    listAuditLinks: own,
    listAuditEvents: own,
  },
  NoticeService: {
    listNotices: own,
    dismissNotices: { who: "organisation", request: () => ({ seqs: [1n] }) },
    listNoticeAddresses: own,
    // This gateway cannot send mails.
    addNoticeAddress: {
      who: "organisation",
      request: () => ({ email: "staff@example.org", locale: "en" }),
      answers: { owner: "unavailable", partner: "unavailable", stranger: "unavailable", home: "home-organisation" },
    },
    removeNoticeAddress: { who: "organisation", request: () => ({ id: unknownId("cnad") }), answers: nobodys },
  },
  SettingsService: {
    getSettings: own,
    updateOrganisation: { who: "organisation", answers: { home: "home-organisation" } },
    listTokens: own,
    makeToken: { who: "organisation", request: () => ({ label: "another" }) },
    revokeToken: { who: "organisation", request: () => ({ id: unknownId("ctid") }), answers: nobodys },
    updateActionPage: { who: "organisation", request: pageId, answers: partnersOnly },
    getEmbedSnippet: { who: "organisation", request: pageId, answers: partnersOnly },
  },
  WebhookService: {
    createWebhook: {
      who: "organisation",
      answers: { owner: "invalid", partner: "invalid", stranger: "invalid", home: "home-organisation" },
    },
    updateWebhook: { who: "organisation", request: () => ({ webhookId: unknownId("cweb") }), answers: nobodys },
    removeWebhook: { who: "organisation", request: () => ({ webhookId: unknownId("cweb") }), answers: nobodys },
    listWebhooks: own,
    testWebhook: { who: "organisation", request: () => ({ webhookId: unknownId("cweb") }), answers: nobodys },
    listDeadLetters: { who: "organisation", request: () => ({ webhookId: unknownId("cweb") }), answers: nobodys },
    redriveDeadLetters: {
      who: "organisation",
      request: () => ({ webhookId: unknownId("cweb") }),
      answers: { ...nobodys, home: "home-organisation" },
    },
    getWebhookKeys: own,
  },
  WebhookKeyService: { rotateWebhookKey: { who: "operator" } },
  AdministrationService: {
    createOrganisation: { who: "operator", request: () => ({ name: uniqueName("o"), title: "O" }) },
    listOrganisations: { who: "operator" },
    replaceToken: {
      who: "operator",
      request: () => ({ organisationId: encodeTextForm("corg", new Uint8Array(16)) }),
    },
  },
};
