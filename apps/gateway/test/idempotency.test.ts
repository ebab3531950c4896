// The action id is the idempotency id: the same request counts once, another request with the same id is refused.
import { create } from "@bufbuild/protobuf";
import { Sealing, type SubmitRequest, TrackingSchema } from "@coterie/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  clearRequest,
  makeOrganisation,
  makePage,
  newActionId,
  pullAll,
  rotateKey,
  sealedRequest,
  someone,
  type TestOrganisation,
} from "./support/coalition.ts";
import { codeOf, connectClients, startTestGateway, type TestGateway } from "./support/gateway.ts";

let gateway: TestGateway;
let owner: TestOrganisation;

beforeAll(async () => {
  gateway = await startTestGateway();
  owner = await makeOrganisation(gateway);
});

afterAll(async () => await gateway.close());

describe("a repeated submission", () => {
  it("is counted once, however often and over however many connections it is repeated", async () => {
    const { page } = await makePage({ lead: owner }, { sealing: Sealing.BROWSER });
    const before = (await pullAll(owner)).length;
    const request = sealedRequest(page);
    const replays = Array.from({ length: 16 }, async () => {
      const { actions } = connectClients(gateway.address);
      const answers = [];
      for (let i = 0; i < 1000 / 16; i++) answers.push(await actions.submit(request));
      return answers;
    });
    const answers = (await Promise.all(replays)).flat();
    expect(answers.length).toBeGreaterThanOrEqual(1000);
    expect(
      new Set(answers.map(({ actionId, counter, receivedBy }) => `${actionId} ${counter} ${receivedBy.join()}`)).size,
    ).toBe(1);
    expect(answers[0]?.counter).toBe(1n);
    expect(await pullAll(owner)).toHaveLength(before + 1);
  });

  it("and 300 distinct ones over 16 connections are each counted", async () => {
    const { page } = await makePage({ lead: owner });
    const { actions } = connectClients(gateway.address);
    const counters = await Promise.all(
      Array.from({ length: 16 }, async () => {
        const own = connectClients(gateway.address);
        const seen: bigint[] = [];
        for (let i = 0; i < 20; i++)
          seen.push((await own.actions.submit(clearRequest(page, { person: someone() }))).counter);
        return seen;
      }),
    );
    expect(counters.flat()).toHaveLength(320);
    const last = await actions.submit(clearRequest(page, { person: someone() }));
    expect(last.counter).toBe(321n);
  });

  it("gets its answer also after the campaign closed and the key was replaced", async () => {
    const { page, campaign } = await makePage({ lead: owner });
    const { actions } = connectClients(gateway.address);
    const request = clearRequest(page);
    const first = await actions.submit(request);
    await rotateKey(owner);
    await owner.clients.organisations.updateCampaign({ campaignId: campaign.id, open: false });
    expect(await actions.submit(request)).toEqual(first);
    expect(await codeOf(actions.submit(clearRequest(page)))).toBe("campaign-closed");
  });
});

describe("another request with the same id", () => {
  it("is refused, whatever it changes", async () => {
    const { page } = await makePage({ lead: owner });
    const { page: otherPage } = await makePage({ lead: owner });
    const { actions } = connectClients(gateway.address);
    const actionId = newActionId();
    const original = clearRequest(page, { actionId, customFields: { why: "rivers" } });
    await actions.submit(original);
    const changed: Partial<SubmitRequest>[] = [
      { customFields: { why: "lakes" } },
      { customFields: {} },
      { person: { case: "personJson", value: '{"firstName":"Bob","lastName":"B","email":"bob@example.org"}' } },
      { pageId: otherPage.id },
      { consents: clearRequest(page, { answers: { [owner.organisation.id]: "yes" } }).consents },
      { tracking: create(TrackingSchema, { source: "mail" }) },
    ];
    for (const change of changed) {
      expect(await codeOf(actions.submit({ ...original, ...change }))).toBe("conflict");
    }
    // Padding says nothing, so it changes nothing.
    expect(await codeOf(actions.submit({ ...original, padding: "    " }))).toBe("accepted");
    expect((await actions.getCounter({ pageName: page.name })).counter).toBe(1n);
  });

  it("loses also where both arrive at the same moment", async () => {
    const { page } = await makePage({ lead: owner });
    const { actions } = connectClients(gateway.address);
    for (let round = 0; round < 10; round++) {
      const actionId = newActionId();
      const requests = ["a", "b", "c", "d"].map((why) => clearRequest(page, { actionId, customFields: { why } }));
      const codes = await Promise.all(requests.map(async (request) => await codeOf(actions.submit(request))));
      expect(codes.toSorted()).toEqual(["accepted", "conflict", "conflict", "conflict"]);
    }
  });
});
