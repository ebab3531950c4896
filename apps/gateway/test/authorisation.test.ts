// Who may do what: every method with every kind of caller. What is absent and what is not yours look alike.
import type { DescService } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { encodeTextForm } from "@coterie/bytes";
import { randomBytes } from "@coterie/primitives";
import { systemRandom } from "@coterie/primitives/node";
import * as protocol from "@coterie/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AccessRule, accessRules, type Caller, type Scene } from "./support/access-rules.ts";
import { makeOrganisation, makePage, type TestOrganisation, type TestPage, uniqueName } from "./support/coalition.ts";
import { bearerTransport, codeOf, connectClients, startTestGateway, type TestGateway } from "./support/gateway.ts";

let gateway: TestGateway;
let owner: TestOrganisation;
let partner: TestOrganisation;
let stranger: TestOrganisation;
let homeToken: string;
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
  homeToken = (await administration.replaceToken({ organisationId })).token;
});

afterAll(async () => await gateway.close());

const exported: readonly unknown[] = Object.values(protocol);
const services: readonly DescService[] = exported.filter(isService);

function isService(value: unknown): value is DescService {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "service";
}

interface Method {
  readonly name: string;
  readonly rule: AccessRule;
  /** The method with the rule's request and a token. */
  readonly answer: (token: string | undefined, request?: object) => Promise<string>;
}

/** Every method of every service. */
function methods(): readonly Method[] {
  const scene: Scene = { made, owner, partner, stranger };
  return services.flatMap((service) =>
    service.methods.map(({ localName }) => {
      const rule = accessRules[service.name]?.[localName];
      if (rule === undefined) throw new Error(`state who may call ${service.name}.${localName} in access-rules.ts`);
      return {
        name: `${service.name}.${localName}`,
        rule,
        answer: async (token, request = rule.request?.(scene) ?? {}) => {
          const client: unknown = createClient(service, bearerTransport(gateway.address, token));
          // cast: every method of these services takes one message
          const call = (client as Readonly<Record<string, (message: object) => Promise<unknown>>>)[localName];
          if (call === undefined) throw new Error("no such method");
          return await codeOf(call(request));
        },
      };
    }),
  );
}

const withRule = (...who: readonly AccessRule["who"][]): readonly Method[] =>
  methods().filter(({ rule }) => who.includes(rule.who));

describe("the matrix of methods and callers", () => {
  it("has a rule for every method of every service, and no other", () => {
    const named = Object.entries(accessRules).flatMap(([service, rules]) =>
      Object.keys(rules).map((method) => `${service}.${method}`),
    );
    expect(
      methods()
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(named.toSorted());
    expect(named.length).toBeGreaterThan(60);
  });

  it("answers organisations just as the model says", async () => {
    const tokens: Readonly<Record<Caller, string>> = {
      owner: owner.token,
      partner: partner.token,
      stranger: stranger.token,
      home: homeToken,
    };
    const callers = ["owner", "partner", "stranger", "home"] as const;
    const found: string[] = [];
    const wanted: string[] = [];
    for (const caller of callers) {
      for (const { name, rule, answer } of methods()) {
        const expected = rule.who === "operator" ? "unauthenticated" : (rule.answers?.[caller] ?? "accepted");
        wanted.push(`${caller} ${name} ${expected}`);
        found.push(`${caller} ${name} ${await answer(tokens[caller])}`);
      }
    }
    expect(found).toEqual(wanted);
  });

  it("lets the operator administer, and read or change nothing of an organisation's", async () => {
    for (const { name, answer } of withRule("organisation"))
      expect(`${name} ${await answer(gateway.operatorToken)}`).toBe(`${name} unauthenticated`);
    for (const { name, answer } of withRule("operator")) {
      const expected = name.endsWith(".replaceToken") ? "not-found" : "accepted";
      expect(`${name} ${await answer(gateway.operatorToken)}`).toBe(`${name} ${expected}`);
    }
  });

  it("refuses everybody else with one answer, whatever is asked", async () => {
    const tokens = [
      undefined,
      "",
      "x",
      encodeTextForm("ctok", randomBytes(systemRandom, 32)),
      encodeTextForm("cctl", randomBytes(systemRandom, 32)),
      encodeTextForm("corg", randomBytes(systemRandom, 16)),
      `${owner.token.slice(0, -1)}${owner.token.endsWith("q") ? "p" : "q"}`,
    ];
    for (const { name, answer } of withRule("organisation", "operator")) {
      for (const token of tokens) expect(`${name} ${await answer(token)}`).toBe(`${name} unauthenticated`);
      // Also before a request is looked at: a malformed one is not told apart.
      expect(`${name} ${await answer(undefined, {})}`).toBe(`${name} unauthenticated`);
    }
  });

  it("asks nobody for a token where the public acts", async () => {
    for (const { name, answer } of withRule("public"))
      expect(`${name} ${await answer(undefined)}`).not.toContain("unauthenticated");
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
