import { describe, expect, it } from "vitest";
import {
  type FieldProblem,
  formSchemas,
  type Person,
  type ValidatedPerson,
  validatePerson,
  validateTyped,
} from "../src/index.ts";

const basic = formSchemas["basic/1"];
const eci = formSchemas["eci/1"];
const now = (): number => Date.UTC(2026, 5, 15);

function check(input: unknown, requiredFields: readonly string[] = []): ValidatedPerson {
  return validatePerson(basic, input, { requiredFields, now });
}

function checkEci(input: unknown): ValidatedPerson {
  return validatePerson(eci, input, { requiredFields: [], now });
}

function problemsOf(result: ValidatedPerson): readonly FieldProblem[] {
  return result.kind === "invalid" ? result.problems : [];
}

const alice = { firstName: "Alice", email: "alice@example.org" };

describe("validatePerson, basic/1", () => {
  it("trims, collapses white space and composes Unicode", () => {
    const result = check({ ...alice, firstName: " Ele\u0301na \t  van\u00a0Dam\n" });
    expect(result).toEqual({ kind: "valid", person: { firstName: "Eléna van Dam", email: "alice@example.org" } });
  });

  it("keeps groups as groups and leaves empty fields out", () => {
    const result = check({ ...alice, lastName: "  ", address: { street: "Main Street", streetNumber: "" } });
    expect(result).toEqual({ kind: "valid", person: { ...alice, address: { street: "Main Street" } } });
  });

  it("reports every missing field in the order of the form", () => {
    expect(problemsOf(check({}, ["postcode", "address.locality"]))).toEqual([
      { field: "firstName", problem: "missing" },
      { field: "email", problem: "missing" },
      { field: "postcode", problem: "missing" },
      { field: "address.locality", problem: "missing" },
    ]);
  });

  it("takes a name at its limit and refuses one above", () => {
    expect(check({ ...alice, firstName: "a".repeat(63) }).kind).toBe("valid");
    expect(check({ ...alice, firstName: "a".repeat(64) }).kind).toBe("valid");
    expect(problemsOf(check({ ...alice, firstName: "a".repeat(65) }))).toEqual([
      { field: "firstName", problem: "too-long" },
    ]);
  });

  it.each([
    ["NUL", "Al\u0000ice"],
    ["escape", "Al\u001bice"],
    ["a C1 control", "Al\u0085ice"],
    ["a right-to-left override", "Al\u202eice"],
    ["an isolate", "Al\u2066ice"],
    ["a zero-width space", "Al\u200bice"],
    ["a byte order mark", "\ufeffAlice"],
    ["an invisible tag", "Alice\u{e0041}"],
    ["a lone surrogate", "Alice\ud800"],
    ["a non-character", "Alice\uffff"],
  ])("refuses %s", (_name, firstName) => {
    expect(problemsOf(check({ ...alice, firstName }))).toEqual([
      { field: "firstName", problem: "forbidden-character" },
    ]);
  });

  it.each(["Zażółć gęślą", "محمد", "李雷", "Μαρία", "O’Connor-Smith", "می‌خواهم", "Ōkubo 2nd"])(
    "takes the name %s",
    (firstName) => {
      expect(check({ ...alice, firstName }).kind).toBe("valid");
    },
  );

  it.each(["a@b.co", "first.last+tag@sub.example.org", "jörg@bücher.example", "x_y@1-2.example"])(
    "takes the address %s",
    (email) => {
      expect(check({ ...alice, email }).kind).toBe("valid");
    },
  );

  it.each([
    "alice",
    "alice@",
    "@example.org",
    "alice@example",
    "a b@example.org",
    "alice@exa mple.org",
    "alice@-example.org",
    "alice@example..org",
    ".alice@example.org",
    "a..b@example.org",
    "alice@example.123",
    "<alice@example.org>",
    "alice@example.org,bob@example.org",
    '"alice"@example.org',
    `${"a".repeat(65)}@example.org`,
    `alice@${"a".repeat(64)}.org`,
  ])("refuses the address %s", (email) => {
    expect(problemsOf(check({ ...alice, email }))).toEqual([{ field: "email", problem: "malformed" }]);
  });

  it("checks telephone, country and postcode", () => {
    expect(check({ ...alice, phone: "+48 (22) 123-45-67", country: "pl", postcode: "00-950" })).toEqual({
      kind: "valid",
      person: { ...alice, phone: "+48 (22) 123-45-67", country: "PL", postcode: "00-950" },
    });
    expect(problemsOf(check({ ...alice, phone: "call me", country: "XX", postcode: "?" }))).toEqual([
      { field: "phone", problem: "malformed" },
      { field: "country", problem: "not-a-choice" },
      { field: "postcode", problem: "malformed" },
    ]);
  });

  it.each([
    ["null", null],
    ["a list", [alice]],
    ["text", "Alice"],
    ["a number", 7],
  ])("refuses %s in place of a person", (_name, input) => {
    expect(problemsOf(check(input))).toEqual([{ field: "", problem: "malformed" }]);
  });

  it("refuses fields that the schema does not have, without naming them", () => {
    expect(problemsOf(check({ ...alice, secretNote: "canary", "address.street": "x" }))).toEqual([
      { field: "", problem: "unknown-field" },
    ]);
  });

  it("refuses values that are not text", () => {
    expect(problemsOf(check({ ...alice, lastName: 5, address: { street: ["x"] } }))).toEqual([
      { field: "lastName", problem: "malformed" },
      { field: "address.street", problem: "malformed" },
    ]);
    expect(problemsOf(check({ ...alice, address: "x" }))).toEqual([{ field: "", problem: "malformed" }]);
  });

  it("is not moved by prototypes", () => {
    const hostile: unknown = JSON.parse('{"firstName":"Alice","email":"a@b.co","__proto__":{"lastName":"Polluted"}}');
    expect(problemsOf(check(hostile))).toEqual([{ field: "", problem: "unknown-field" }]);
    expect(problemsOf(check(Object.create(alice)))).toEqual([
      { field: "firstName", problem: "missing" },
      { field: "email", problem: "missing" },
    ]);
    expect(problemsOf(check({ ...alice, constructor: "x" }))).toEqual([{ field: "", problem: "unknown-field" }]);
    expect(Object.hasOwn(Object.prototype, "lastName")).toBe(false);
  });

  it("gives the same person for what it gave (idempotent)", () => {
    const first = check({ ...alice, firstName: "  A\u030a  b ", phone: " +1 234 " });
    expect(first.kind).toBe("valid");
    if (first.kind === "valid") expect(check(first.person)).toEqual(first);
  });
});

const eve = { firstName: "Ewa", lastName: "Nowak", birthDate: "1990-02-28", country: "BE" };

describe("validatePerson, eci/1", () => {
  it("asks nationals of part B for their document and leaves the residence out", () => {
    const nationality = { country: "PL", documentNumber: "900228 12345" };
    expect(checkEci({ ...eve, street: "Rue Haute", city: "Bruxelles", nationality })).toEqual({
      kind: "valid",
      person: {
        ...eve,
        nationality: { country: "PL", documentType: "personal-number", documentNumber: "90022812345" },
      },
    });
    expect(problemsOf(checkEci({ ...eve, nationality: { country: "PL" } }))).toEqual([
      { field: "nationality.documentNumber", problem: "missing" },
    ]);
  });

  it("asks nationals of part A for their residence and leaves documents out", () => {
    const residence = { street: "Rue Haute", streetNumber: "1", postcode: "1000", city: "Bruxelles" };
    const nationality = { country: "FR", documentType: "passport", documentNumber: "12345678" };
    expect(checkEci({ ...eve, ...residence, nationality })).toEqual({
      kind: "valid",
      person: { ...eve, ...residence, nationality: { country: "FR" } },
    });
    expect(problemsOf(checkEci({ ...eve, nationality })).map(({ field }) => field)).toEqual([
      "street",
      "streetNumber",
      "postcode",
      "city",
    ]);
  });

  it("wants a choice where a State accepts several documents", () => {
    const nationality = { country: "IT", documentNumber: "YA1234567" };
    expect(problemsOf(checkEci({ ...eve, nationality }))).toEqual([
      { field: "nationality.documentType", problem: "missing" },
    ]);
    expect(checkEci({ ...eve, nationality: { ...nationality, documentType: "passport" } }).kind).toBe("valid");
    expect(problemsOf(checkEci({ ...eve, nationality: { ...nationality, documentType: "personal-number" } }))).toEqual([
      { field: "nationality.documentType", problem: "not-a-choice" },
    ]);
  });

  it("refuses a nationality outside the Union", () => {
    expect(problemsOf(checkEci({ ...eve, nationality: { country: "CH" } }))).toEqual([
      { field: "nationality.country", problem: "not-a-choice" },
    ]);
  });

  it.each([
    ["1990-02-29", "malformed"],
    ["1990-13-01", "malformed"],
    ["28.02.1990", "malformed"],
    ["1850-01-01", "malformed"],
    ["2026-06-16", "in-the-future"],
    ["2008-06-16", "too-young"],
  ])("refuses the birth date %s: %s", (birthDate, problem) => {
    const nationality = { country: "PL", documentNumber: "90022812345" };
    expect(problemsOf(checkEci({ ...eve, birthDate, nationality }))).toEqual([{ field: "birthDate", problem }]);
  });

  it("takes the eighteenth birthday, and the sixteenth where the State does", () => {
    const nationality = { country: "PL", documentNumber: "90022812345" };
    expect(checkEci({ ...eve, birthDate: "2008-06-15", nationality }).kind).toBe("valid");
    const austrian = { country: "AT", documentType: "passport", documentNumber: "P 1234567" };
    expect(checkEci({ ...eve, birthDate: "2010-06-15", nationality: austrian }).kind).toBe("valid");
    expect(checkEci({ ...eve, birthDate: "2010-06-16", nationality: austrian }).kind).toBe("invalid");
  });
});

describe("validateTyped", () => {
  const rules = { requiredFields: ["postcode", "address.locality"], now };
  const typed: readonly (readonly [Record<string, string>, Person])[] = [
    [
      { firstName: " Alice ", email: "alice@example.org" },
      { firstName: " Alice ", email: "alice@example.org" },
    ],
    [
      { firstName: "Alice", email: "x", postcode: "00-950", "address.locality": "Warszawa" },
      { firstName: "Alice", email: "x", postcode: "00-950", address: { locality: "Warszawa" } },
    ],
    [{ firstName: "a\u202eb", "optin.corg1": "yes" }, { firstName: "a\u202eb" }],
  ];

  it.each(typed)("says of typed values what validatePerson says of the person: %o", (values, person) => {
    const valueByPath = new Map(Object.entries(values));
    expect(validateTyped(basic, { valueByPath, rules })).toEqual(validatePerson(basic, person, rules));
  });
});
