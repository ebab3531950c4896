// Erasing by staff: what goes, what stays, who is told, and who may do what.
import { encodeTextForm, decodeTextForm } from "@coterie/bytes";
import { nodePrimitives } from "@coterie/primitives/node";
import { type Contact, type DeliveryEvent, ErasureReach, KeyState, OptIn } from "@coterie/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recognitionGraceMs } from "../src/rights/rights-upkeep.ts";
import {
  makeOrganisation,
  makePage,
  openContact,
  pullAll,
  rotateKey,
  type TestOrganisation,
  type TestPage,
} from "./support/coalition.ts";
import { codeOf, connectClients, startTestGateway } from "./support/gateway.ts";
import {
  countRows,
  databaseOf,
  follow,
  hourMs,
  mailClient,
  type MailWorld,
  sign,
  startMailWorld,
  stateOf,
} from "./support/mail-world.ts";

let world: MailWorld;
let lead: TestOrganisation;
let partner: TestOrganisation;
let mallory: TestOrganisation;
let shared: TestPage;

beforeAll(async () => {
  world = await startMailWorld();
  lead = await makeOrganisation(world.gateway, { stem: "lead" });
  partner = await makeOrganisation(world.gateway, { stem: "partner" });
  mallory = await makeOrganisation(world.gateway, { stem: "mallory" });
  shared = await makePage({ lead, runner: partner }, { forcesDelivery: true });
});
afterAll(async () => await world.close());

const { OWN, CAMPAIGNS } = ErasureReach;

function idOf(actionId: string): Uint8Array {
  return decodeTextForm("cact", actionId, { lengthBytes: 16 });
}

async function contactOf(owner: TestOrganisation, actionId: string): Promise<Contact | undefined> {
  return (await pullAll(owner)).find((contact) => contact.actionId === actionId);
}

async function eventsOf(owner: TestOrganisation, actionId?: string): Promise<DeliveryEvent[]> {
  const all: DeliveryEvent[] = [];
  for (let cursor = "0", more = true; more; ) {
    const pulled = await owner.clients.organisations.pullContacts({ cursor, limit: 1000 });
    all.push(...pulled.events);
    cursor = pulled.nextCursor;
    more = pulled.more;
  }
  return all.filter((event) => actionId === undefined || event.actionId === actionId);
}

async function kindsOf(owner: TestOrganisation, actionId: string): Promise<string[]> {
  return (await eventsOf(owner, actionId)).map(({ kind }) => kind);
}

async function counterOf({ page }: TestPage): Promise<bigint> {
  world.clock.nowMs += 2000;
  return (await connectClients(world.gateway.address).actions.getCounter({ pageName: page.name })).counter;
}

/** Everything that an erasure could change. */
async function snapshot(): Promise<string> {
  const tables = ["actions", "contacts", "fingerprints", "linked_actions", "mails", "mail_boxes", "delivery_events"];
  const parts: string[] = [];
  for (const table of tables) {
    const { rows } = await world.sql.query<{ digest: string }>(
      `SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) AS digest FROM ${table} t`,
    );
    parts.push(rows[0]?.digest ?? "");
  }
  return parts.join(" ");
}

let serial = 0;
function freshAddress(): string {
  serial++;
  return `person${serial}@example.org`;
}

describe("an organisation that erases a person", () => {
  it("erases its own contact and leaves the other organisation's", async () => {
    const email = freshAddress();
    const { request } = await sign(world, shared, { email });
    const before = await counterOf(shared);
    const own = await partner.clients.rights.findPerson({ email });
    expect(own.contacts).toMatchObject([{ actionId: request.actionId, optIn: "no", leads: false }]);
    const { actionIds } = await partner.clients.rights.erasePerson({ email, reach: OWN });
    expect(actionIds).toEqual([request.actionId]);
    expect(await contactOf(partner, request.actionId)).toBeUndefined();
    expect(await kindsOf(partner, request.actionId)).toEqual(["erased"]);
    expect((await partner.clients.rights.findPerson({ email })).contacts).toEqual([]);
    const kept = await contactOf(lead, request.actionId);
    if (kept === undefined) throw new Error("the lead's contact is gone");
    expect(await openContact(lead, { contact: kept })).toMatchObject({ email });
    expect(await kindsOf(lead, request.actionId)).toEqual([]);
    expect(await counterOf(shared)).toBe(before);
  });

  it("erases an action everywhere where it leads the campaign, and a tombstone that counts is left", async () => {
    const email = freshAddress();
    const { request } = await sign(world, shared, { email, customFields: { comment: "my river", age: "44" } });
    const before = await counterOf(shared);
    const erased = await lead.clients.rights.erasePerson({ email, reach: CAMPAIGNS });
    expect(erased.actionIds).toEqual([request.actionId]);
    for (const owner of [lead, partner]) {
      expect(await contactOf(owner, request.actionId)).toBeUndefined();
      expect(await kindsOf(owner, request.actionId)).toEqual(["erased"]);
    }
    const { rows } = await world.sql.query("SELECT * FROM actions WHERE id = $1", [idOf(request.actionId)]);
    expect(rows[0]).toMatchObject({
      custom_fields: {},
      tracking: {},
      request_mac: Buffer.alloc(32),
      state: "accepted",
      erasure: "erased",
      confirmed_at_ms: null,
    });
    expect(
      await countRows(
        world,
        "fingerprints",
        `action_id = '\\x${Buffer.from(idOf(request.actionId)).toString("hex")}' AND scope_kind = 'organisation'`,
      ),
    ).toBe(0);
    expect(await counterOf(shared)).toBe(before);
  });

  it("does nothing more the second time, nor from many callers at once", async () => {
    const email = freshAddress();
    const { request } = await sign(world, shared, { email });
    const answers = await Promise.all(
      Array.from({ length: 12 }, async (_unused, i) => {
        const caller = i % 2 === 0 ? lead : partner;
        return await caller.clients.rights.erasePerson({ email, reach: CAMPAIGNS });
      }),
    );
    expect(answers.flatMap(({ actionIds }) => actionIds).length).toBeGreaterThanOrEqual(1);
    const before = await snapshot();
    expect((await lead.clients.rights.erasePerson({ email, reach: CAMPAIGNS })).actionIds).toEqual([]);
    expect(await snapshot()).toBe(before);
    expect(await kindsOf(lead, request.actionId)).toEqual(["erased"]);
    expect(await kindsOf(partner, request.actionId)).toEqual(["erased"]);
  });

  it("spares whom the person told yes where another organisation leads, and tells that one, once", async () => {
    const email = freshAddress();
    const answers = { [partner.organisation.id]: "yes" } as const;
    const { request } = await sign(world, shared, { email, answers });
    for (let round = 0; round < 2; round++) await lead.clients.rights.erasePerson({ email, reach: CAMPAIGNS });
    expect(await contactOf(lead, request.actionId)).toBeUndefined();
    expect((await contactOf(partner, request.actionId))?.consent?.optIn).toBe(OptIn.YES);
    expect(await kindsOf(partner, request.actionId)).toEqual(["erasure-asked"]);
    // Its own erasure ends it.
    await partner.clients.rights.erasePerson({ email, reach: OWN });
    expect(await kindsOf(partner, request.actionId)).toEqual(["erased"]);
    expect(
      await countRows(world, "contacts", `action_id = '\\x${Buffer.from(idOf(request.actionId)).toString("hex")}'`),
    ).toBe(0);
  });

  it("erases by action ids found on the premises, without an address", async () => {
    const { request } = await sign(world, shared, { email: freshAddress() });
    const { actionIds } = await partner.clients.rights.erasePerson({ actionIds: [request.actionId], reach: OWN });
    expect(actionIds).toEqual([request.actionId]);
    expect(await contactOf(partner, request.actionId)).toBeUndefined();
  });

  it("finds every spelling that reaches the same mailbox for certain, and no other", async () => {
    const { request } = await sign(world, shared, { email: "Jo.Doe@Example.org" });
    const others = ["jodoe@example.org", "jo.doe+x@example.org", "jo.doe@example.com", "jo.doe@sub.example.org"];
    const before = await snapshot();
    for (const email of others) await lead.clients.rights.erasePerson({ email, reach: CAMPAIGNS });
    expect(await snapshot()).toBe(before);
    const { actionIds } = await lead.clients.rights.erasePerson({ email: " jo.DOE@EXAMPLE.org ", reach: CAMPAIGNS });
    expect(actionIds).toEqual([request.actionId]);
  });
});

describe("who has no part in it", () => {
  it("finds and erases nothing: neither by address nor by action, whatever the reach", async () => {
    const email = freshAddress();
    const { request } = await sign(world, shared, { email });
    const before = await snapshot();
    for (const reach of [OWN, CAMPAIGNS]) {
      expect((await mallory.clients.rights.erasePerson({ email, reach })).actionIds).toEqual([]);
      const byId = await mallory.clients.rights.erasePerson({ actionIds: [request.actionId], reach });
      expect(byId.actionIds).toEqual([]);
    }
    expect((await mallory.clients.rights.findPerson({ email })).contacts).toEqual([]);
    expect(await snapshot()).toBe(before);
    expect(await contactOf(partner, request.actionId)).toBeDefined();
  });

  it("learns nothing as a lead about who signed with others", async () => {
    const unforced = await makePage({ lead, runner: partner }, { forcesDelivery: false });
    const email = freshAddress();
    const { request } = await sign(world, unforced, { email });
    expect((await lead.clients.rights.findPerson({ email })).contacts).toEqual([]);
    const known = await lead.clients.rights.erasePerson({ email, reach: CAMPAIGNS });
    const unknown = await lead.clients.rights.erasePerson({ email: freshAddress(), reach: CAMPAIGNS });
    expect(known.actionIds).toEqual(unknown.actionIds);
    // It happened all the same.
    expect(await kindsOf(partner, request.actionId)).toEqual(["erased"]);
  });

  it("is refused without a token, and with requests that make no sense", async () => {
    const { rights } = connectClients(world.gateway.address);
    expect(await codeOf(rights.findPerson({ email: "alice@example.org" }))).toBe("unauthenticated");
    expect(await codeOf(rights.erasePerson({ email: "alice@example.org", reach: OWN }))).toBe("unauthenticated");
    const own = mallory.clients.rights;
    expect(await codeOf(own.erasePerson({ reach: OWN }))).toBe("invalid");
    expect(await codeOf(own.erasePerson({ email: "alice@example.org" }))).toBe("invalid");
    expect(await codeOf(own.erasePerson({ email: "nobody", reach: OWN }))).toBe("invalid");
    expect(await codeOf(own.erasePerson({ actionIds: ["cact1x"], reach: OWN }))).toBe("invalid");
    const many = Array.from({ length: 1001 }, (_unused, i) =>
      encodeTextForm(
        "cact",
        Uint8Array.from({ length: 16 }, (_none, at) => (i >> (at * 8)) & 0xff),
      ),
    );
    expect(await codeOf(own.erasePerson({ actionIds: many, reach: OWN }))).toBe("invalid");
    expect(await codeOf(own.erasePerson({ actionIds: many.slice(1), reach: OWN }))).toBe("accepted");
  });

  it("cannot try a list of addresses", async () => {
    const prober = await makeOrganisation(world.gateway, { stem: "prober" });
    const codes = new Set<string>();
    for (let i = 0; i < 110; i++)
      codes.add(await codeOf(prober.clients.rights.findPerson({ email: `a${i}@example.org` })));
    expect(codes).toEqual(new Set(["accepted", "rate-limited"]));
  });
});

describe("erasing in the middle of something else", () => {
  it("ends a signature that awaits confirmation: it never counts, its link does nothing, nobody is told", async () => {
    const page = await makePage({ lead });
    await mailClient(world.gateway, lead).setPageMails({ pageId: page.page.id, mails: { confirmSupporter: true } });
    const email = freshAddress();
    const { request } = await sign(world, page, { email });
    await world.gateway.mails.workNow();
    const [confirm = ""] = world.server.to(email)[0]?.tokens ?? [];
    expect(confirm).not.toBe("");
    expect((await lead.clients.rights.erasePerson({ email, reach: CAMPAIGNS })).actionIds).toEqual([]);
    expect(await stateOf(world, idOf(request.actionId))).toBe("rejected");
    expect((await follow(world, confirm, "POST")).status).toBe(404);
    expect(await stateOf(world, idOf(request.actionId))).toBe("rejected");
    expect(await counterOf(page)).toBe(0n);
    expect(await eventsOf(lead, request.actionId)).toEqual([]);
    const hex = Buffer.from(idOf(request.actionId)).toString("hex");
    for (const table of ["contacts", "mails", "mail_boxes", "mail_tokens", "fingerprints"]) {
      expect(await countRows(world, table, `action_id = '\\x${hex}'`)).toBe(0);
    }
  });

  it("is not undone by an organisation that seals its contacts again at the same moment", async () => {
    const email = freshAddress();
    const { request } = await sign(world, shared, { email });
    const contact = await contactOf(partner, request.actionId);
    if (contact === undefined) throw new Error("no contact");
    const old = { keyId: partner.keyId };
    await rotateKey(partner);
    const { keys } = await partner.clients.organisations.listPublicKeys({});
    const next = keys.find(({ state }) => state === KeyState.ACTIVE)?.id ?? "";
    const replacement = {
      actionId: request.actionId,
      oldPayloadHash: nodePrimitives.sha256(contact.payload),
      payload: contact.payload.toReversed(),
      nonce: contact.nonce,
      signKey: partner.keys.publicKey,
    };
    const replace = async (): Promise<string[]> => {
      const wanted = { oldKeyId: old.keyId, newKeyId: next, replacements: [replacement] };
      return (await partner.clients.rewraps.replaceContacts(wanted)).replacedActionIds;
    };
    await Promise.all([replace(), lead.clients.rights.erasePerson({ email, reach: CAMPAIGNS }), replace()]);
    expect(await replace()).toEqual([]);
    expect(await contactOf(partner, request.actionId)).toBeUndefined();
    expect(await kindsOf(partner, request.actionId)).toEqual(["erased"]);
  });

  it("takes nothing in again: neither the same request nor what is added to it", async () => {
    const email = freshAddress();
    const { request } = await sign(world, shared, { email });
    await lead.clients.rights.erasePerson({ email, reach: CAMPAIGNS });
    const before = await snapshot();
    const { actions } = connectClients(world.gateway.address);
    expect(await codeOf(actions.submit(request))).toBe("conflict");
    expect(await snapshot()).toBe(before);
  });

  it("counts a person who signs again after an erasure once, until the grace is over", async () => {
    const email = freshAddress();
    const { request } = await sign(world, shared, { email });
    const before = await counterOf(shared);
    await lead.clients.rights.erasePerson({ email, reach: CAMPAIGNS });
    const again = await sign(world, shared, { email });
    expect(await counterOf(shared)).toBe(before);
    expect(await contactOf(lead, again.request.actionId)).toBeDefined();
    await lead.clients.rights.erasePerson({ email, reach: CAMPAIGNS });
    const hex = Buffer.from(idOf(request.actionId)).toString("hex");
    expect(await countRows(world, "fingerprints", `action_id = '\\x${hex}'`)).toBe(1);
    world.clock.nowMs += recognitionGraceMs + hourMs;
    await world.gateway.rights.keepUpNow();
    expect(await countRows(world, "fingerprints", `action_id = '\\x${hex}'`)).toBe(0);
    await sign(world, shared, { email });
    expect(await counterOf(shared)).toBe(before + 1n);
  });

  it("leaves no contact and one tombstone each, whatever confirms, pulls and erases at once, on two gateways", async () => {
    const page = await makePage({ lead, runner: partner }, { forcesDelivery: true });
    await mailClient(world.gateway, lead).setCampaignMails({
      campaignId: page.campaign.id,
      mails: { confirmSupporter: true, confirmNewsletter: false },
    });
    const { host, user, database } = await databaseOf(world.gateway);
    const second = await startTestGateway({
      dataFolder: world.gateway.dataFolder,
      databaseUrl: `postgresql://${user}@/${database}?host=${encodeURIComponent(host)}`,
      now: () => world.clock.nowMs,
    });
    try {
      const people = Array.from({ length: 12 }, freshAddress);
      const signed = await Promise.all(
        people.map(async (email) => (await sign(world, page, { email })).request.actionId),
      );
      await world.gateway.mails.workNow();
      const tokens = people.map((email) => world.server.to(email)[0]?.tokens[0] ?? "");
      const elsewhere = connectClients(second.address, lead.token).rights;
      await Promise.all(
        people.flatMap((email, i) => [
          follow(world, tokens[i] ?? "", "POST"),
          lead.clients.rights.erasePerson({ email, reach: CAMPAIGNS }),
          elsewhere.erasePerson({ email, reach: CAMPAIGNS }),
          pullAll(partner),
        ]),
      );
      const states = await Promise.all(signed.map(async (id) => await stateOf(world, idOf(id))));
      const accepted = states.filter((state) => state === "accepted").length;
      expect(states.every((state) => ["accepted", "rejected"].includes(state))).toBe(true);
      expect(await counterOf(page)).toBe(BigInt(accepted));
      for (const [i, id] of signed.entries()) {
        expect(await contactOf(partner, id)).toBeUndefined();
        expect(await kindsOf(partner, id)).toEqual(states[i] === "accepted" ? ["erased"] : []);
      }
    } finally {
      await second.close();
    }
  });
});

it("every erasure and look-up is in the audit log, with counts and without persons", async () => {
  const { rows } = await world.sql.query<{ event: string; actor: string; subject: string }>(
    "SELECT event, actor, subject FROM audit_events WHERE event LIKE 'person%'",
  );
  expect(new Set(rows.map(({ event }) => event))).toEqual(new Set(["person-erased", "persons-looked-up"]));
  for (const { subject } of rows) expect(subject).toMatch(/^(|ccam1[a-z0-9]+)$/);
});
