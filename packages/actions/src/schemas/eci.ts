/** `eci/1`: statements of support for European citizens' initiatives, Regulation (EU) 2019/788, Annex III. */
import type { FormSchema } from "../form-schema.ts";

/**
 * The schema `eci/1`. The fields of the groups "residence" and "document" are required or left out by the rules of the
 * nationality chosen (eci-rules.ts).
 */
export const eciSchema: FormSchema = {
  id: "eci/1",
  fields: [
    {
      path: "nationality.country",
      kind: "member-state",
      required: true,
      maxCharacters: 2,
      autocomplete: "off",
      inputMode: "text",
    },
    {
      path: "firstName",
      kind: "name",
      required: true,
      maxCharacters: 128,
      autocomplete: "given-name",
      inputMode: "text",
    },
    {
      path: "lastName",
      kind: "name",
      required: true,
      maxCharacters: 128,
      autocomplete: "family-name",
      inputMode: "text",
    },
    {
      path: "birthDate",
      kind: "birth-date",
      required: true,
      maxCharacters: 10,
      autocomplete: "bday",
      inputMode: "numeric",
    },
    { path: "country", kind: "country", required: true, maxCharacters: 2, autocomplete: "country", inputMode: "text" },
    {
      path: "street",
      kind: "text",
      required: false,
      maxCharacters: 128,
      autocomplete: "address-line1",
      inputMode: "text",
      group: "residence",
    },
    {
      path: "streetNumber",
      kind: "text",
      required: false,
      maxCharacters: 16,
      autocomplete: "off",
      inputMode: "text",
      group: "residence",
    },
    {
      path: "postcode",
      kind: "postcode",
      required: false,
      maxCharacters: 12,
      autocomplete: "postal-code",
      inputMode: "text",
      group: "residence",
    },
    {
      path: "city",
      kind: "text",
      required: false,
      maxCharacters: 64,
      autocomplete: "address-level2",
      inputMode: "text",
      group: "residence",
    },
    {
      path: "nationality.documentType",
      kind: "document-type",
      required: false,
      maxCharacters: 16,
      autocomplete: "off",
      inputMode: "text",
      group: "document",
    },
    {
      path: "nationality.documentNumber",
      kind: "document-number",
      required: false,
      maxCharacters: 20,
      autocomplete: "off",
      inputMode: "text",
      group: "document",
    },
  ],
};
