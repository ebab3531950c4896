import { describe, expect, it } from "vitest";
import { loadFormSchema, readForm, readFormOf } from "../src/form.ts";
import { findNationalRule, formSchemas, getFormSchema, isFormSchemaId, validatePerson } from "../src/index.ts";
import { pageView } from "./page-fixture.ts";

describe("form schemas", () => {
  it("are the same whether all are imported or one is loaded", async () => {
    for (const schema of Object.values(formSchemas)) {
      expect(isFormSchemaId(schema.id)).toBe(true);
      expect(getFormSchema(schema.id)).toBe(schema);
      expect(await loadFormSchema(schema.id)).toBe(schema);
    }
    expect(isFormSchemaId("eci/2")).toBe(false);
    expect(isFormSchemaId("toString")).toBe(false);
    expect(() => getFormSchema("eci/2")).toThrow(expect.objectContaining({ code: "actions/unknown-name" }));
  });

  it("read the same answers from a form whether the schema is named or at hand", () => {
    const page = pageView({ formSchema: "eci/1" });
    const entries: readonly [string, string][] = [
      ["nationality.country", "BE"],
      ["firstName", "Alice"],
      ["email", "alice@example.org"],
    ];
    const { person, ...typed } = readForm(page, entries);
    expect(readFormOf({ page, schema: formSchemas["eci/1"] }, entries)).toEqual(typed);
    expect(person).toEqual({ firstName: "Alice", nationality: { country: "BE" } });
  });

  it("carry their own national rules: a petition has none, whatever it is sent", () => {
    expect(formSchemas["basic/1"].nationalRules).toBeUndefined();
    expect(formSchemas["eci/1"].nationalRules?.["BE"]).toBe(findNationalRule("BE"));
    const input = { firstName: "Alice", email: "alice@example.org", nationality: { country: "BE" } };
    expect(validatePerson(formSchemas["basic/1"], input, { requiredFields: [], now: () => 0 })).toEqual({
      kind: "invalid",
      problems: [{ field: "", problem: "unknown-field" }],
    });
  });
});
