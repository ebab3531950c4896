// The named checks L1 (every validator, 100 kB adversarial texts, under 50 ms) and L3 (JSON hazards).
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  findNationalRule,
  formSchemas,
  isLocale,
  isSlug,
  memberStates,
  normaliseText,
  validateCustomFields,
  validatePerson,
  validateTracking,
} from "../src/index.ts";

const size = 100_000;
const pieces = [
  "a",
  "@",
  "a@",
  "a.",
  ".",
  " ",
  "-",
  "1",
  "+",
  "(",
  "\u0301",
  "e\u0301\u0323",
  "\u202e",
  "\ud800",
  "💧",
  "\u0000",
  "ı",
  "a-",
  "'",
  "\\",
];
const hostile: readonly string[] = [
  ...pieces.map((piece) => piece.repeat(size / piece.length)),
  ...pieces.map((piece) => `${piece.repeat(size / piece.length)}!`),
  ...pieces.map((piece) => `a@${piece.repeat(size / piece.length)}`),
  // Alternating combining classes: the worst case of canonical ordering.
  "a\u0301\u0323".repeat(size / 3),
  `a${"\u0323".repeat(size / 2)}${"\u0301".repeat(size / 2)}`,
];
// Below the raw limit, where every check runs in full.
const nearLimit = hostile.map((text) => text.slice(0, 1024)).concat(hostile.map((text) => text.slice(0, 250)));
const now = (): number => 0;

// The best of up to three: a pause of the machine is not a fault of the validator.
function millisecondsOf(run: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 3 && best > 10; attempt++) {
    const start = performance.now();
    run();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

describe("hostile texts", () => {
  it("keep every field of every schema under 50 ms", () => {
    let slowest = 0;
    for (const schema of Object.values(formSchemas))
      for (const { path } of schema.fields)
        for (const text of [...hostile, ...nearLimit]) {
          const [group = "", member] = path.split(".");
          const nationality = { country: "PL" };
          const input = member === undefined ? { nationality, [group]: text } : { [group]: { [member]: text } };
          slowest = Math.max(
            slowest,
            millisecondsOf(() => validatePerson(schema, input, { requiredFields: [], now })),
          );
        }
    expect(slowest).toBeLessThan(50);
  });

  it("keep custom fields, tracking, names and normalisation under 50 ms", () => {
    let slowest = 0;
    for (const text of [...hostile, ...nearLimit])
      for (const run of [
        () => validateCustomFields({ note: text }),
        () => validateCustomFields({ [text]: "x" }),
        () => validateTracking({ source: text, medium: text, campaign: text, content: text, location: text }),
        () => isSlug(text),
        () => isLocale(text),
        () => normaliseText(text),
      ])
        slowest = Math.max(slowest, millisecondsOf(run));
    expect(slowest).toBeLessThan(50);
  });

  it("keep every State's document patterns under 50 ms, unbounded", () => {
    let slowest = 0;
    for (const state of memberStates) {
      const rule = findNationalRule(state);
      for (const { pattern } of rule?.part === "B" ? rule.documents : [])
        for (const text of hostile)
          slowest = Math.max(
            slowest,
            millisecondsOf(() => pattern.test(text)),
          );
    }
    expect(slowest).toBeLessThan(50);
  });
});

describe("JSON hazards", () => {
  it("leave Object.prototype alone and never throw, for any JSON", () => {
    const before = Object.getOwnPropertyNames(Object.prototype).sort().join();
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        const input: unknown = JSON.parse(text);
        for (const schema of Object.values(formSchemas)) validatePerson(schema, input, { requiredFields: [], now });
        validateCustomFields(input);
        validateTracking(input);
      }),
      { numRuns: 3000 },
    );
    expect(Object.getOwnPropertyNames(Object.prototype).sort().join()).toBe(before);
  });

  it.each([
    '{"__proto__":{"email":"a@b.co"}}',
    '{"constructor":{"prototype":{"email":"a@b.co"}}}',
    '{"address":{"__proto__":{"street":"x"}}}',
    '{"address":{"__proto__":"x"}}',
    '{"hasOwnProperty":"x","toString":"y"}',
  ])("refuse %s", (text) => {
    const input: unknown = JSON.parse(text);
    const result = validatePerson(formSchemas["basic/1"], input, { requiredFields: [], now });
    expect(result.kind === "invalid" && result.problems[0]).toEqual({ field: "", problem: "unknown-field" });
  });

  it("survive ten thousand members and a deep nest", () => {
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`m${at}`, "x"]));
    const deep: unknown = JSON.parse(`${'{"address":'.repeat(5000)}{}${"}".repeat(5000)}`);
    expect(validatePerson(formSchemas["basic/1"], many, { requiredFields: [], now }).kind).toBe("invalid");
    expect(validatePerson(formSchemas["basic/1"], deep, { requiredFields: [], now }).kind).toBe("invalid");
  });

  it("give a person whose members are the schema's own, with no empty text", () => {
    const text = fc.string({ unit: "binary", maxLength: 40 });
    fc.assert(
      fc.property(text, text, text, (firstName, lastName, street) => {
        const input = { firstName, lastName, email: "a@b.co", address: { street } };
        const result = validatePerson(formSchemas["basic/1"], input, { requiredFields: [], now });
        if (result.kind === "invalid") return;
        expect(validatePerson(formSchemas["basic/1"], result.person, { requiredFields: [], now })).toEqual(result);
        for (const value of Object.values(result.person)) expect(value).not.toBe("");
      }),
      { numRuns: 1000 },
    );
  });
});
