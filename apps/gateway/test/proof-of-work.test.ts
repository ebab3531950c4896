// Proof of work as mallory meets it: forged, old, foreign, shared and precomputed challenges, and none at all.
import { encodeWorkChallenge, parseWorkChallenge } from "@coterie/actions/work";
import { decodeBase64Url, encodeBase64Url, toBytes } from "@coterie/bytes";
import { ProofOfWork, type Work } from "@coterie/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePerMinute, hashesByLevel } from "../src/abuse/difficulty.ts";
import { gatewayLimits } from "../src/limits.ts";
import { clearRequest, makeOrganisation, makePage, pullAll, type TestOrganisation } from "./support/coalition.ts";
import { codeOf, connectClients, startTestGateway, type TestGateway } from "./support/gateway.ts";
import { hashesOf, solve, submit } from "./support/submitting.ts";

let gateway: TestGateway;
let owner: TestOrganisation;
let nowMs = Date.now();

beforeAll(async () => {
  gateway = await startTestGateway({ now: () => nowMs, proofOfWork: "on", trustedProxies: 1 });
  owner = await makeOrganisation(gateway);
}, 60_000);

afterAll(async () => await gateway.close());

let network = 0;
/** An address of a network that nobody sent from before. */
const elsewhere = (): string => `198.51.${Math.floor(++network / 256)}.${network % 256}`;

const requestFor = (page: Parameters<typeof clearRequest>[0]) => clearRequest(page, { atMs: nowMs });

describe("a page that asks for proof of work", () => {
  it("refuses a submission without, and takes the same one with the solution", async () => {
    const { page } = await makePage({ lead: owner });
    const request = requestFor(page);
    const refused = await submit(gateway, request, { from: elsewhere() });
    expect(refused.code).toBe("work-required");
    expect(hashesOf(refused.challenge)).toBe(hashesByLevel[2]);
    expect(await pullAll(owner)).toEqual([]);
    const work = solve(refused.challenge);
    expect(await submit(gateway, request, { from: elsewhere(), work })).toMatchObject({ code: "accepted", counter: 1 });
  });

  it("gives the receipt again for a repetition, with the old work, with other work, or without", async () => {
    const { page } = await makePage({ lead: owner });
    const request = requestFor(page);
    const { challenge } = await submit(gateway, request, { from: elsewhere() });
    const work = solve(challenge);
    expect((await submit(gateway, request, { from: elsewhere(), work })).code).toBe("accepted");
    nowMs += 2 * gatewayLimits.workChallengeLifeMs;
    for (const again of [work, undefined]) {
      const answer = await submit(gateway, request, { from: elsewhere(), work: again });
      expect(answer).toMatchObject({ code: "accepted", counter: 1 });
    }
  });

  it("refuses forged, foreign, old, future and truncated challenges, and wrong solutions, with a fresh one each time", async () => {
    const { page } = await makePage({ lead: owner });
    const { page: otherPage } = await makePage({ lead: owner });
    const request = requestFor(page);
    const { challenge } = await submit(gateway, request, { from: elsewhere() });
    const work = solve(challenge);
    const parsed = parseWorkChallenge(work.challenge);
    if (parsed === undefined) throw new Error("no challenge");
    const easier = { ...parsed, hashesPerPart: 1 };
    const longer = { ...parsed, expiresAtMs: parsed.expiresAtMs + 1 };
    const changed = (bytes: Uint8Array, at: number): Uint8Array<ArrayBuffer> => {
      const copy = toBytes(bytes.slice());
      copy[at] = (copy[at] ?? 0) ^ 1;
      return copy;
    };
    const forgeries: readonly (readonly [string, Work])[] = [
      ["easier", solve(encodeBase64Url(encodeWorkChallenge(easier)))],
      ["longer", { ...work, challenge: encodeWorkChallenge(longer) }],
      ["another version", { ...work, challenge: changed(work.challenge, 0) }],
      ["another tag", { ...work, challenge: changed(work.challenge, 44) }],
      ["no tag", { ...work, challenge: toBytes(work.challenge.slice(0, 13)) }],
      ["longer by a byte", { ...work, challenge: toBytes(new Uint8Array([...work.challenge, 0])) }],
      ["no challenge", { ...work, challenge: new Uint8Array(0) }],
      ["no solution", { ...work, solution: new Uint8Array(0) }],
      ["zeros", { ...work, solution: new Uint8Array(64) }],
      ["a truncated solution", { ...work, solution: toBytes(work.solution.slice(0, 60)) }],
      ["parts in another order", { ...work, solution: toBytes(work.solution.toReversed()) }],
    ];
    for (const [name, forged] of forgeries) {
      const answer = await submit(gateway, request, { from: elsewhere(), work: forged });
      expect([name, answer.code, answer.challenge === ""]).toEqual([name, "work-required", false]);
    }
    // Of this page and action, and of no other.
    for (const other of [requestFor(otherPage), requestFor(page), { ...request, pageId: otherPage.id }])
      expect((await submit(gateway, other, { from: elsewhere(), work })).code).toBe("work-required");
    nowMs += gatewayLimits.workChallengeLifeMs;
    expect((await submit(gateway, request, { from: elsewhere(), work })).code).toBe("work-required");
    // A clock that was set back by far does not make it good for longer.
    nowMs -= 2 * gatewayLimits.workChallengeLifeMs;
    expect((await submit(gateway, request, { from: elsewhere(), work })).code).toBe("work-required");
    nowMs += gatewayLimits.workChallengeLifeMs;
    expect((await submit(gateway, request, { from: elsewhere(), work })).code).toBe("accepted");
    expect((await pullAll(owner)).filter(({ pageId }) => pageId === page.id)).toHaveLength(1);
  });

  it("cannot be solved in advance: each challenge is another, though page, action and time are the same", async () => {
    const { page } = await makePage({ lead: owner });
    const [first, second] = [requestFor(page), requestFor(page)];
    const challenges = new Set<string>();
    for (const request of [first, second]) challenges.add((await submit(gateway, request)).challenge);
    expect(challenges.size).toBe(2);
    // The same again gives nothing else to solve: asking twice is no use.
    expect(challenges.has((await submit(gateway, first)).challenge)).toBe(true);
  });

  it("counts one action for one solution, however many send it at once", async () => {
    const { page } = await makePage({ lead: owner });
    const request = requestFor(page);
    const work = solve((await submit(gateway, request, { from: elsewhere() })).challenge);
    const same = await Promise.all(Array.from({ length: 16 }, async () => await submit(gateway, request, { work })));
    expect(same.map(({ code, counter }) => `${code} ${counter}`)).toEqual(
      Array.from({ length: 16 }, () => "accepted 1"),
    );
    const others = Array.from({ length: 16 }, () => requestFor(page));
    const codes = await Promise.all(others.map(async (other) => (await submit(gateway, other, { work })).code));
    expect(new Set(codes)).toEqual(new Set(["work-required"]));
    const changed = { ...request, customFields: { other: "text" } };
    expect((await submit(gateway, changed, { work })).code).toBe("conflict");
    expect((await pullAll(owner)).filter(({ pageId }) => pageId === page.id)).toHaveLength(1);
  });

  it("asks nothing of an organisation's own program, for its own pages alone", async () => {
    const partner = await makeOrganisation(gateway);
    const stranger = await makeOrganisation(gateway);
    const { page } = await makePage({ lead: owner, runner: partner });
    for (const { token } of [owner, partner])
      expect((await submit(gateway, requestFor(page), { token })).code).toBe("accepted");
    expect((await submit(gateway, requestFor(page), { token: stranger.token })).code).toBe("work-required");
    expect((await submit(gateway, requestFor(page), { token: "nonsense" })).code).toBe("unauthenticated");
  });

  it("lets in none of a flood of bots that do not work", async () => {
    const { page } = await makePage({ lead: owner });
    const refused = { "work-required": 0, accepted: 0 };
    const request = requestFor(page);
    const stolen = solve((await submit(gateway, request, { from: elsewhere() })).challenge);
    for (let sent = 0; sent < 1000; sent += 20) {
      const answers = await Promise.all(
        Array.from({ length: 20 }, async (_unused, at) => {
          const work = at % 2 === 0 ? stolen : undefined;
          return await submit(gateway, requestFor(page), { from: elsewhere(), work });
        }),
      );
      for (const { code } of answers) refused[code === "accepted" ? "accepted" : "work-required"]++;
    }
    expect(refused).toEqual({ "work-required": 1000, accepted: 0 });
  });
});

describe("an organisation's own choice for its page", () => {
  it("goes before the operator's, can be taken back, and is nobody else's", async () => {
    const { page } = await makePage({ lead: owner });
    const { moderation } = owner.clients;
    expect(await moderation.getPageProtection({ pageId: page.id })).toMatchObject({
      proofOfWork: ProofOfWork.UNSPECIFIED,
      gatewayProofOfWork: ProofOfWork.ON,
    });
    await moderation.setPageProtection({ pageId: page.id, proofOfWork: ProofOfWork.OFF });
    expect((await submit(gateway, requestFor(page), { from: elsewhere() })).code).toBe("accepted");
    expect((await moderation.getPageProtection({ pageId: page.id })).proofOfWork).toBe(ProofOfWork.OFF);
    await moderation.setPageProtection({ pageId: page.id, proofOfWork: ProofOfWork.UNSPECIFIED });
    expect((await submit(gateway, requestFor(page), { from: elsewhere() })).code).toBe("work-required");
    const stranger = await makeOrganisation(gateway);
    for (const clients of [stranger.clients, connectClients(gateway.address)]) {
      const { moderation: theirs } = clients;
      const code = clients === stranger.clients ? "not-found" : "unauthenticated";
      expect(await codeOf(theirs.getPageProtection({ pageId: page.id }))).toBe(code);
      expect(await codeOf(theirs.setPageProtection({ pageId: page.id, proofOfWork: ProofOfWork.OFF }))).toBe(code);
    }
    // cast: a number that no choice has, as a newer client may send it
    const unknown = 9 as ProofOfWork;
    expect(await codeOf(moderation.setPageProtection({ pageId: page.id, proofOfWork: unknown }))).toBe("invalid");
  });

  it("to be asked only under load lets people through, and makes one network work more and more", async () => {
    const { page } = await makePage({ lead: owner });
    await owner.clients.moderation.setPageProtection({ pageId: page.id, proofOfWork: ProofOfWork.AUTO });
    const from = elsewhere();
    for (let sent = 0; sent < freePerMinute.network; sent++)
      expect((await submit(gateway, requestFor(page), { from })).code).toBe("accepted");
    const asked = await submit(gateway, requestFor(page), { from });
    expect(asked.code).toBe("work-required");
    expect(hashesOf(asked.challenge)).toBe(hashesByLevel[1]);
    expect((await submit(gateway, requestFor(page), { from: elsewhere() })).code).toBe("accepted");
    // What is refused does not raise it: nobody makes others work by being refused.
    for (let sent = 0; sent < 100; sent++) await submit(gateway, requestFor(page), { from });
    expect(hashesOf((await submit(gateway, requestFor(page), { from })).challenge)).toBe(hashesByLevel[1]);
    nowMs += 60_000;
    expect((await submit(gateway, requestFor(page), { from })).code).toBe("accepted");
  });

  it("holds for the whole page once many networks send", async () => {
    const { page } = await makePage({ lead: owner });
    await owner.clients.moderation.setPageProtection({ pageId: page.id, proofOfWork: ProofOfWork.AUTO });
    const codes: string[] = [];
    for (let sent = 0; sent <= freePerMinute.page; sent++)
      codes.push((await submit(gateway, requestFor(page), { from: elsewhere() })).code);
    expect(codes.filter((code) => code === "accepted")).toHaveLength(freePerMinute.page);
    const { challenge } = await submit(gateway, requestFor(page), { from: elsewhere() });
    expect(hashesOf(challenge)).toBe(hashesByLevel[1]);
    expect(decodeBase64Url(challenge)).toHaveLength(45);
  });
});
