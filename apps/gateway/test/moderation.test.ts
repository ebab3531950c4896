// Comments: only what staff approved is shown, nothing about whoever wrote it, and whatever it holds stays text.
import { CommentState, type ListPublicCommentsResponse, Sealing } from "@coterie/protocol";
import { Client as PgClient } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gatewayLimits } from "../src/limits.ts";
import { toPublicText } from "../src/moderation/public-text.ts";
import { clearRequest, makeOrganisation, makePage, type TestOrganisation, type TestPage } from "./support/coalition.ts";
import { codeOf, connectClients, startTestGateway, type TestGateway } from "./support/gateway.ts";
import { databaseOf } from "./support/mail-world.ts";

let gateway: TestGateway;
let lead: TestOrganisation;
let partner: TestOrganisation;
let stranger: TestOrganisation;

beforeAll(async () => {
  gateway = await startTestGateway();
  lead = await makeOrganisation(gateway, { stem: "lead" });
  partner = await makeOrganisation(gateway, { stem: "partner" });
  stranger = await makeOrganisation(gateway, { stem: "stranger" });
}, 60_000);

afterAll(async () => await gateway.close());

/** What a newer client may say: enums are open on the wire. */
// cast: a number that no choice has
const unknownChoice = 17 as CommentState;

/** Signs with a comment; the action's id. */
async function sign({ page }: TestPage, comment: string): Promise<string> {
  const request = clearRequest(page, { customFields: { comment } });
  await connectClients(gateway.address).actions.submit(request);
  return request.actionId;
}

async function queueOf(
  staff: TestOrganisation,
  { campaign }: TestPage,
  state: CommentState = CommentState.AWAITING,
): Promise<readonly string[]> {
  const { comments } = await staff.clients.moderation.listComments({ campaignId: campaign.id, state });
  return comments.map(({ text }) => text);
}

async function decide(staff: TestOrganisation, actionIds: readonly string[], state: CommentState): Promise<string> {
  return await codeOf(staff.clients.moderation.decideComments({ actionIds: [...actionIds], state }));
}

async function shownOf({ page }: TestPage): Promise<readonly string[]> {
  const { comments } = await connectClients(gateway.address).actions.listPublicComments({ pageName: page.name });
  return comments.map(({ text }) => text);
}

async function inDatabase(text: string, values: readonly unknown[]): Promise<readonly Record<string, unknown>[]> {
  const client = new PgClient(await databaseOf(gateway));
  await client.connect();
  try {
    return (await client.query(text, [...values])).rows;
  } finally {
    await client.end();
  }
}

describe("a comment", () => {
  it("is shown once staff approved it, and no more once they reject it or take that back", async () => {
    const place = await makePage({ lead });
    const id = await sign(place, "Our children swim here.");
    await sign(place, "Second");
    expect(await shownOf(place)).toEqual([]);
    expect(await queueOf(lead, place)).toEqual(["Our children swim here.", "Second"]);
    expect(await decide(lead, [id], CommentState.APPROVED)).toBe("accepted");
    expect(await shownOf(place)).toEqual(["Our children swim here."]);
    expect(await queueOf(lead, place)).toEqual(["Second"]);
    expect(await decide(lead, [id], CommentState.REJECTED)).toBe("accepted");
    expect(await shownOf(place)).toEqual([]);
    expect(await queueOf(lead, place, CommentState.REJECTED)).toEqual(["Our children swim here."]);
    expect(await decide(lead, [id], CommentState.AWAITING)).toBe("accepted");
    expect(await queueOf(lead, place)).toEqual(["Our children swim here.", "Second"]);
  });

  it("is decided about by whoever runs the page or leads the campaign, and seen by nobody else", async () => {
    const place = await makePage({ lead, runner: partner });
    const [first, second] = [await sign(place, "One"), await sign(place, "Two")];
    expect(await queueOf(partner, place)).toEqual(["One", "Two"]);
    expect(await decide(partner, [first], CommentState.APPROVED)).toBe("accepted");
    expect(await decide(lead, [second], CommentState.APPROVED)).toBe("accepted");
    expect(await shownOf(place)).toEqual(["Two", "One"]);
    const list = stranger.clients.moderation.listComments({
      campaignId: place.campaign.id,
      state: CommentState.APPROVED,
    });
    expect(await codeOf(list)).toBe("not-found");
    expect(await decide(stranger, [first], CommentState.REJECTED)).toBe("not-found");
    const nobody = connectClients(gateway.address).moderation;
    expect(await codeOf(nobody.decideComments({ actionIds: [first], state: CommentState.REJECTED }))).toBe(
      "unauthenticated",
    );
    // A partner decides about its own pages, not about others of the campaign.
    const { page: leadsPage } = await lead.clients.organisations.createActionPage({
      campaignId: place.campaign.id,
      name: `${place.page.name}-lead`,
      locale: "en",
      sealing: Sealing.GATEWAY,
      delivers: true,
      actionType: "petition",
    });
    if (leadsPage === undefined) throw new Error("no page");
    const theirs = await sign({ ...place, page: leadsPage }, "Three");
    expect(await queueOf(partner, place)).toEqual([]);
    expect(await decide(partner, [theirs], CommentState.APPROVED)).toBe("not-found");
    expect(await queueOf(lead, place)).toEqual(["Three"]);
  });

  it("comes with nothing about the person, to staff and to the public", async () => {
    const place = await makePage({ lead });
    const id = await sign(place, "Clean water!");
    const { comments } = await lead.clients.moderation.listComments({
      campaignId: place.campaign.id,
      state: CommentState.AWAITING,
    });
    const day = comments[0]?.writtenOnMs ?? 1n;
    expect(day % 86_400_000n).toBe(0n);
    expect(Object.keys(comments[0] ?? {}).sort()).toEqual(
      ["$typeName", "actionId", "decidedAtMs", "pageId", "state", "text", "writtenOnMs"].sort(),
    );
    await decide(lead, [id], CommentState.APPROVED);
    const response = await fetch(`${gateway.address}/coterie.actions.v1.ActionService/ListPublicComments`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ pageName: place.page.name }),
    });
    expect(response.headers.get("cache-control")).toBe("public, max-age=30");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(JSON.parse(await response.text())).toEqual({
      comments: [{ text: "Clean water!", writtenOnMs: String(day) }],
    });
  });

  it("of an action that is not accepted, or was erased, is nowhere", async () => {
    const place = await makePage({ lead });
    const [kept, gone] = [await sign(place, "Kept"), await sign(place, "Gone")];
    await decide(lead, [kept, gone], CommentState.APPROVED);
    expect([...(await shownOf(place))].toSorted()).toEqual(["Gone", "Kept"]);
    const pageId = (await inDatabase("SELECT id FROM action_pages WHERE name = $1", [place.page.name]))[0]?.["id"];
    const setState = "UPDATE actions SET state = $1 WHERE page_id = $2 AND custom_fields ->> 'comment' = 'Gone'";
    for (const state of ["pending", "rejected", "lapsed"]) {
      await inDatabase(setState, [state, pageId]);
      expect([state, await shownOf(place)]).toEqual([state, ["Kept"]]);
      expect(await queueOf(lead, place, CommentState.APPROVED)).toEqual(["Kept"]);
      expect(await decide(lead, [gone], CommentState.REJECTED)).toBe("not-found");
    }
    await inDatabase(
      "UPDATE actions SET state = 'accepted', custom_fields = '{}' WHERE page_id = $1 AND state = 'lapsed'",
      [pageId],
    );
    expect(await shownOf(place)).toEqual(["Kept"]);
    expect(await decide(lead, [gone], CommentState.APPROVED)).toBe("not-found");
  });

  it("is recorded in the audit log with every decision that changes something, without its text", async () => {
    const place = await makePage({ lead });
    const [first, second] = [await sign(place, "Alpha"), await sign(place, "Beta")];
    await decide(lead, [first, second], CommentState.APPROVED);
    await decide(lead, [first, second], CommentState.APPROVED);
    await decide(lead, [first], CommentState.REJECTED);
    await decide(lead, [second], CommentState.AWAITING);
    const rows = await inDatabase(
      "SELECT event, subject FROM audit_events WHERE subject = ANY($1) ORDER BY at_ms, event, subject",
      [[first, second]],
    );
    const recorded = rows.map(({ event, subject }) => `${String(event)} ${subject === first ? "first" : "second"}`);
    expect(recorded.sort()).toEqual([
      "comment-approved first",
      "comment-approved second",
      "comment-decision-undone second",
      "comment-rejected first",
    ]);
  });
});

describe("lists", () => {
  it("come in pages that neither repeat nor leave out anything", async () => {
    const place = await makePage({ lead });
    const ids: string[] = [];
    for (let number = 0; number < 7; number++) ids.push(await sign(place, `Comment ${number}`));
    const staff: string[] = [];
    for (let pageToken = "", more = true; more; ) {
      const answer = await lead.clients.moderation.listComments({
        campaignId: place.campaign.id,
        state: CommentState.AWAITING,
        pageSize: 3,
        pageToken,
      });
      staff.push(...answer.comments.map(({ text }) => text));
      pageToken = answer.nextPageToken;
      more = pageToken !== "";
    }
    expect(staff).toEqual(ids.map((_id, number) => `Comment ${number}`));
    await decide(lead, ids, CommentState.APPROVED);
    const shown: string[] = [];
    const { actions } = connectClients(gateway.address);
    for (let pageToken = "", more = true; more; ) {
      const answer: ListPublicCommentsResponse = await actions.listPublicComments({
        pageName: place.page.name,
        pageSize: 2,
        pageToken,
      });
      shown.push(...answer.comments.map(({ text }) => text));
      pageToken = answer.nextPageToken;
      more = pageToken !== "";
    }
    expect(new Set(shown)).toEqual(new Set(staff));
    expect(shown).toHaveLength(7);
  });

  it("refuse what is no request of theirs", async () => {
    const place = await makePage({ lead });
    const id = await sign(place, "One");
    const { moderation } = lead.clients;
    const { actions } = connectClients(gateway.address);
    const base = { campaignId: place.campaign.id, state: CommentState.AWAITING };
    const calls: readonly (() => Promise<unknown>)[] = [
      async () => await moderation.listComments({ ...base, state: CommentState.UNSPECIFIED }),
      async () => await moderation.listComments({ ...base, state: unknownChoice }),
      async () => await moderation.listComments({ ...base, pageSize: 201 }),
      async () => await moderation.listComments({ ...base, pageSize: -1 }),
      async () => await moderation.listComments({ ...base, pageToken: "!" }),
      async () => await moderation.listComments({ ...base, pageToken: "AAAA" }),
      async () => await moderation.listComments({ ...base, pageToken: "_".repeat(32) }),
      async () => await moderation.decideComments({ actionIds: [], state: CommentState.APPROVED }),
      async () => await moderation.decideComments({ actionIds: [id, id], state: CommentState.APPROVED }),
      async () => await moderation.decideComments({ actionIds: [id, id.toUpperCase()], state: CommentState.APPROVED }),
      async () => await moderation.decideComments({ actionIds: [id], state: CommentState.UNSPECIFIED }),
      async () => await moderation.decideComments({ actionIds: Array(101).fill(id), state: CommentState.APPROVED }),
      async () => await actions.listPublicComments({ pageName: place.page.name, pageSize: 51 }),
      async () => await actions.listPublicComments({ pageName: place.page.name, pageSize: -1 }),
      async () => await actions.listPublicComments({ pageName: place.page.name, pageToken: "1 OR 1=1" }),
      async () => await actions.listPublicComments({ pageName: place.page.name, pageToken: "99999999999" }),
    ];
    for (const call of calls) expect(await codeOf(call())).toBe("invalid");
    expect(await codeOf(actions.listPublicComments({ pageName: "no-such-page" }))).toBe("not-found");
    // One that is not there: none is decided.
    const missing = (await sign(await makePage({ lead: stranger }), "Elsewhere")) ?? "";
    expect(await decide(lead, [id, missing], CommentState.APPROVED)).toBe("not-found");
    expect(await shownOf(place)).toEqual([]);
  });
});

describe("hostile comments", () => {
  it("are text: markup, links and tall letters come out as they are, or lower", async () => {
    const place = await makePage({ lead });
    const markup = `<script>alert(1)</script> <a href="https://spam.example">x</a> &lt; '"`;
    await decide(lead, [await sign(place, markup)], CommentState.APPROVED);
    expect(await shownOf(place)).toEqual([markup]);
    expect(await queueOf(lead, place, CommentState.APPROVED)).toEqual([markup]);
    const zalgo = `he${"\u0301".repeat(500)}llo`;
    await decide(lead, [await sign(place, zalgo)], CommentState.APPROVED);
    const [tall = ""] = await shownOf(place);
    expect(tall.length).toBeLessThan(16);
    expect(tall).toMatch(/^h/);
  });

  it("with characters that reverse or hide text are refused, and those that are too long", async () => {
    const place = await makePage({ lead });
    const codeFor = async (comment: string): Promise<string> =>
      await codeOf(
        connectClients(gateway.address).actions.submit(clearRequest(place.page, { customFields: { comment } })),
      );
    for (const comment of ["\u202Egpj.exe", "a\u2066b\u2069", "\u0007", "\u{E0041}", "\u200b", "a\0b"])
      expect(await codeFor(comment)).toBe("invalid");
    expect(await codeFor("x".repeat(gatewayLimits.commentCharacters))).toBe("accepted");
    expect(await codeFor("x".repeat(gatewayLimits.commentCharacters + 1))).toBe("too-large");
    // Of nothing but space there is nothing to decide.
    expect(await codeFor("")).toBe("accepted");
    expect(await queueOf(lead, place)).toEqual(["x".repeat(gatewayLimits.commentCharacters)]);
  });

  it.each([
    ["a\r\nb\rc\u2028d", "a\nb\nc\nd"],
    ["\n\n a \n \n\n\n b\n", "a\n\nb"],
    ["नमस्ते ครับ שָׁלוֹם", "नमस्ते ครับ שָׁלוֹם"],
    ["e\u0301", "é"],
    ["👩‍👩‍👧", "👩‍👩‍👧"],
  ])("are told in one spelling: %j", (written, told) => {
    expect(toPublicText(written)).toBe(told.normalize("NFC"));
  });
});

describe("Proca's campaign.actions", () => {
  it("lists what was approved, by type and day, and no id of an action", async () => {
    const place = await makePage({ lead });
    const id = await sign(place, "For the otters");
    const ask = async (type: string, limit: number): Promise<{ list: unknown[]; text: string }> => {
      const query = `{ campaign(name: "${place.campaign.name}") { actions(actionType: "${type}", limit: ${limit}) {
        fieldKeys list { actionId actionType insertedAt fields { key value } } } } }`;
      const response = await fetch(`${gateway.address}/api`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ query }),
      });
      const text = await response.text();
      return { list: JSON.parse(text).data?.campaign?.actions?.list ?? ["refused"], text };
    };
    expect((await ask("petition", 10)).list).toEqual([]);
    await decide(lead, [id], CommentState.APPROVED);
    const { list, text } = await ask("petition", 10);
    expect(list).toEqual([
      {
        actionId: expect.any(Number),
        actionType: "petition",
        insertedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT00:00:00$/),
        fields: [{ key: "comment", value: "For the otters" }],
      },
    ]);
    expect(text).not.toContain(id);
    expect(text).not.toContain("Liddell");
    expect((await ask("pledge", 10)).list).toEqual([]);
    expect((await ask("petition", 0)).list).toEqual([]);
    expect((await ask("petition", -1)).list).toEqual(["refused"]);
    await decide(lead, [id], CommentState.REJECTED);
    expect((await ask("petition", 10)).list).toEqual([]);
  });
});
