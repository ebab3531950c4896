// The life of an organisation's public key: nothing is sealed to a key that nobody has shown to open.
import { decodeBase64Url, encodeTextForm } from "@coterie/bytes";
import { generateAgreementKeyPair, randomBytes } from "@coterie/primitives";
import { nodePrimitives, systemRandom } from "@coterie/primitives/node";
import { KeyState, Sealing } from "@coterie/protocol";
import { deriveKeyId } from "@coterie/sealed-box/seal";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  activateKey,
  clearRequest,
  makeOrganisation,
  makePage,
  openChallenge,
  openContact,
  pullAll,
  rotateKey,
  sealedRequest,
  type TestOrganisation,
} from "./support/coalition.ts";
import { codeOf, connectClients, startTestGateway, type TestGateway } from "./support/gateway.ts";

let gateway: TestGateway;
let clockMs = Date.now();
let alpha: TestOrganisation;
let beta: TestOrganisation;

beforeAll(async () => {
  gateway = await startTestGateway({ now: () => clockMs });
  alpha = await makeOrganisation(gateway, { stem: "alpha", activate: false });
  beta = await makeOrganisation(gateway, { stem: "beta", activate: false });
});

afterAll(async () => await gateway.close());

async function stateOf({ clients }: TestOrganisation, keyId: string): Promise<KeyState | undefined> {
  const { keys } = await clients.organisations.listPublicKeys({});
  return keys.find(({ id }) => id === keyId)?.state;
}

// Low order: 0, 1, the two of order 8, p - 1; not canonical: p, p + 1, the same with the top bit, 2^256 - 1 and its like.
const unusableKeys = [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "cdeb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b880",
  "4c9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f11d7",
  "d9ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  "daffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  "dbffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
];

describe("importing a public key", () => {
  it("refuses keys of low order, keys that are not canonical, and other lengths", async () => {
    for (const hex of unusableKeys) {
      const unusable = Uint8Array.from(Buffer.from(hex, "hex"));
      expect(await codeOf(alpha.clients.organisations.importPublicKey({ public: unusable, label: "" }))).toBe(
        "invalid-key",
      );
    }
    for (const lengthBytes of [0, 31, 33]) {
      const unusable = randomBytes(systemRandom, lengthBytes);
      expect(await codeOf(alpha.clients.organisations.importPublicKey({ public: unusable, label: "" }))).toBe(
        "invalid-key",
      );
    }
    expect((await alpha.clients.organisations.listPublicKeys({})).keys).toHaveLength(1);
  });

  it("refuses a key that the organisation has already, and the gateway's home key", async () => {
    const seed = decodeBase64Url((await readFile(join(gateway.dataFolder, "secrets", "home-secret"), "utf8")).trim());
    const home = nodePrimitives.deriveAgreementKeyPair(seed);
    const importBy = async ({ clients }: TestOrganisation, publicKey: Uint8Array): Promise<string> =>
      await codeOf(clients.organisations.importPublicKey({ public: publicKey, label: "mine" }));
    expect(await importBy(alpha, alpha.keys.publicKey)).toBe("conflict");
    for (const owner of [alpha, beta]) expect(await importBy(owner, home.publicKey)).toBe("conflict");
  });

  it("takes no more than 100 keys of one organisation, also when they come at once", async () => {
    const owner = await makeOrganisation(gateway, { activate: false });
    const imports = Array.from({ length: 120 }, async () => {
      const { publicKey } = generateAgreementKeyPair(nodePrimitives, systemRandom);
      return await codeOf(owner.clients.organisations.importPublicKey({ public: publicKey, label: "" }));
    });
    const codes = await Promise.all(imports);
    expect(codes.filter((code) => code === "accepted")).toHaveLength(99);
    expect(codes.filter((code) => code === "too-large")).toHaveLength(21);
    expect((await owner.clients.organisations.listPublicKeys({})).keys).toHaveLength(100);
  });
});

describe("a key that two organisations name", () => {
  it("is whose holder shows that it opens, however early others named it", async () => {
    const mallory = await makeOrganisation(gateway);
    const alice = generateAgreementKeyPair(nodePrimitives, systemRandom);
    const keyId = deriveKeyId(nodePrimitives, alice.publicKey);
    const stolen = mallory.clients.organisations;
    await stolen.importPublicKey({ public: alice.publicKey, label: "mine" });
    const { challenge } = await stolen.startActivation({ keyId });
    // The owner's program opens only what names the owner: nobody shows mallory what is inside.
    const owner = await makeOrganisation(gateway, { activate: false });
    expect(() => openChallenge(owner, { keys: alice, challenge })).toThrow();
    await owner.clients.organisations.importPublicKey({ public: alice.publicKey, label: "" });
    const own = await owner.clients.organisations.startActivation({ keyId });
    const proof = openChallenge(owner, { keys: alice, challenge: own.challenge });
    expect(await codeOf(stolen.activatePublicKey({ keyId, proof }))).toBe("not-proven");
    await owner.clients.organisations.activatePublicKey({ keyId, proof });
    expect([await stateOf(owner, keyId), await stateOf(mallory, keyId)]).toEqual([KeyState.ACTIVE, KeyState.IMPORTED]);
    const { page } = await makePage({ lead: owner });
    expect(await codeOf(connectClients(gateway.address).actions.submit(clearRequest(page)))).toBe("accepted");
    const third = (await makeOrganisation(gateway)).clients.organisations;
    expect(await codeOf(third.importPublicKey({ public: alice.publicKey, label: "" }))).toBe("conflict");
    expect(await codeOf(third.importPublicKey({ public: beta.keys.publicKey, label: "" }))).toBe("accepted");
  });

  it("is the first one's where both open with it", async () => {
    const shared = generateAgreementKeyPair(nodePrimitives, systemRandom);
    const keyId = deriveKeyId(nodePrimitives, shared.publicKey);
    const owners = await Promise.all([makeOrganisation(gateway), makeOrganisation(gateway)]);
    const codes: string[] = [];
    for (const { clients } of owners)
      await clients.organisations.importPublicKey({ public: shared.publicKey, label: "" });
    for (const owner of owners) codes.push(await codeOf(activateKey(owner, shared)));
    expect(codes).toEqual(["accepted", "conflict"]);
    const [, late] = owners;
    expect(await stateOf(late, late.keyId)).toBe(KeyState.ACTIVE);
    expect(await stateOf(late, keyId)).toBe(KeyState.IMPORTED);
  });
});

describe("activating a public key", () => {
  it("needs the opened challenge of this very key, once, in time", async () => {
    const { organisations } = alpha.clients;
    expect(await codeOf(organisations.activatePublicKey({ keyId: alpha.keyId, proof: new Uint8Array(32) }))).toBe(
      "not-proven",
    );

    const first = await organisations.startActivation({ keyId: alpha.keyId });
    const proof = openChallenge(alpha, { keys: alpha.keys, challenge: first.challenge });
    const flipped = Uint8Array.from(proof, (byte, at) => (at === 31 ? byte ^ 1 : byte));
    expect(await codeOf(organisations.activatePublicKey({ keyId: alpha.keyId, proof: flipped }))).toBe("not-proven");
    // The wrong attempt used the challenge up.
    expect(await codeOf(organisations.activatePublicKey({ keyId: alpha.keyId, proof }))).toBe("not-proven");

    const second = await organisations.startActivation({ keyId: alpha.keyId });
    const late = openChallenge(alpha, { keys: alpha.keys, challenge: second.challenge });
    clockMs += 10 * 60 * 1000 + 1;
    expect(await codeOf(organisations.activatePublicKey({ keyId: alpha.keyId, proof: late }))).toBe("not-proven");
    expect(await stateOf(alpha, alpha.keyId)).toBe(KeyState.IMPORTED);

    const third = await organisations.startActivation({ keyId: alpha.keyId });
    const good = openChallenge(alpha, { keys: alpha.keys, challenge: third.challenge });
    clockMs += 10 * 60 * 1000;
    expect(await codeOf(organisations.activatePublicKey({ keyId: alpha.keyId, proof: good }))).toBe("accepted");
    expect(await codeOf(organisations.activatePublicKey({ keyId: alpha.keyId, proof: good }))).toBe("not-proven");
    expect(await stateOf(alpha, alpha.keyId)).toBe(KeyState.ACTIVE);
  });

  it("does not take the challenge of another key or of another organisation", async () => {
    const next = generateAgreementKeyPair(nodePrimitives, systemRandom);
    const nextId = deriveKeyId(nodePrimitives, next.publicKey);
    await alpha.clients.organisations.importPublicKey({ public: next.publicKey, label: "next" });
    const { challenge } = await alpha.clients.organisations.startActivation({ keyId: nextId });
    const proof = openChallenge(alpha, { keys: next, challenge });
    await alpha.clients.organisations.startActivation({ keyId: alpha.keyId });
    expect(await codeOf(alpha.clients.organisations.activatePublicKey({ keyId: alpha.keyId, proof }))).toBe(
      "not-proven",
    );
    const unknownId = encodeTextForm("ckey", new Uint8Array(20));
    for (const keyId of [nextId, unknownId]) {
      expect(await codeOf(beta.clients.organisations.startActivation({ keyId }))).toBe("not-found");
      expect(await codeOf(beta.clients.organisations.activatePublicKey({ keyId, proof }))).toBe("not-found");
    }
    // Another's attempt used nothing up.
    expect(await codeOf(alpha.clients.organisations.activatePublicKey({ keyId: nextId, proof }))).toBe("accepted");
    expect(await stateOf(alpha, alpha.keyId)).toBe(KeyState.RETIRED);
    expect(() => openChallenge(beta, { keys: next, challenge })).toThrow();
  });
});

describe("submissions and keys", () => {
  it("store nothing where a receiver has no active key", async () => {
    const owner = await makeOrganisation(gateway, { activate: false });
    const { actions } = connectClients(gateway.address);
    const { page } = await makePage({ lead: owner });
    expect(page.accepting).toBe(false);
    expect(await codeOf(actions.submit(clearRequest(page)))).toBe("no-active-key");
    expect(await pullAll(owner)).toEqual([]);
    expect((await actions.getCounter({ pageName: page.name })).counter).toBe(0n);
    await activateKey(owner, owner.keys);
    expect(await codeOf(actions.submit(clearRequest(page)))).toBe("accepted");
  });

  it("are refused as a whole where only one of two receivers has a key", async () => {
    const lead = await makeOrganisation(gateway);
    const runner = await makeOrganisation(gateway, { activate: false });
    const { actions } = connectClients(gateway.address);
    const { page } = await makePage({ lead, runner }, { forcesDelivery: true });
    expect(await codeOf(actions.submit(clearRequest(page)))).toBe("no-active-key");
    expect(await pullAll(lead)).toEqual([]);
  });

  it("sealed in the browser to a retired key are refused, and open after sealing again", async () => {
    const owner = await makeOrganisation(gateway);
    const { actions } = connectClients(gateway.address);
    const { page } = await makePage({ lead: owner }, { sealing: Sealing.BROWSER });
    const stale = sealedRequest(page);
    const keys = await rotateKey(owner);
    expect(await codeOf(actions.submit(stale))).toBe("wrong-key");
    expect(await pullAll(owner)).toEqual([]);
    const { page: fresh } = await actions.getPage({ name: page.name });
    if (fresh === undefined) throw new Error("no page");
    expect(await codeOf(actions.submit(sealedRequest(fresh)))).toBe("accepted");
    const [contact] = await pullAll(owner);
    if (contact === undefined) throw new Error("no contact");
    expect(await openContact(owner, { contact, keys })).toHaveProperty("firstName", "Alice");
  });

  it("are never stored under a retired key while keys are rotated under fire", async () => {
    const owner = await makeOrganisation(gateway);
    const { actions } = connectClients(gateway.address);
    const { page } = await makePage({ lead: owner });
    const running = { now: true };
    const codes = new Map<string, number>();
    const submitters = Array.from({ length: 8 }, async () => {
      while (running.now) {
        const code = await codeOf(actions.submit(clearRequest(page)));
        codes.set(code, (codes.get(code) ?? 0) + 1);
      }
    });
    const pairs = new Map([[owner.keyId, owner.keys]]);
    const retiredAt: { readonly keyId: string; readonly waiting: number }[] = [];
    let active: string = owner.keyId;
    for (let round = 0; round < 8; round++) {
      const keys = await rotateKey(owner);
      // Whatever is stored from here on is not under the key before.
      retiredAt.push({ keyId: active, waiting: (await pullAll(owner)).length });
      active = deriveKeyId(nodePrimitives, keys.publicKey);
      pairs.set(deriveKeyId(nodePrimitives, keys.publicKey), keys);
    }
    running.now = false;
    await Promise.all(submitters);
    const contacts = await pullAll(owner);
    for (const { keyId, waiting } of retiredAt) {
      expect(contacts.slice(waiting).filter(({ publicKey }) => publicKey?.id === keyId)).toEqual([]);
    }
    expect(codes.get("accepted")).toBe(contacts.length);
    expect([...codes.keys()].filter((code) => code !== "accepted" && code !== "unavailable")).toEqual([]);
    for (const contact of contacts) {
      const keys = pairs.get(contact.publicKey?.id ?? "");
      expect(await openContact(owner, { contact, ...(keys === undefined ? {} : { keys }) })).toHaveProperty(
        "firstName",
      );
    }
  });
});
