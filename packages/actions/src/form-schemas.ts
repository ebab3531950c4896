/** All form schemas at once, for a server or a program that opens contacts; a browser loads one (`loadFormSchema`). */
import { UnknownNameError } from "./errors.ts";
import { type FormSchema, type FormSchemaId, isFormSchemaId } from "./form-schema.ts";
import { basicSchema } from "./schemas/basic.ts";
import { eciSchema } from "./schemas/eci.ts";

/** All schemas by name. */
export const formSchemas: { readonly [Id in FormSchemaId]: FormSchema } = {
  "basic/1": basicSchema,
  "eci/1": eciSchema,
};

/**
 * The schema of that name.
 * @throws UnknownNameError where this version has no such schema
 */
export function getFormSchema(id: string): FormSchema {
  if (!isFormSchemaId(id)) throw new UnknownNameError("this version knows no such form schema");
  return formSchemas[id];
}
