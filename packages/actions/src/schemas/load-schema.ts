/** One form schema, loaded when it is needed: a petition's visitor does not pay for the rules of 27 Member States. */
import type { FormSchema, FormSchemaId } from "../form-schema.ts";
import { basicSchema } from "./basic.ts";

/** The schema of that name. Rejects where its file cannot be loaded. */
export async function loadFormSchema(id: FormSchemaId): Promise<FormSchema> {
  switch (id) {
    case "basic/1":
      return basicSchema;
    case "eci/1":
      return (await import("./eci.ts")).eciSchema;
  }
}
