// Old contacts sealed again to the active key: replaced by compare-and-set, whatever runs at the same time.
import type { AgreementKeyPair } from "@coterie/primitives";
import { nodePrimitives, systemRandom } from "@coterie/primitives/node";
import type { Contact } from "@coterie/protocol";
import { createContactRewrapper } from "@coterie/sealed-box/open";
import { deriveKeyId } from "@coterie/sealed-box/seal";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  clearRequest,
  makeOrganisation,
  makePage,
  openContact,
  openInputOf,
  pullAll,
  rotateKey,
  type TestOrganisation,
} from "./support/coalition.ts";
import { codeOf, connectClients, startTestGateway, type TestGateway } from "./support/gateway.ts";

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway();
});

afterAll(async () => await gateway.close());

/** An organisation with contacts under a key that is no longer the active one. */
async function makeRotated(
  contacts: number,
  on: TestGateway = gateway,
): Promise<{ owner: TestOrganisation; keys: AgreementKeyPair; newKeyId: string }> {
  const owner = await makeOrganisation(on);
  const { page } = await makePage({ lead: owner });
  const { actions } = connectClients(on.address);
  await Promise.all(Array.from({ length: contacts }, async () => await actions.submit(clearRequest(page))));
  const keys = await rotateKey(owner);
  return { owner, keys, newKeyId: deriveKeyId(nodePrimitives, keys.publicKey) };
}

async function replacementsOf(
  owner: TestOrganisation,
  { contacts, keys }: { contacts: readonly Contact[]; keys: AgreementKeyPair },
) {
  const { gatewaySigningKey } = await owner.clients.organisations.getOrganisation({});
  const recipient = { public: keys.publicKey };
  const deps = { primitives: nodePrimitives, random: systemRandom };
  const rewrapper = createContactRewrapper(deps, { keys: [owner.keys], gatewaySigningKey, recipient });
  const replacements = contacts.map((contact) => {
    const { payload, nonce, signKey } = rewrapper.rewrap(openInputOf(contact));
    const oldPayloadHash = nodePrimitives.sha256(contact.payload);
    return { actionId: contact.actionId, oldPayloadHash, payload, nonce, signKey: signKey.public };
  });
  rewrapper.destroy();
  return replacements;
}

async function coverageOf({ clients }: TestOrganisation): Promise<Record<string, number>> {
  const { keys } = await clients.rewraps.countContactsByKey({});
  return Object.fromEntries(keys.map(({ keyId, contacts }) => [keyId, Number(contacts)]));
}

describe("sealing old contacts again", () => {
  it("leaves the person, the commitment and the consent, and opens with the new key alone", async () => {
    const { owner, keys, newKeyId } = await makeRotated(5);
    const { rewraps } = owner.clients;
    const before = await pullAll(owner);
    expect(await coverageOf(owner)).toEqual({ [owner.keyId]: 5 });
    const first = await rewraps.listContactsUnderKey({ keyId: owner.keyId, limit: 3 });
    expect([first.contacts.length, first.more]).toEqual([3, true]);
    const rest = await rewraps.listContactsUnderKey({ keyId: owner.keyId, cursor: first.nextCursor });
    const contacts = [...first.contacts, ...rest.contacts];
    const replacements = await replacementsOf(owner, { contacts, keys });
    const request = { oldKeyId: owner.keyId, newKeyId, replacements };
    const { replacedActionIds } = await rewraps.replaceContacts(request);
    expect(replacedActionIds.toSorted()).toEqual(before.map(({ actionId }) => actionId).toSorted());
    expect(await coverageOf(owner)).toEqual({ [newKeyId]: 5 });
    expect((await rewraps.replaceContacts(request)).replacedActionIds).toEqual([]);
    const after = await pullAll(owner);
    for (const [index, contact] of after.entries()) {
      const old = before[index];
      expect([contact.actionId, [...contact.commitment]]).toEqual([old?.actionId, [...(old?.commitment ?? [])]]);
      expect(contact.payload).not.toEqual(old?.payload);
      expect(await openContact(owner, { contact, keys })).toHaveProperty("firstName", "Alice");
      await expect(openContact(owner, { contact })).rejects.toThrow();
    }
  });

  it("replaces each contact once, whoever else seals it again at the same time", async () => {
    const { owner, keys, newKeyId } = await makeRotated(20);
    const { contacts } = await owner.clients.rewraps.listContactsUnderKey({ keyId: owner.keyId });
    const rounds = await Promise.all(
      [0, 1, 2, 3].map(async () => {
        const replacements = await replacementsOf(owner, { contacts, keys });
        return await owner.clients.rewraps.replaceContacts({ oldKeyId: owner.keyId, newKeyId, replacements });
      }),
    );
    expect(rounds.flatMap(({ replacedActionIds }) => replacedActionIds).toSorted()).toEqual(
      contacts.map(({ actionId }) => actionId).toSorted(),
    );
    for (const contact of await pullAll(owner)) {
      expect(await openContact(owner, { contact, keys })).toHaveProperty("firstName", "Alice");
    }
  });

  it("refuses what is not the caller's, other sizes, other keys than the active one, and too much at once", async () => {
    const { owner, keys, newKeyId } = await makeRotated(1);
    const stranger = await makeOrganisation(gateway);
    const { contacts } = await owner.clients.rewraps.listContactsUnderKey({ keyId: owner.keyId });
    const [replacement] = await replacementsOf(owner, { contacts, keys });
    if (replacement === undefined) throw new Error("no replacement");
    const request = { oldKeyId: owner.keyId, newKeyId, replacements: [replacement] };
    const replace = async (change: object) =>
      await codeOf(owner.clients.rewraps.replaceContacts({ ...request, ...change }));
    expect((await stranger.clients.rewraps.listContactsUnderKey({ keyId: owner.keyId })).contacts).toEqual([]);
    expect(await codeOf(stranger.clients.rewraps.replaceContacts(request))).toBe("not-found");
    expect(await replace({ newKeyId: stranger.keyId })).toBe("not-found");
    expect(await replace({ oldKeyId: newKeyId, newKeyId: owner.keyId })).toBe("wrong-key");
    expect(await replace({ replacements: [] })).toBe("invalid");
    expect(await replace({ replacements: [replacement, replacement] })).toBe("invalid");
    expect(await replace({ replacements: [{ ...replacement, nonce: new Uint8Array(23) }] })).toBe("invalid");
    expect(await replace({ replacements: [{ ...replacement, signKey: new Uint8Array(32) }] })).toBe("invalid");
    for (const change of [{ payload: new Uint8Array(1040) }, { oldPayloadHash: new Uint8Array(32) }]) {
      const { replacedActionIds } = await owner.clients.rewraps.replaceContacts({
        ...request,
        replacements: [{ ...replacement, ...change }],
      });
      expect(replacedActionIds).toEqual([]);
    }
    const [contact] = await pullAll(owner);
    if (contact === undefined) throw new Error("no contact");
    expect(await openContact(owner, { contact })).toHaveProperty("firstName", "Alice");
  });
});
