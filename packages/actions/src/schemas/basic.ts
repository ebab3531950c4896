/** `basic/1`: what most petitions ask for. Member names are Proca's, so that its tools read the opened contact. */
import type { FormSchema } from "../form-schema.ts";

/** The schema `basic/1`. Only a first name and an email address are always required. */
export const basicSchema: FormSchema = {
  id: "basic/1",
  fields: [
    {
      path: "firstName",
      kind: "name",
      required: true,
      maxCharacters: 64,
      autocomplete: "given-name",
      inputMode: "text",
    },
    {
      path: "lastName",
      kind: "name",
      required: false,
      maxCharacters: 64,
      autocomplete: "family-name",
      inputMode: "text",
    },
    { path: "email", kind: "email", required: true, maxCharacters: 254, autocomplete: "email", inputMode: "email" },
    { path: "phone", kind: "telephone", required: false, maxCharacters: 32, autocomplete: "tel", inputMode: "tel" },
    { path: "country", kind: "country", required: false, maxCharacters: 2, autocomplete: "country", inputMode: "text" },
    {
      path: "postcode",
      kind: "postcode",
      required: false,
      maxCharacters: 12,
      autocomplete: "postal-code",
      inputMode: "text",
    },
    { path: "area", kind: "text", required: false, maxCharacters: 64, autocomplete: "off", inputMode: "text" },
    {
      path: "address.street",
      kind: "text",
      required: false,
      maxCharacters: 128,
      autocomplete: "address-line1",
      inputMode: "text",
    },
    {
      path: "address.streetNumber",
      kind: "text",
      required: false,
      maxCharacters: 16,
      autocomplete: "off",
      inputMode: "text",
    },
    {
      path: "address.locality",
      kind: "text",
      required: false,
      maxCharacters: 64,
      autocomplete: "address-level2",
      inputMode: "text",
    },
    {
      path: "address.region",
      kind: "text",
      required: false,
      maxCharacters: 64,
      autocomplete: "address-level1",
      inputMode: "text",
    },
  ],
};
