// Who may do what: every method with every kind of caller. What is absent and what is not yours look alike.
import { encodeTextForm } from "@coterie/bytes";
import { generateAgreementKeyPair, randomBytes } from "@coterie/primitives";
import { nodePrimitives, systemRandom } from "@coterie/primitives/node";
import { AdministrationService, OrganisationService, Sealing } from "@coterie/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeOrganisation, makePage, type TestOrganisation, type TestPage, uniqueName } from "./support/coalition.ts";
import { type Clients, codeOf, connectClients, startTestGateway, type TestGateway } from "./support/gateway.ts";

let gateway: TestGateway;
let owner: TestOrganisation;
let partner: TestOrganisation;
let stranger: TestOrganisation;
let home: Clients;
let made: TestPage;

beforeAll(async () => {
  gateway = await startTestGateway();
  owner = await makeOrganisation(gateway, { stem: "owner" });
  partner = await makeOrganisation(gateway, { stem: "partner" });
  stranger = await makeOrganisation(gateway, { stem: "stranger" });
  made = await makePage({ lead: owner, runner: partner });
  const { administration } = connectClients(gateway.address, gateway.operatorToken);
  const { organisations } = await administration.listOrganisations({});
  const organisationId = organisations.find(({ isHome }) => isHome)?.id ?? "";
  home = connectClients(gateway.address, (await administration.replaceToken({ organisationId })).token);
});

afterAll(async () => await gateway.close());

type Call = (clients: Clients) => Promise<unknown>;

/** Every method, with a request that its rightful caller could make. */
function calls(): { readonly organisation: Record<string, Call>; readonly operator: Record<string, Call> } {
  const campaignId = made.campaign.id;
  const organisationId = partner.organisation.id;
  return {
    organisation: {
      getOrganisation: ({ organisations }) => organisations.getOrganisation({}),
      importPublicKey: ({ organisations }) =>
        organisations.importPublicKey({
          public: generateAgreementKeyPair(nodePrimitives, systemRandom).publicKey,
          label: "",
        }),
      startActivation: ({ organisations }) => organisations.startActivation({ keyId: owner.keyId }),
      activatePublicKey: ({ organisations }) =>
        organisations.activatePublicKey({ keyId: owner.keyId, proof: new Uint8Array(32) }),
      listPublicKeys: ({ organisations }) => organisations.listPublicKeys({}),
      createCampaign: ({ organisations }) =>
        organisations.createCampaign({
          name: uniqueName("c"),
          title: "C",
          forcesDelivery: false,
          formSchema: "basic/1",
        }),
      updateCampaign: ({ organisations }) => organisations.updateCampaign({ campaignId, title: "Changed" }),
      allowPartner: ({ organisations }) => organisations.allowPartner({ campaignId, organisationId }),
      createActionPage: ({ organisations }) =>
        organisations.createActionPage({ ...pageRequest(), campaignId, name: uniqueName("p") }),
      listCampaigns: ({ organisations }) => organisations.listCampaigns({}),
      listActionPages: ({ organisations }) => organisations.listActionPages({}),
      pullContacts: ({ organisations }) => organisations.pullContacts({}),
      acknowledgeContacts: ({ organisations }) => organisations.acknowledgeContacts({ cursor: "0" }),
    },
    operator: {
      createOrganisation: ({ administration }) =>
        administration.createOrganisation({ name: uniqueName("o"), title: "O" }),
      listOrganisations: ({ administration }) => administration.listOrganisations({}),
      replaceToken: ({ administration }) => administration.replaceToken({ organisationId: stranger.organisation.id }),
    },
  };
}

function pageRequest() {
  return {
    locale: "en",
    sealing: Sealing.GATEWAY,
    delivers: true,
    actionType: "petition",
    requiredFields: [],
    description: "",
  };
}

/** What each kind of caller is answered. Methods that are not named: "accepted" for organisations. */
const expected: Record<string, Record<string, string>> = {
  owner: { activatePublicKey: "not-proven" },
  partner: {
    startActivation: "not-found",
    activatePublicKey: "not-found",
    updateCampaign: "not-found",
    allowPartner: "not-found",
  },
  stranger: {
    startActivation: "not-found",
    activatePublicKey: "not-found",
    updateCampaign: "not-found",
    allowPartner: "not-found",
    createActionPage: "not-found",
  },
  home: {
    importPublicKey: "home-organisation",
    startActivation: "home-organisation",
    activatePublicKey: "home-organisation",
    createCampaign: "home-organisation",
    updateCampaign: "not-found",
    allowPartner: "not-found",
    createActionPage: "home-organisation",
    acknowledgeContacts: "invalid",
  },
};

describe("the matrix of methods and callers", () => {
  it("names every method", () => {
    const { organisation, operator } = calls();
    expect(Object.keys(organisation).toSorted()).toEqual(Object.keys(OrganisationService.method).toSorted());
    expect(Object.keys(operator).toSorted()).toEqual(Object.keys(AdministrationService.method).toSorted());
  });

  it("answers organisations just as the model says", async () => {
    const callers: Record<string, Clients> = {
      owner: owner.clients,
      partner: partner.clients,
      stranger: stranger.clients,
      home,
    };
    for (const [caller, clients] of Object.entries(callers)) {
      for (const [method, call] of Object.entries(calls().organisation)) {
        const wanted = expected[caller]?.[method] ?? "accepted";
        expect(`${caller} ${method} ${await codeOf(call(clients))}`).toBe(`${caller} ${method} ${wanted}`);
      }
      for (const [method, call] of Object.entries(calls().operator)) {
        expect(`${caller} ${method} ${await codeOf(call(clients))}`).toBe(`${caller} ${method} unauthenticated`);
      }
    }
  });

  it("lets the operator administer, and nothing else", async () => {
    const clients = connectClients(gateway.address, gateway.operatorToken);
    for (const call of Object.values(calls().organisation)) expect(await codeOf(call(clients))).toBe("unauthenticated");
    for (const [method, call] of Object.entries(calls().operator)) {
      if (method !== "replaceToken") expect(await codeOf(call(clients))).toBe("accepted");
    }
  });

  it("refuses everybody else with one answer", async () => {
    const tokens = [
      undefined,
      "",
      "x",
      encodeTextForm("ctok", randomBytes(systemRandom, 32)),
      encodeTextForm("cctl", randomBytes(systemRandom, 32)),
      encodeTextForm("corg", randomBytes(systemRandom, 16)),
      `${owner.token.slice(0, -1)}${owner.token.endsWith("q") ? "p" : "q"}`,
    ];
    for (const token of tokens) {
      const clients = connectClients(gateway.address, token);
      const { organisation, operator } = calls();
      for (const call of Object.values({ ...organisation, ...operator })) {
        expect(await codeOf(call(clients))).toBe("unauthenticated");
      }
    }
  });

  it("forgets the old token when a new one is made", async () => {
    const { administration } = connectClients(gateway.address, gateway.operatorToken);
    const { token } = await administration.replaceToken({ organisationId: stranger.organisation.id });
    expect(await codeOf(stranger.clients.organisations.getOrganisation({}))).toBe("unauthenticated");
    expect(await codeOf(connectClients(gateway.address, token).organisations.getOrganisation({}))).toBe("accepted");
  });
});

describe("what is not yours", () => {
  it("looks as if it were not there", async () => {
    const nowhere = {
      campaign: encodeTextForm("ccam", new Uint8Array(16)),
      key: encodeTextForm("ckey", new Uint8Array(20)),
    };
    const { organisations } = partner.clients;
    const refusal = async (call: Promise<unknown>): Promise<string> => {
      const error: unknown = await call.then(
        () => "accepted",
        (reason: unknown) => reason,
      );
      return error instanceof Error ? `${error.name} ${error.message}` : String(error);
    };
    const theirs = await refusal(organisations.updateCampaign({ campaignId: made.campaign.id, open: false }));
    const none = await refusal(organisations.updateCampaign({ campaignId: nowhere.campaign, open: false }));
    expect(theirs).toBe(none);
    expect(await refusal(organisations.startActivation({ keyId: owner.keyId }))).toBe(
      await refusal(organisations.startActivation({ keyId: nowhere.key })),
    );
  });

  it("is in no list", async () => {
    const other = await makeOrganisation(gateway);
    const { organisations } = other.clients;
    expect((await organisations.listCampaigns({})).campaigns).toEqual([]);
    expect((await organisations.listActionPages({})).pages).toEqual([]);
    expect((await organisations.pullContacts({ cursor: "0" })).contacts).toEqual([]);
    expect((await organisations.listPublicKeys({})).keys.map(({ id }) => id)).toEqual([other.keyId]);
    const { campaigns } = await partner.clients.organisations.listCampaigns({});
    expect(campaigns.map(({ id }) => id)).toContain(made.campaign.id);
  });
});

describe("lists", () => {
  it("come in pages that miss and repeat nothing", async () => {
    const lister = await makeOrganisation(gateway);
    const names = Array.from({ length: 7 }, (_, i) => `${uniqueName("list")}-${i}`);
    for (const name of names) {
      await lister.clients.organisations.createCampaign({ name, title: "T", formSchema: "basic/1" });
    }
    const seen: string[] = [];
    let pageToken = "";
    do {
      const answer = await lister.clients.organisations.listCampaigns({ pageSize: 3, pageToken });
      seen.push(...answer.campaigns.map(({ name }) => name));
      pageToken = answer.nextPageToken;
    } while (pageToken !== "");
    expect(seen).toEqual(names.toSorted());
    for (const bad of [{ pageSize: -1 }, { pageSize: 201 }, { pageToken: "%" }, { pageToken: "JyBPUiAxPTE" }]) {
      expect(await codeOf(lister.clients.organisations.listCampaigns(bad))).toBe("invalid");
    }
    expect(await codeOf(lister.clients.organisations.listCampaigns({ pageSize: 200 }))).toBe("accepted");
  });
});
