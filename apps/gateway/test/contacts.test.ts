// Delivery: in one order, at least once, nothing skipped, to nobody else.
import { create } from "@bufbuild/protobuf";
import { encodeTextForm } from "@coterie/bytes";
import { protocolLimits, TrackingSchema } from "@coterie/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  clearRequest,
  makeOrganisation,
  makePage,
  openContact,
  pullAll,
  type TestOrganisation,
  type TestPage,
} from "./support/coalition.ts";
import { codeOf, connectClients, startTestGateway, type TestGateway } from "./support/gateway.ts";

let gateway: TestGateway;
let owner: TestOrganisation;
let made: TestPage;

beforeAll(async () => {
  gateway = await startTestGateway();
  owner = await makeOrganisation(gateway);
  made = await makePage({ lead: owner });
});

afterAll(async () => await gateway.close());

describe("pulling contacts", () => {
  it("skips nothing while submissions are being committed by many connections", async () => {
    const running = { now: true };
    const sent = new Set<string>();
    const submitters = Array.from({ length: 12 }, async () => {
      const { actions } = connectClients(gateway.address);
      for (let i = 0; i < 25; i++) {
        const request = clearRequest(made.page);
        await actions.submit(request);
        sent.add(request.actionId);
      }
    });
    const seen: string[] = [];
    const puller = (async () => {
      for (let cursor = "0", done = false; !done; ) {
        done = !running.now;
        const pulled = await owner.clients.organisations.pullContacts({ cursor, limit: 7 });
        seen.push(...pulled.contacts.map(({ actionId }) => actionId));
        cursor = pulled.nextCursor;
        done &&= !pulled.more;
      }
    })();
    await Promise.all(submitters);
    running.now = false;
    await puller;
    expect(seen).toHaveLength(300);
    expect(new Set(seen)).toEqual(sent);
  });

  it("numbers each organisation's contacts on its own, so that cursors tell nothing about others", async () => {
    const quiet = await makeOrganisation(gateway);
    const { page } = await makePage({ lead: quiet });
    await connectClients(gateway.address).actions.submit(clearRequest(page));
    const { nextCursor } = await quiet.clients.organisations.pullContacts({});
    expect(nextCursor).toBe("1");
  });

  it("starts after what was acknowledged, and acknowledging is monotonic", async () => {
    const { organisations } = owner.clients;
    const first = await organisations.pullContacts({ limit: 10 });
    expect(first).toMatchObject({ more: true, nextCursor: "10" });
    expect((await organisations.pullContacts({ limit: 10 })).contacts).toEqual(first.contacts);
    await organisations.acknowledgeContacts({ cursor: first.nextCursor });
    const second = await organisations.pullContacts({ limit: 10 });
    expect(second.nextCursor).toBe("20");
    expect(second.contacts[0]?.actionId).not.toBe(first.contacts[0]?.actionId);
    await organisations.acknowledgeContacts({ cursor: "3" });
    expect((await organisations.pullContacts({ limit: 10 })).contacts).toEqual(second.contacts);
    // From the beginning on request: acknowledging deletes nothing.
    expect((await organisations.pullContacts({ cursor: "0", limit: 10 })).contacts).toEqual(first.contacts);
  });

  it("refuses cursors that are malformed or ahead of everything, and limits out of range", async () => {
    const { organisations } = owner.clients;
    for (const cursor of ["-1", "01", "1e3", "0x10", " 1", "9".repeat(16), "corg1", "1; DROP TABLE contacts"]) {
      expect(await codeOf(organisations.pullContacts({ cursor }))).toBe("invalid");
      expect(await codeOf(organisations.acknowledgeContacts({ cursor }))).toBe("invalid");
    }
    expect(await codeOf(organisations.acknowledgeContacts({ cursor: "" }))).toBe("invalid");
    expect(await codeOf(organisations.acknowledgeContacts({ cursor: "301" }))).toBe("invalid");
    expect(await codeOf(organisations.acknowledgeContacts({ cursor: "300" }))).toBe("accepted");
    expect(await codeOf(organisations.pullContacts({ limit: protocolLimits.pullContacts }))).toBe("accepted");
    for (const limit of [-1, protocolLimits.pullContacts + 1, 2 ** 31 - 1]) {
      expect(await codeOf(organisations.pullContacts({ limit }))).toBe("invalid");
    }
  });

  it("carries what stands around the person in clear", async () => {
    const request = clearRequest(made.page, { customFields: { comment: "for the river" } });
    const tracking = create(TrackingSchema, { source: "mail", campaign: "spring" });
    await connectClients(gateway.address).actions.submit({ ...request, tracking });
    const contact = (await pullAll(owner)).at(-1);
    expect(contact).toMatchObject({
      actionId: request.actionId,
      campaignId: made.campaign.id,
      pageId: made.page.id,
      organisationId: owner.organisation.id,
      customFields: { comment: "for the river" },
      tracking: { source: "mail", campaign: "spring" },
      actionType: "petition",
      campaignName: made.campaign.name,
      pageName: made.page.name,
      pageLocale: "en",
      formSchema: "basic/1",
    });
    if (contact === undefined) throw new Error("no contact");
    await openContact(owner, { contact });
    // A header that says something else does not open: the gateway's signature covers it.
    await expect(
      openContact(owner, { contact: { ...contact, createdAtMs: contact.createdAtMs + 1n } }),
    ).rejects.toThrow();
    await expect(
      openContact(owner, { contact: { ...contact, campaignId: encodeTextForm("ccam", new Uint8Array(16)) } }),
    ).rejects.toThrow();
  });
});
