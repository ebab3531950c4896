// Fingerprints: which spellings are one person, which persons stay two, and where a fingerprint means something.
import { encodeHex, SecretKey } from "@coterie/bytes";
import { nodePrimitives } from "@coterie/primitives/node";
import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { canonicalEmail } from "../src/counting/canonical-email.ts";
import { emailFingerprint, fingerprint, identityOf, type Scope } from "../src/counting/fingerprint.ts";

const keyBytes = new Uint8Array(32).fill(7);
const keyed = (bytes: Uint8Array) => ({
  primitives: nodePrimitives,
  secrets: { fingerprints: SecretKey.copyOf("fingerprints", bytes) },
});
// cast: the functions read no other secret
const deps = keyed(keyBytes) as Parameters<typeof fingerprint>[0];
const campaign: Scope = { kind: "campaign", id: new Uint8Array(16).fill(1) };

const of = (email: string, scope: Scope = campaign): string | undefined => {
  const made = emailFingerprint(deps, { scope, email });
  return made === undefined ? undefined : encodeHex(made.value);
};

const identified = (person: Parameters<typeof identityOf>[0]): string | undefined => {
  const identity = identityOf(person);
  return identity === undefined ? undefined : encodeHex(fingerprint(deps, { scope: campaign, identity }).value);
};

describe("addresses", () => {
  it.each([
    ["white space around", "  alice@example.org\t"],
    ["capitals", "Alice@Example.ORG"],
    ["a domain that ends in a dot", "alice@example.org."],
    ["full-width letters in the domain", "alice@ｅｘａｍｐｌｅ.org"],
  ])("are one person's with %s", (_what, email) => {
    expect(of(email)).toBe(of("alice@example.org"));
  });

  it("are one person's composed and decomposed, in Unicode and in ASCII", () => {
    expect(of("zoe\u0308@bu\u0308cher.example")).toBe(of("zo\u00eb@b\u00fccher.example"));
    expect(of("ZO\u00cb@B\u00dcCHER.example")).toBe(of("zo\u00eb@xn--bcher-kva.example"));
    // The Kelvin sign is a K to Unicode itself.
    expect(of("\u212aim@example.org")).toBe(of("kim@example.org"));
  });

  it.each([
    ["dots", "a.lice@example.org"],
    ["a tag", "alice+petition@example.org"],
    ["a letter of another script", "\u0430lice@example.org"],
    ["an accent", "alic\u00e9@example.org"],
    ["another domain", "alice@example.com"],
    ["a Turkish dotless i", "al\u0131ce@example.org"],
  ])("stay two persons' with %s", (_what, email) => {
    expect(of(email)).not.toBe(of("alice@example.org"));
    expect(of(email)).toBeDefined();
  });

  it.each([
    "",
    "@",
    "alice",
    "@example.org",
    "alice@",
    "alice@a/b",
    "alice@%65xample.org?",
    `${"a".repeat(320)}@example.org`,
  ])("that are none have no fingerprint: %j", (text) => {
    expect(of(text)).toBeUndefined();
  });

  it("are canonical once they were made so", () => {
    for (const email of [
      "ZO\u00cb@B\u00dcCHER.Example",
      "\u0130van@example.org",
      "stra\u00dfe@\u00df.example",
      "a@b@c.d",
    ]) {
      const once = canonicalEmail(email) ?? "";
      expect(canonicalEmail(once)).toBe(once);
    }
  });
});

describe("a fingerprint", () => {
  it("is HMAC-SHA-256 over length-prefixed fields that name scope and kind", () => {
    const field = (bytes: Uint8Array | string): Buffer => {
      const content = Buffer.from(bytes);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(content.length);
      return Buffer.concat([length, content]);
    };
    const message = ["coterie/fingerprint/1", "campaign", campaign.id, "email", "alice@example.org"].map(field);
    expect(of("Alice@example.org")).toBe(createHmac("sha256", keyBytes).update(Buffer.concat(message)).digest("hex"));
  });

  it("is another one in every campaign, every organisation and under every key", () => {
    const other = emailFingerprint(keyed(new Uint8Array(32).fill(8)) as typeof deps, {
      scope: campaign,
      email: "alice@example.org",
    });
    const values = [
      of("alice@example.org"),
      of("alice@example.org", { kind: "campaign", id: new Uint8Array(16).fill(2) }),
      of("alice@example.org", { kind: "organisation", id: campaign.id }),
      other === undefined ? "" : encodeHex(other.value),
    ];
    expect(new Set(values).size).toBe(4);
  });
});

describe("persons of a citizens' initiative", () => {
  const anna = { firstName: "Anna", lastName: "Åström", birthDate: "1970-01-02", country: "SE" };
  const document = (country: string, documentNumber: string, documentType = "personal-number") =>
    identified({ ...anna, nationality: { country, documentType, documentNumber } });

  it("are known by their document's number, whatever they say of its kind and of themselves", () => {
    expect(document("HU", "123456AB", "identity-card")).toBe(document("HU", "123456AB", "passport"));
    expect(identified({ ...anna, firstName: "Anne", nationality: { country: "HU", documentNumber: "123456AB" } })).toBe(
      document("HU", "123456AB"),
    );
    expect(document("HU", "123456AB")).not.toBe(document("HU", "123456AC"));
    expect(document("IT", "123456AB")).not.toBe(document("HU", "123456AB"));
  });

  it.each([
    ["SE", "197001021234", "7001021234"],
    ["PT", "12345678", "123456789ZZ1"],
    ["MT", "0012345M", "12345M"],
  ])("of %s have one number in two spellings", (country, left, right) => {
    expect(document(country, left)).toBe(document(country, right));
  });

  it("are known by names, date of birth and postcode where no document is asked for", () => {
    const person = { ...anna, postcode: "114 55", nationality: { country: "SE" } };
    expect(identified({ ...person, firstName: "ANNA", lastName: "ÅSTRÖM", postcode: "11455" })).toBe(
      identified(person),
    );
    expect(identified({ ...person, birthDate: "1970-01-03" })).not.toBe(identified(person));
    expect(identified({ ...person, lastName: "Astrom" })).not.toBe(identified(person));
    // Length-prefixed: what moves from one field to the next makes another person.
    expect(identified({ ...person, firstName: "AnnaÅ", lastName: "ström" })).not.toBe(identified(person));
  });
});

it("a person without an address or a date of birth has no fingerprint", () => {
  expect(identified({ firstName: "Alice" })).toBeUndefined();
});
