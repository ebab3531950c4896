// From a signature to a confirmed one: what is sent, what counts when, who sees what, what remains.
import { decodeTextForm } from "@coterie/bytes";
import { ConsentConfirmation, MailKind, Sealing } from "@coterie/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeOrganisation, makePage, openContact, pullAll, sealedRequest } from "./support/coalition.ts";
import { codeOf, connectClients } from "./support/gateway.ts";
import {
  countRows,
  dayMs,
  follow,
  hourMs,
  mailClient,
  type MailWorld,
  makeMailPage,
  sign,
  startMailWorld,
  stateOf,
} from "./support/mail-world.ts";

let world: MailWorld;
let serial = 0;
const someone = (): string => `person${++serial}@example.org`;
const idOf = (text: string): Uint8Array => decodeTextForm("cact", text, { lengthBytes: 16 });

beforeAll(async () => {
  world = await startMailWorld();
});
beforeEach(() => {
  world.clock.nowMs += hourMs;
});
afterAll(async () => await world.close());

async function counterOf(name: string): Promise<bigint> {
  world.clock.nowMs += 2000;
  return (await connectClients(world.gateway.address).actions.getCounter({ pageName: name })).counter;
}

describe("a signature that is confirmed by mail", () => {
  for (const [name, sealing] of [
    ["gateway", Sealing.GATEWAY],
    ["browser", Sealing.BROWSER],
  ] as const) {
    it(`counts and is delivered only after the posted answer, sealed by the ${name}`, async () => {
      const made = await makeMailPage(world, { confirmSupporter: true }, { sealing });
      const email = someone();
      const { request, awaitsConfirmation, counter } = await sign(world, made, { email });
      expect([awaitsConfirmation, counter]).toEqual([true, 0n]);
      await world.gateway.mails.workNow();
      const [mail] = world.server.to(email);
      expect(mail?.subject).toBe("Please confirm: Keep the river clean");
      expect(mail?.text).toContain("Hello \u2068Alice\u2069,");
      const [confirm = "", reject = ""] = mail?.tokens ?? [];
      // The address is gone with the mail: nothing else is due to it.
      expect(await countRows(world, "mail_boxes")).toBe(0);
      for (let visit = 0; visit < 20; visit++) {
        for (const token of [confirm, reject]) {
          expect((await follow(world, token)).status).toBe(200);
          expect((await follow(world, token, "HEAD")).status).toBe(200);
        }
      }
      expect(await stateOf(world, idOf(request.actionId))).toBe("pending");
      expect([await pullAll(made.owner), await counterOf(made.page.name)]).toEqual([[], 0n]);
      expect((await follow(world, confirm, "POST")).text).toContain("Your signature counts.");
      expect(await counterOf(made.page.name)).toBe(1n);
      const [contact] = await pullAll(made.owner);
      if (contact === undefined) throw new Error("no contact");
      expect(await openContact(made.owner, { contact })).toMatchObject({ email });
      await expect(openContact(made.owner, { contact: { ...contact, createdAtMs: 1n } })).rejects.toThrow();
      expect(contact.confirmedAtMs).toBeGreaterThan(0n);
      // Used up, and with it the other link.
      for (const token of [confirm, reject, confirm]) {
        expect((await follow(world, token, "POST")).text).toContain("answered already");
      }
      expect([(await pullAll(made.owner)).length, await counterOf(made.page.name)]).toEqual([1, 1n]);
    });
  }

  it("is deleted when the person says no, and says so to whoever repeats it", async () => {
    const made = await makeMailPage(world, { confirmSupporter: true, thankYou: true, reminders: 2 });
    const email = someone();
    const { request } = await sign(world, made, { email });
    await world.gateway.mails.workNow();
    const [confirm = "", reject = ""] = world.server.to(email)[0]?.tokens ?? [];
    // A thank-you waits and reminders are due later: the address is still needed.
    expect(await countRows(world, "mail_boxes")).toBe(1);
    expect((await follow(world, reject, "POST")).text).toContain("The signature is deleted.");
    expect(await stateOf(world, idOf(request.actionId))).toBe("rejected");
    expect(await countRows(world, "mail_boxes")).toBe(0);
    expect((await follow(world, confirm, "POST")).text).toContain("answered already");
    expect(await codeOf(connectClients(world.gateway.address).actions.submit(request))).toBe("conflict");
    world.clock.nowMs += 10 * dayMs;
    await world.gateway.mails.workNow();
    expect(world.server.to(email)).toHaveLength(1);
    expect([await pullAll(made.owner), await counterOf(made.page.name)]).toEqual([[], 0n]);
  });

  it("is reminded of as often as the page says, until it is confirmed, then thanked for", async () => {
    const made = await makeMailPage(world, {
      confirmSupporter: true,
      thankYou: true,
      reminders: 3,
      reminderAfterHours: 24,
    });
    const email = someone();
    await sign(world, made, { email });
    await world.gateway.mails.workNow();
    for (const [afterMs, expected] of [
      [23 * hourMs, 1],
      [2 * hourMs, 2],
      [20 * hourMs, 2],
      [5 * hourMs, 3],
    ] as const) {
      world.clock.nowMs += afterMs;
      await world.gateway.mails.workNow();
      expect(world.server.to(email)).toHaveLength(expected);
    }
    const [first, second] = world.server.to(email);
    expect(second?.subject).toMatch(/^Still to be confirmed/);
    expect(await countRows(world, "mail_boxes")).toBe(1);
    // The first mail's link works as well as the last one's.
    expect((await follow(world, first?.tokens[0] ?? "", "POST")).text).toContain("Your signature counts.");
    await world.gateway.mails.workNow();
    expect(world.server.to(email).map(({ subject }) => subject?.split(":")[0])).toEqual([
      "Please confirm",
      "Still to be confirmed",
      "Still to be confirmed",
      "Thank you for signing",
    ]);
    expect(await countRows(world, "mail_boxes")).toBe(0);
    world.clock.nowMs += 5 * dayMs;
    await world.gateway.mails.workNow();
    expect(world.server.to(email)).toHaveLength(4);
  });

  it("lapses after fourteen days, with its contacts, its address and its links", async () => {
    const made = await makeMailPage(world, { confirmSupporter: true, thankYou: true });
    const email = someone();
    const { request } = await sign(world, made, { email });
    await world.gateway.mails.workNow();
    const [confirm = ""] = world.server.to(email)[0]?.tokens ?? [];
    world.clock.nowMs += 14 * dayMs - hourMs;
    await world.gateway.mails.workNow();
    expect(await stateOf(world, idOf(request.actionId))).toBe("pending");
    world.clock.nowMs += hourMs;
    await world.gateway.mails.workNow();
    expect(await stateOf(world, idOf(request.actionId))).toBe("lapsed");
    expect(await countRows(world, "mail_boxes")).toBe(0);
    expect((await follow(world, confirm, "POST")).status).toBe(404);
    expect((await follow(world, confirm)).text).toContain("does not work any more");
    expect(await countRows(world, "contacts", "delivery_sequence IS NULL")).toBe(0);
  });

  it("is numbered when it is accepted, so that no organisation skips it", async () => {
    const made = await makeMailPage(world, { confirmSupporter: true });
    const early = someone();
    const late = someone();
    await sign(world, made, { email: early });
    await sign(world, made, { email: late });
    await world.gateway.mails.workNow();
    const { organisations } = made.owner.clients;
    await follow(world, world.server.to(late)[0]?.tokens[0] ?? "", "POST");
    const first = await organisations.pullContacts({ cursor: "", limit: 10 });
    expect(first.contacts).toHaveLength(1);
    await organisations.acknowledgeContacts({ cursor: first.nextCursor });
    await follow(world, world.server.to(early)[0]?.tokens[0] ?? "", "POST");
    const second = await organisations.pullContacts({ cursor: "", limit: 10 });
    expect(second.contacts).toHaveLength(1);
    const [contact] = second.contacts;
    if (contact === undefined) throw new Error("no contact");
    expect(await openContact(made.owner, { contact })).toMatchObject({ email: early });
  });

  it("is confirmed once by many at once", async () => {
    const made = await makeMailPage(world, { confirmSupporter: true });
    const email = someone();
    await sign(world, made, { email });
    await world.gateway.mails.workNow();
    const [confirm = "", reject = ""] = world.server.to(email)[0]?.tokens ?? [];
    const answers = await Promise.all(
      Array.from({ length: 24 }, async (_unused, i) => await follow(world, i % 2 === 0 ? confirm : reject, "POST")),
    );
    expect(answers.filter(({ text }) => !text.includes("answered already"))).toHaveLength(1);
    const counted = await counterOf(made.page.name);
    expect(BigInt((await pullAll(made.owner)).length)).toBe(counted);
  });

  it("needs a usable mail box where the browser seals, and is taken in without one only where nothing depends on it", async () => {
    const { actions } = connectClients(world.gateway.address);
    const strict = await makeMailPage(world, { confirmSupporter: true }, { sealing: Sealing.BROWSER });
    const lax = await makeMailPage(world, { thankYou: true }, { sealing: Sealing.BROWSER });
    for (const [made, expected] of [
      [strict, "invalid"],
      [lax, "accepted"],
    ] as const) {
      const { request } = await sign(world, made, { email: someone() });
      const fresh = (): typeof request => sealedRequest(made.page, { atMs: world.clock.nowMs });
      const without = fresh();
      expect(await codeOf(actions.submit(without))).toBe(expected);
      const spoilt = fresh();
      if (request.mailBox === undefined) throw new Error("no mail box");
      spoilt.mailBox = { ...request.mailBox, nonce: new Uint8Array(23) };
      expect(await codeOf(actions.submit(spoilt))).toBe(expected);
      const stale = fresh();
      stale.mailBox = { ...request.mailBox, keyId: "0".repeat(32) };
      expect(await codeOf(actions.submit(stale))).toBe(expected === "invalid" ? "wrong-key" : "accepted");
    }
    await world.gateway.mails.workNow();
  });
});

describe("a newsletter that is confirmed by mail", () => {
  it("changes only that organisation's consent, and tells it by an event", async () => {
    const made = await makeMailPage(world, { confirmNewsletter: true }, { split: true });
    const email = someone();
    const answers = { [made.runner.organisation.id]: "yes", [made.owner.organisation.id]: "yes" } as const;
    const { request, awaitsConfirmation, counter } = await sign(world, made, { email, answers });
    expect([awaitsConfirmation, counter]).toEqual([false, 1n]);
    const [before] = await pullAll(made.runner);
    expect(before?.consentConfirmation).toBe(ConsentConfirmation.AWAITED);
    const [others] = await pullAll(made.owner);
    expect(others?.consentConfirmation).toBe(ConsentConfirmation.NOT_ASKED);
    await world.gateway.mails.workNow();
    const mails = world.server.to(email);
    expect(mails.map(({ subject }) => subject)).toEqual([`May ${made.runner.organisation.title} write to you?`]);
    expect(await countRows(world, "mail_boxes")).toBe(0);
    const [confirm = "", decline = ""] = mails[0]?.tokens ?? [];
    await follow(world, confirm);
    expect((await follow(world, confirm, "POST")).text).toContain("may write to you by email");
    expect((await follow(world, decline, "POST")).text).toContain("answered already");
    const pulled = await made.runner.clients.organisations.pullContacts({ cursor: "1", limit: 10 });
    expect(pulled.contacts).toEqual([]);
    expect(pulled.events).toMatchObject([{ actionId: request.actionId, kind: "newsletter-confirmed" }]);
    expect(pulled.nextCursor).toBe("2");
    const [after] = await pullAll(made.runner);
    expect(after).toMatchObject({ consentConfirmation: ConsentConfirmation.CONFIRMED });
    expect(after?.consentConfirmedAtMs).toBeGreaterThan(0n);
    expect((await pullAll(made.owner))[0]?.consentConfirmation).toBe(ConsentConfirmation.NOT_ASKED);
    if (after === undefined) throw new Error("no contact");
    expect(await openContact(made.runner, { contact: after })).toMatchObject({ email });
    await expect(openContact(made.runner, { contact: after, keys: made.owner.keys })).rejects.toThrow();
  });

  it("is declined by the other link, and the signature stays", async () => {
    const made = await makeMailPage(world, { confirmNewsletter: true });
    const email = someone();
    await sign(world, made, { email, answers: { [made.owner.organisation.id]: "yes" } });
    await world.gateway.mails.workNow();
    const [, decline = ""] = world.server.to(email)[0]?.tokens ?? [];
    expect((await follow(world, decline, "POST")).text).toContain("Noted.");
    const [contact] = await pullAll(made.owner);
    expect(contact?.consentConfirmation).toBe(ConsentConfirmation.DECLINED);
    expect(await counterOf(made.page.name)).toBe(1n);
  });

  it("is not asked of whoever said no, and leaves no address", async () => {
    const made = await makeMailPage(world, { confirmNewsletter: true }, { sealing: Sealing.BROWSER });
    const email = someone();
    await sign(world, made, { email, answers: { [made.owner.organisation.id]: "no" } });
    expect(await countRows(world, "mail_boxes")).toBe(0);
    await world.gateway.mails.workNow();
    expect(world.server.to(email)).toEqual([]);
  });

  it("is confirmed together with the signature, by one mail", async () => {
    const made = await makeMailPage(world, { confirmSupporter: true, confirmNewsletter: true });
    const email = someone();
    await sign(world, made, { email, answers: { [made.owner.organisation.id]: "yes" } });
    await world.gateway.mails.workNow();
    const mails = world.server.to(email);
    expect(mails).toHaveLength(1);
    expect(mails[0]?.text).toContain("you also confirm that");
    await follow(world, mails[0]?.tokens[0] ?? "", "POST");
    const [contact] = await pullAll(made.owner);
    expect(contact?.consentConfirmation).toBe(ConsentConfirmation.CONFIRMED);
  });
});

describe("what an organisation decides", () => {
  it("is its own to read and change, within limits", async () => {
    const made = await makeMailPage(world, { thankYou: true });
    const stranger = await makeMailPage(world, {});
    const own = mailClient(world.gateway, made.owner);
    const foreign = mailClient(world.gateway, stranger.owner);
    const pageId = made.page.id;
    expect((await own.getPageMails({ pageId })).mails).toMatchObject({
      thankYou: true,
      reminders: 0,
      reminderAfterHours: 48,
    });
    const calls = [
      () => foreign.getPageMails({ pageId }),
      () => foreign.setPageMails({ pageId, mails: {} }),
      () => foreign.previewMail({ pageId, kind: MailKind.THANK_YOU }),
      () => foreign.getCampaignMails({ campaignId: made.campaign.id }),
      () => foreign.setCampaignMails({ campaignId: made.campaign.id, mails: {} }),
    ];
    for (const call of calls) expect(await codeOf(call())).toBe("not-found");
    const anonymous = mailClient(world.gateway, { token: "ctok1x" });
    expect(await codeOf(anonymous.getPageMails({ pageId }))).toBe("unauthenticated");
    const refused = [
      { reminders: 4 },
      { reminders: -1 },
      { reminderAfterHours: 97 },
      { texts: [{ kind: MailKind.THANK_YOU, subject: "a".repeat(201), intro: "" }] },
      { texts: [{ kind: MailKind.THANK_YOU, subject: "", intro: "a".repeat(2001) }] },
      { texts: [{ kind: MailKind.UNSPECIFIED, subject: "a", intro: "" }] },
      {
        texts: [
          { kind: MailKind.REMINDER, subject: "a", intro: "" },
          { kind: MailKind.REMINDER, subject: "b", intro: "" },
        ],
      },
      { texts: [{ kind: MailKind.REMINDER, subject: "a\r\nBcc: mallory@example.org", intro: "\u202e" }] },
    ];
    for (const mails of refused) expect(await codeOf(own.setPageMails({ pageId, mails }))).toBe("invalid");
    for (const mails of [
      { reminders: 3, reminderAfterHours: 96 },
      { texts: [{ kind: MailKind.THANK_YOU, subject: "a".repeat(200), intro: "b".repeat(2000) }] },
    ]) {
      expect(await codeOf(own.setPageMails({ pageId, mails }))).toBe("accepted");
    }
  });

  it("holds for every page where the lead says so", async () => {
    const made = await makeMailPage(world, {}, { split: true });
    await mailClient(world.gateway, made.owner).setCampaignMails({
      campaignId: made.campaign.id,
      mails: { confirmSupporter: true, confirmNewsletter: true },
    });
    world.clock.nowMs += 2000;
    const { awaitsConfirmation } = await sign(world, made, { email: someone() });
    expect(awaitsConfirmation).toBe(true);
  });

  it("may be its own words, which are shown as they were typed", async () => {
    const intro = "First <b>paragraph</b> & more.\n\nSecond.";
    const texts = [{ kind: MailKind.THANK_YOU, subject: "Merci — “tout” <le> monde", intro }];
    const made = await makeMailPage(world, { thankYou: true, texts });
    const preview = await mailClient(world.gateway, made.owner).previewMail({
      pageId: made.page.id,
      kind: MailKind.THANK_YOU,
    });
    const email = someone();
    await sign(world, made, { email, firstName: "<script>alert(1)</script>" });
    await world.gateway.mails.workNow();
    const [mail] = world.server.to(email);
    expect([mail?.subject, preview.subject]).toEqual([texts[0]?.subject, texts[0]?.subject]);
    expect(mail?.html).toContain("First &lt;b&gt;paragraph&lt;/b&gt; &amp; more.");
    expect(mail?.text).toContain("First <b>paragraph</b> & more.\n\nSecond.");
    expect(mail?.html).not.toContain("<script>");
    expect(mail?.text).not.toContain("alert");
  });

  it("needs a mail server, and a form that asks for an address", async () => {
    const owner = await makeOrganisation(world.gateway);
    const { page } = await makePage({ lead: owner }, { formSchema: "eci/1" });
    const client = mailClient(world.gateway, owner);
    expect(await codeOf(client.setPageMails({ pageId: page.id, mails: { thankYou: true } }))).toBe("invalid");
    expect((await client.getPageMails({ pageId: page.id })).canSend).toBe(true);
  });
});
