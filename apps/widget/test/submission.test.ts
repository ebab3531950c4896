// What is sent: sealed to the pinned keys alone, opened by nobody else, in few sizes (the named check B6), in the wire's own form.
import { fromJsonString } from "@bufbuild/protobuf";
import { actionLimits, formSchemas, type Person, validatePerson } from "@coterie/actions";
import { textsOf } from "@coterie/actions/form";
import { decodeBase64Url, encodeTextForm } from "@coterie/bytes";
import { AuthenticationFailedError, generateAgreementKeyPair } from "@coterie/primitives";
import { nodePrimitives, systemRandom } from "@coterie/primitives/node";
import { type SubmitRequest, SubmitRequestSchema } from "@coterie/protocol";
import { deriveKeyId, type KeyId } from "@coterie/sealed-box/seal";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UnpinnedKeyError } from "../src/errors.ts";
import { createClearSubmitter } from "../src/clear-submitter.ts";
import { sealPerson, type SealDeps } from "../src/seal-person.ts";
import { encodeSubmission as encode, type SubmissionInput } from "../src/submission.ts";
import { alpha, beta, fastSealDeps, noTracking, pageView, sealDeps } from "./fixture.ts";

const actionId = encodeTextForm("cact", new Uint8Array(16).fill(7));
const alice: Person = { firstName: "Alice", email: "alice@example.org" };
const pins: ReadonlySet<KeyId> = new Set([alpha.keyId, beta.keyId]);

function input(given: Partial<SubmissionInput> = {}): SubmissionInput {
  const optIns = new Map([[alpha.id, "yes"] as const]);
  const answers = { optIns, locale: "pl", givenAtMs: 1_700_000_000_000 };
  return {
    page: pageView(),
    actionId,
    person: alice,
    answers,
    wordings: textsOf("pl").wordings,
    tracking: noTracking,
    pins,
    ...given,
  };
}

async function encodeSubmission(deps: SealDeps, given: SubmissionInput): Promise<string> {
  const { sha256 } = deps.primitives;
  return await encode({ sha256, sealPerson: (person) => sealPerson(deps, person) }, given);
}

function parse(body: string): SubmitRequest {
  return fromJsonString(SubmitRequestSchema, body);
}

function open({ person }: SubmitRequest, owner: typeof alpha): unknown {
  if (person.case !== "sealed") throw new Error("not sealed");
  const contact = person.value.contacts.find(({ organisationId }) => organisationId === owner.id);
  if (contact === undefined) throw new Error("no contact");
  const key = nodePrimitives.deriveBoxKey(owner.keys.secretKey, contact.signKey);
  return JSON.parse(new TextDecoder().decode(nodePrimitives.decryptBox(key, contact.nonce, contact.payload)));
}

describe("encodeSubmission", () => {
  it("seals one contact for each receiver, bound to its place, and to nobody else", async () => {
    const body = await encodeSubmission(await sealDeps(), input());
    const request = parse(body);
    expect(body).not.toContain("Alice");
    expect(request.person.case).toBe("sealed");
    for (const owner of [alpha, beta]) {
      expect(open(request, owner)).toMatchObject({
        ...alice,
        _coterie: { action: actionId, organisation: owner.id, key: owner.keyId, page: pageView().id },
      });
      const stranger = { ...owner, keys: generateAgreementKeyPair(nodePrimitives, systemRandom) };
      expect(() => open(request, stranger)).toThrow(AuthenticationFailedError);
    }
    expect(request.consents.map(({ organisationId, optIn, locale }) => [organisationId, optIn, locale])).toEqual([
      [beta.id, 2, "pl"],
      [alpha.id, 1, "pl"],
    ]);
  });

  it("uses a fresh sender and nonce for every contact", async () => {
    const deps = await sealDeps();
    const bodies = await Promise.all(Array.from({ length: 50 }, async () => await encodeSubmission(deps, input())));
    const contacts = bodies.flatMap((body) => {
      const { person } = parse(body);
      return person.case === "sealed" ? person.value.contacts : [];
    });
    for (const part of [(n: number) => contacts[n]?.nonce, (n: number) => contacts[n]?.signKey])
      expect(new Set(contacts.map((_, n) => String(part(n)))).size).toBe(100);
  });

  it("sends the person readable only where the page seals at the gateway", async () => {
    const page = pageView({ sealing: "gateway" });
    const { person } = parse(await encodeSubmission(await sealDeps(), input({ page, pins: undefined })));
    expect(person).toEqual({ case: "personJson", value: JSON.stringify(alice) });
  });

  it("makes the same consents for the gateway without any keys, and refuses pages that seal in the browser", async () => {
    const submitter = createClearSubmitter();
    const page = pageView({ sealing: "gateway" });
    const clear = parse(await submitter.encodeSubmission(input({ page, pins: undefined })));
    expect(clear).toEqual(parse(await encodeSubmission(await sealDeps(), input({ page, pins: undefined }))));
    expect(submitter.newActionId()).toMatch(/^cact1/);
    await expect(submitter.encodeSubmission(input())).rejects.toBeInstanceOf(UnpinnedKeyError);
  });

  it.each<[string, () => Partial<SubmissionInput>]>([
    ["no pins at all", () => ({ pins: undefined })],
    ["an empty set of pins", () => ({ pins: new Set<KeyId>() })],
    ["one key that is not pinned", () => ({ pins: new Set([alpha.keyId]) })],
    [
      "a receiver without key",
      () => ({ page: pageView({ receivers: [{ ...beta.receiver, publicKey: undefined }, alpha.receiver] }) }),
    ],
  ])("refuses to seal with %s", async (_name, given) => {
    await expect(encodeSubmission(await sealDeps(), input(given()))).rejects.toBeInstanceOf(UnpinnedKeyError);
  });

  it("refuses a pinned key of low order before anything is sealed", async () => {
    const zeros = new Uint8Array(32);
    const weak = { ...beta.receiver, publicKey: { id: deriveKeyId(nodePrimitives, zeros), public: zeros } };
    const given = {
      page: pageView({ receivers: [weak, alpha.receiver] }),
      pins: new Set([deriveKeyId(nodePrimitives, zeros), alpha.keyId]),
    };
    await expect(encodeSubmission(await sealDeps(), input(given))).rejects.toMatchObject({
      code: "primitives/invalid-public-key",
    });
  });
});

// 10,000 synthetic people for each form: names of 1 to 64 characters of many scripts, optional fields empty or full.
const letter = fc.constantFrom(...Array.from("aZéżßñøЖяΩλمحمد李雷ひかり한🦊 -’"));
const text = (most: number): fc.Arbitrary<string> =>
  fc.string({ unit: letter, minLength: 1, maxLength: most }).map((some) => `A${some}`.slice(0, most));
const maybe = (most: number): fc.Arbitrary<string> => fc.oneof(fc.constant(""), text(most));
const person = fc.record({
  firstName: text(64),
  lastName: maybe(64),
  email: fc
    .string({ unit: fc.constantFrom("a", "b", "c", "ż", "."), minLength: 1, maxLength: 60 })
    .map((local) => `a${local}b@example.org`),
  phone: fc.constantFrom("", "+48 22 123 45 67"),
  country: fc.constantFrom("", "PL"),
  postcode: fc.constantFrom("", "00-950"),
  area: maybe(64),
  address: fc.record({ street: maybe(128), streetNumber: maybe(16), locality: maybe(64), region: maybe(64) }),
});

describe("the sizes of requests", () => {
  for (const sealing of ["browser", "gateway"] as const)
    it(`are at most four for 10,000 people, sealed by the ${sealing}`, async () => {
      const sizes = new Set<number>();
      const payloads = new Set<number>();
      let people = 0;
      for (const typed of fc.sample(person, { numRuns: 12_000, seed: 20_261_122 })) {
        const valid = validatePerson(formSchemas["basic/1"], typed, { requiredFields: [], now: () => 0 });
        if (valid.kind === "invalid" || people >= 10_000) continue;
        people++;
        const body = await encodeSubmission(fastSealDeps, input({ page: pageView({ sealing }), person: valid.person }));
        sizes.add(new TextEncoder().encode(body).length);
        const sealed = /"payload":"([^"]*)"/.exec(body)?.[1];
        if (sealed !== undefined) payloads.add(decodeBase64Url(sealed).length);
      }
      expect(people).toBe(10_000);
      expect(sizes.size).toBeLessThanOrEqual(4);
      expect(payloads.size).toBeLessThanOrEqual(4);
      for (const size of sizes) expect(actionLimits.requestSizesBytes).toContain(size);
    });
});
