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

describe("a gateway with the classic home sender", () => {
  it("seals from the home key with counting nonces, and the organisations still open everything", async () => {
    const classic = await startTestGateway({ sender: "home" });
    const owner = await makeOrganisation(classic);
    const other = await makeOrganisation(classic);
    const { page } = await makePage({ lead: owner, runner: other }, { forcesDelivery: true });
    const { actions } = connectClients(classic.address);
    for (let i = 0; i < 3; i++) await actions.submit(clearRequest(page));
    const contacts = [...(await pullAll(owner)), ...(await pullAll(other))];
    expect(new Set(contacts.map(({ signKey }) => signKey?.id)).size).toBe(1);
    const nonces = contacts.map(({ nonce }) => Buffer.from(nonce).toString("hex")).toSorted();
    const numbers = nonces.map((nonce) => BigInt(`0x${nonce}`) - BigInt(`0x${nonces[0] ?? "0"}`));
    expect(numbers).toEqual([0n, 1n, 2n, 3n, 4n, 5n]);
    for (const contact of await pullAll(owner)) expect(await openContact(owner, { contact })).toEqual(alice);
    for (const contact of await pullAll(other)) expect(await openContact(other, { contact })).toEqual(alice);
    await classic.close();
  });

  it("is not what a gateway does by itself: every contact has a sender of its own", async () => {
    const owner = await makeOrganisation(gateway);
    const { page } = await makePage({ lead: owner });
    const { actions } = connectClients(gateway.address);
    for (let i = 0; i < 3; i++) await actions.submit(clearRequest(page));
    const contacts = await pullAll(owner);
    expect(new Set(contacts.map(({ signKey }) => signKey?.id)).size).toBe(3);
    expect(new Set(contacts.map(({ commitment }) => Buffer.from(commitment).toString("hex"))).size).toBe(3);
    expect(new Set(contacts.map(({ payload }) => payload.length))).toEqual(new Set([528]));
  });
});
