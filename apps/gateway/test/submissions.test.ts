// From a form to an organisation's premises: what is accepted, who receives, who can open.
import { Sealing } from "@coterie/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  alice,
  clearRequest,
  makeOrganisation,
  makePage,
  openContact,
  pullAll,
  sealedRequest,
  type TestOrganisation,
} from "./support/coalition.ts";
import { connectClients, startTestGateway, type TestGateway } from "./support/gateway.ts";

let gateway: TestGateway;
let lead: TestOrganisation;
let partner: TestOrganisation;

beforeAll(async () => {
  gateway = await startTestGateway();
  lead = await makeOrganisation(gateway, { stem: "lead" });
  partner = await makeOrganisation(gateway, { stem: "partner" });
});

afterAll(async () => await gateway.close());

describe("a signature", () => {
  it("reaches the organisation of a page that is not split, in both sealing modes", async () => {
    const { actions } = connectClients(gateway.address);
    for (const sealing of [Sealing.GATEWAY, Sealing.BROWSER]) {
      const owner = await makeOrganisation(gateway);
      const { page } = await makePage({ lead: owner }, { sealing });
      const request = sealing === Sealing.BROWSER ? sealedRequest(page) : clearRequest(page);
      const answer = await actions.submit(request);
      expect(answer).toMatchObject({ actionId: request.actionId, counter: 1n, receivedBy: [owner.organisation.title] });
      const [contact] = await pullAll(owner);
      if (contact === undefined) throw new Error("no contact");
      expect(await openContact(owner, { contact })).toEqual(alice);
      await expect(openContact(owner, { contact, keys: partner.keys })).rejects.toThrow();
    }
  });

  it("follows the whole truth table of the coalition rule", async () => {
    const { actions } = connectClients(gateway.address);
    for (const sealing of [Sealing.GATEWAY, Sealing.BROWSER]) {
      for (const delivers of [false, true]) {
        for (const forcesDelivery of [false, true]) {
          const { page } = await makePage({ lead, runner: partner }, { sealing, delivers, forcesDelivery });
          for (const optIn of ["yes", "no"] as const) {
            for (const leadOptIn of ["yes", "no"] as const) {
              const answers = { [partner.organisation.id]: optIn, [lead.organisation.id]: leadOptIn };
              const request =
                sealing === Sealing.BROWSER ? sealedRequest(page, { answers }) : clearRequest(page, { answers });
              const { receivedBy } = await actions.submit(request);
              const expected: string[] = [];
              if (delivers || optIn === "yes") expected.push(partner.organisation.title);
              if (!delivers || forcesDelivery || leadOptIn === "yes") expected.push(lead.organisation.title);
              expect(receivedBy).toEqual(expected);
            }
          }
        }
      }
    }
    for (const owner of [lead, partner]) {
      const contacts = await pullAll(owner);
      for (const contact of contacts) expect(await openContact(owner, { contact })).toEqual(alice);
    }
  });
});
