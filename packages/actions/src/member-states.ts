/** The Member States' rules by name, for programs that hold every schema anyway. */
import { nationalRuleOf, type NationalRule } from "./national-rule.ts";
import { eciSchema } from "./schemas/eci.ts";
import { nationalRules } from "./schemas/eci-rules.ts";

/** The 27 Member States, ISO 3166-1 (Greece is GR, not the Union's own EL). */
export const memberStates: readonly string[] = Object.keys(nationalRules);

/** The rule of a nationality, or undefined where `country` is no Member State. */
export function findNationalRule(country: string): NationalRule | undefined {
  return nationalRuleOf(eciSchema, country);
}
