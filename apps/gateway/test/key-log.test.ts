// Keys that follow a signed log: published by compare-and-set, proven to open, in grace, expired, revoked.
import { generateAgreementKeyPair } from "@coterie/primitives";
import { nodePrimitives, systemRandom } from "@coterie/primitives/node";
import { KeyState, Sealing } from "@coterie/protocol";
import { createKeyLog, verifyKeyLog } from "@coterie/key-log";
import { parseKeyId } from "@coterie/sealed-box/seal";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  activateKey,
  clearRequest,
  makeOrganisation,
  makePage,
  openContact,
  pullAll,
  sealedRequest,
  type TestOrganisation,
  type TestPage,
} from "./support/coalition.ts";
import { codeOf, connectClients, startTestGateway, type TestGateway } from "./support/gateway.ts";
import {
  type Authority,
  dayMs,
  entriesOf,
  newSigner,
  provenKey,
  publish,
  signed,
  startLog,
} from "./support/key-authority.ts";

let gateway: TestGateway;
const startMs = Date.now();
let clockMs = startMs;

beforeAll(async () => {
  gateway = await startTestGateway({ now: () => clockMs });
});

afterAll(async () => await gateway.close());

/** A second later, so that what pages remember is read again. */
function tick(ms = 1001): number {
  clockMs += ms;
  return clockMs;
}

async function currentPage({ page }: TestPage): Promise<TestPage["page"]> {
  const { page: current } = await connectClients(gateway.address).actions.getPage({ name: page.name });
  if (current === undefined) throw new Error("no page");
  return current;
}

async function submitTo({ page }: TestPage): Promise<string> {
  return await codeOf(connectClients(gateway.address).actions.submit(clearRequest(page, { atMs: clockMs })));
}

async function stateOf({ clients }: TestOrganisation, keyId: string): Promise<KeyState | undefined> {
  const { keys } = await clients.organisations.listPublicKeys({});
  return keys.find(({ id }) => id === keyId)?.state;
}

async function makeLogged(sealing: Sealing = Sealing.GATEWAY): Promise<{ authority: Authority; made: TestPage }> {
  const owner = await makeOrganisation(gateway);
  const made = await makePage({ lead: owner }, { sealing });
  return { authority: await startLog(owner, { nowMs: clockMs }), made };
}

describe("publishing a key log", () => {
  it("serves every organisation what its owner signed, and only that", async () => {
    const { authority } = await makeLogged();
    const stranger = await makeOrganisation(gateway);
    const organisationId = authority.owner.organisation.id;
    const { entries } = await stranger.clients.keyLogs.getKeyLog({ organisationId });
    expect(entries.map((entry) => [...entry])).toEqual(entriesOf(authority.log).map((entry) => [...entry]));
    expect((await stranger.clients.keyLogs.getKeyLog({})).entries).toEqual([]);
    expect(await codeOf(connectClients(gateway.address).keyLogs.getKeyLog({ organisationId }))).toBe("unauthenticated");
    expect(await codeOf(stranger.clients.keyLogs.publishKeyLogEntries({ entries }))).toBe("invalid");
  });

  it("appends by compare-and-set: one of two entries of one place wins, and repeating it is harmless", async () => {
    const { authority } = await makeLogged();
    const { keyLogs } = authority.owner.clients;
    const nowMs = tick();
    const first = await provenKey(authority.owner);
    const update = (publicKey: Uint8Array<ArrayBuffer>) =>
      ({ kind: "activate", publicKey, validFromMs: nowMs, validUntilMs: nowMs + dayMs }) as const;
    const left = await signed(authority, { update: update(first.keys.publicKey), nowMs });
    const right = await signed(authority, {
      update: { kind: "retire", keyId: parseKeyId(authority.owner.keyId), graceUntilMs: nowMs },
      nowMs,
    });
    const codes = await Promise.all([
      codeOf(keyLogs.publishKeyLogEntries({ entries: [left.entry], proof: first.proof })),
      codeOf(keyLogs.publishKeyLogEntries({ entries: [right.entry] })),
    ]);
    expect(codes.toSorted()).toEqual(["accepted", "conflict"]);
    const won = codes[0] === "accepted" ? left : right;
    const lost = codes[0] === "accepted" ? right : left;
    expect(await codeOf(keyLogs.publishKeyLogEntries({ entries: [won.entry] }))).toBe("accepted");
    expect(await codeOf(keyLogs.publishKeyLogEntries({ entries: [lost.entry] }))).toBe("conflict");
    const { entries } = await keyLogs.getKeyLog({});
    expect(entries.map((entry) => [...entry])).toEqual(entriesOf(won.log).map((entry) => [...entry]));
  });

  it("refuses entries that another key signed, that were changed, and logs without a key", async () => {
    const { authority } = await makeLogged();
    const { keyLogs } = authority.owner.clients;
    const update = { kind: "retire", keyId: parseKeyId(authority.owner.keyId), graceUntilMs: clockMs } as const;
    const { entry } = await signed(authority, { update, nowMs: clockMs });
    for (const at of [0, 60, entry.length - 100, entry.length - 1]) {
      const flipped = Uint8Array.from(entry, (byte, index) => (index === at ? byte ^ 1 : byte));
      expect(["invalid", "conflict"]).toContain(await codeOf(keyLogs.publishKeyLogEntries({ entries: [flipped] })));
    }
    const ahead = await signed(authority, { update, nowMs: clockMs + 3_600_000 });
    expect(await codeOf(keyLogs.publishKeyLogEntries({ entries: [ahead.entry] }))).toBe("invalid");
    const other = await makeOrganisation(gateway);
    const bare = await createKeyLog(nodePrimitives, {
      organisation: other.organisation.id,
      signer: newSigner(),
      createdAtMs: clockMs,
    });
    expect(await codeOf(other.clients.keyLogs.publishKeyLogEntries({ entries: entriesOf(bare) }))).toBe("invalid");
    expect(await codeOf(other.clients.keyLogs.publishKeyLogEntries({ entries: [] }))).toBe("invalid");
    expect((await keyLogs.getKeyLog({})).entries).toHaveLength(2);
  });

  it("activates only keys that were imported and shown to open", async () => {
    const { authority } = await makeLogged();
    const { keyLogs } = authority.owner.clients;
    const update = (publicKey: Uint8Array<ArrayBuffer>) =>
      ({ kind: "activate", publicKey, validFromMs: clockMs, validUntilMs: clockMs + dayMs }) as const;
    const unknown = generateAgreementKeyPair(nodePrimitives, systemRandom);
    const { entry } = await signed(authority, { update: update(unknown.publicKey), nowMs: clockMs });
    expect(await codeOf(keyLogs.publishKeyLogEntries({ entries: [entry] }))).toBe("not-found");
    const next = await provenKey(authority.owner);
    const good = await signed(authority, { update: update(next.keys.publicKey), nowMs: clockMs });
    const wrong = new Uint8Array(32);
    expect(await codeOf(keyLogs.publishKeyLogEntries({ entries: [good.entry], proof: wrong }))).toBe("not-proven");
    expect((await keyLogs.getKeyLog({})).entries).toHaveLength(2);
    expect(await stateOf(authority.owner, next.keyId)).toBe(KeyState.IMPORTED);
  });
});

describe("an organisation's keys", () => {
  it("are activated as before where it has no log, and by the log alone where it has one", async () => {
    const owner = await makeOrganisation(gateway);
    const made = await makePage({ lead: owner });
    expect(await submitTo(made)).toBe("accepted");
    await startLog(owner, { nowMs: clockMs });
    tick();
    expect(await submitTo(made)).toBe("accepted");
    expect(await stateOf(owner, owner.keyId)).toBe(KeyState.ACTIVE);
    expect(await codeOf(activateKey(owner, owner.keys))).toBe("conflict");
  });

  it("rotate by the log: new contacts open with the new key, and the old one is taken until its grace ends", async () => {
    const { authority, made } = await makeLogged(Sealing.BROWSER);
    const { owner } = authority;
    const { actions } = connectClients(gateway.address);
    const before = await currentPage(made);
    const next = await provenKey(owner);
    const nowMs = tick();
    const { publicKey } = next.keys;
    const activate = { kind: "activate", publicKey, validFromMs: nowMs, validUntilMs: nowMs + 365 * dayMs } as const;
    await publish(authority, { update: activate, nowMs, proof: next.proof });
    const graceUntilMs = nowMs + dayMs;
    const retire = { kind: "retire", keyId: parseKeyId(owner.keyId), graceUntilMs } as const;
    await publish(authority, { update: retire, nowMs });
    tick();
    const after = await currentPage(made);
    expect(after.receivers[0]?.publicKey?.id).toBe(next.keyId);
    expect([await stateOf(owner, owner.keyId), await stateOf(owner, next.keyId)]).toEqual([
      KeyState.RETIRED,
      KeyState.ACTIVE,
    ]);
    expect(await codeOf(actions.submit(sealedRequest(before, { atMs: clockMs })))).toBe("accepted");
    expect(await codeOf(actions.submit(sealedRequest(after, { atMs: clockMs })))).toBe("accepted");
    const [old, fresh] = await pullAll(owner);
    if (old === undefined || fresh === undefined) throw new Error("no contacts");
    expect(await openContact(owner, { contact: old })).toHaveProperty("firstName", "Alice");
    expect(await openContact(owner, { contact: fresh, keys: next.keys })).toHaveProperty("firstName", "Alice");
    await expect(openContact(owner, { contact: fresh })).rejects.toThrow();
    clockMs = graceUntilMs;
    expect(await codeOf(actions.submit(sealedRequest(before, { atMs: clockMs })))).toBe("wrong-key");
    expect(await codeOf(actions.submit(sealedRequest(after, { atMs: clockMs })))).toBe("accepted");
  });

  it("take nothing once they expired, nor before they begin, and again once renewed", async () => {
    const owner = await makeOrganisation(gateway);
    const made = await makePage({ lead: owner });
    const authority = await startLog(owner, { nowMs: clockMs, validForMs: dayMs });
    expect(await submitTo(made)).toBe("accepted");
    tick(dayMs);
    expect(await submitTo(made)).toBe("no-active-key");
    expect((await currentPage(made)).accepting).toBe(false);
    const nowMs = clockMs;
    const { publicKey } = owner.keys;
    const renew = { kind: "activate", publicKey, validFromMs: nowMs + dayMs, validUntilMs: nowMs + 9 * dayMs } as const;
    await publish(authority, { update: renew, nowMs });
    tick();
    expect(await submitTo(made)).toBe("no-active-key");
    clockMs = nowMs + dayMs;
    expect(await submitTo(made)).toBe("accepted");
  });

  it("take nothing once revoked, not even what a form sealed before", async () => {
    const { authority, made } = await makeLogged(Sealing.BROWSER);
    const { actions } = connectClients(gateway.address);
    const before = await currentPage(made);
    const next = await provenKey(authority.owner);
    const nowMs = tick();
    const { publicKey } = next.keys;
    const activate = { kind: "activate", publicKey, validFromMs: nowMs, validUntilMs: nowMs + dayMs } as const;
    await publish(authority, { update: activate, nowMs, proof: next.proof });
    const revoke = { kind: "revoke", keyId: parseKeyId(authority.owner.keyId), sinceMs: startMs } as const;
    await publish(authority, { update: revoke, nowMs });
    expect(await codeOf(actions.submit(sealedRequest(before, { atMs: clockMs })))).toBe("wrong-key");
    expect(await pullAll(authority.owner)).toEqual([]);
    tick();
    expect(await codeOf(actions.submit(sealedRequest(await currentPage(made), { atMs: clockMs })))).toBe("accepted");
  });

  it("in grace are taken also where the organisation has no active key any more", async () => {
    const { authority, made } = await makeLogged(Sealing.BROWSER);
    const { actions } = connectClients(gateway.address);
    const before = await currentPage(made);
    const graceUntilMs = tick() + dayMs;
    const retire = { kind: "retire", keyId: parseKeyId(authority.owner.keyId), graceUntilMs } as const;
    await publish(authority, { update: retire, nowMs: clockMs });
    tick();
    expect((await currentPage(made)).accepting).toBe(false);
    expect(await codeOf(actions.submit(sealedRequest(before, { atMs: clockMs })))).toBe("accepted");
    clockMs = graceUntilMs;
    expect(await codeOf(actions.submit(sealedRequest(before, { atMs: clockMs })))).toBe("no-active-key");
    expect(await pullAll(authority.owner)).toHaveLength(1);
  });

  it("reach forms with the log, which a form verifies against its pin and another pin refuses", async () => {
    const { authority, made } = await makeLogged(Sealing.BROWSER);
    tick();
    const [receiver] = (await currentPage(made)).receivers;
    const entries = receiver?.keyLog ?? [];
    const input = { organisation: authority.owner.organisation.id, entries, nowMs: clockMs, rememberedHead: undefined };
    const { active } = await verifyKeyLog(nodePrimitives, { ...input, pins: [authority.log.logId] });
    expect(active?.keyId).toBe(receiver?.publicKey?.id);
    const other = await makeLogged();
    await expect(verifyKeyLog(nodePrimitives, { ...input, pins: [other.authority.log.logId] })).rejects.toMatchObject({
      code: "key-log/not-pinned",
    });
  });
});
