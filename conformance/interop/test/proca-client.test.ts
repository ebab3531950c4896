// The whole way of Proca's ecosystem through our gateway: its mutation in, its decryptor out.
import { encodeBase64Url } from "@coterie/bytes";
import { generateAgreementKeyPair } from "@coterie/primitives";
import { nodePrimitives as primitives, systemRandom as random } from "@coterie/primitives/node";
import { decryptPersonalInfo, loadKeyStoreFromString } from "@proca/crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  makeOrganisation,
  makePage,
  openContact,
  pullAll,
  type TestOrganisation,
} from "../../../apps/gateway/test/support/coalition.ts";
import { startTestGateway, type TestGateway } from "../../../apps/gateway/test/support/gateway.ts";

let gateway: TestGateway;
let owner: TestOrganisation;

beforeAll(async () => {
  gateway = await startTestGateway();
  owner = await makeOrganisation(gateway);
}, 60_000);

afterAll(async () => await gateway.close());

const document = `mutation Sign($page: Int!, $contact: ContactInput!) {
  addActionContact(actionPageId: $page, contact: $contact, privacy: { optIn: true }, action: { actionType: "petition" }) {
    contactRef
  }
}`;

async function ask(query: string, variables: object): Promise<unknown> {
  const response = await fetch(`${gateway.address}/api`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  return await response.json();
}

const keyStore = (publicKey: Uint8Array, secretKey: Uint8Array) =>
  loadKeyStoreFromString(JSON.stringify({ [encodeBase64Url(publicKey)]: { private: encodeBase64Url(secretKey) } }));

describe("a signature that Proca's mutation brought", () => {
  it("is opened by Proca's decryptor and by ours to the same person, and by nobody with another key", async () => {
    const { page } = await makePage({ lead: owner });
    const lookup = await ask("query ($name: String) { actionPage(name: $name) { id } }", { name: page.name });
    expect(lookup).toEqual({ data: { actionPage: { id: expect.any(Number) } } });
    const address = { country: "PL", postcode: "00-001", locality: "Łódź" };
    const contact = { firstName: "Zofia", lastName: "Example", email: "zofia@example.org", address };
    const number = JSON.parse(JSON.stringify(lookup)).data.actionPage.id;
    expect(await ask(document, { page: number, contact })).toMatchObject({
      data: { addActionContact: { contactRef: expect.any(String) } },
    });
    const [delivered] = await pullAll(owner);
    if (delivered?.publicKey === undefined || delivered.signKey === undefined) throw new Error("nothing arrived");
    const info = {
      payload: encodeBase64Url(delivered.payload),
      nonce: encodeBase64Url(delivered.nonce),
      encryptKey: { id: 1, public: encodeBase64Url(delivered.publicKey.public) },
      signKey: { id: 2, public: encodeBase64Url(delivered.signKey.public) },
    };
    const mine = keyStore(owner.keys.publicKey, owner.keys.secretKey.exposeSecretBytes());
    const { _coterie: context, ...person } = decryptPersonalInfo(info, mine);
    expect(person).toEqual({
      firstName: "Zofia",
      lastName: "Example",
      email: "zofia@example.org",
      country: "PL",
      postcode: "00-001",
      address: { locality: "Łódź" },
    });
    expect(context).toMatchObject({ action: delivered.actionId });
    expect(await openContact(owner, { contact: delivered })).toMatchObject(person);
    const other = generateAgreementKeyPair(primitives, random);
    const foreign = keyStore(owner.keys.publicKey, other.secretKey.exposeSecretBytes());
    expect(() => decryptPersonalInfo(info, foreign)).toThrow();
    await expect(openContact(owner, { contact: delivered, keys: other })).rejects.toThrow();
  });
});
