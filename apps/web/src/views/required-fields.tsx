/** Which optional fields of a form a page requires. */
import type { JSX } from "preact";
import { formSchemas, isFormSchemaId, optionalFieldPaths } from "@coterie/actions";
import { Choice, type ScreenProps } from "./parts.tsx";

/** The choices; nothing where the form has no optional fields. */
export function RequiredFields({
  app,
  formSchema,
  chosen,
}: ScreenProps & { readonly formSchema: string; readonly chosen: readonly string[] }): JSX.Element | null {
  const { pages: texts, fields } = app.texts.value;
  const paths = isFormSchemaId(formSchema) ? optionalFieldPaths(formSchemas[formSchema]) : [];
  if (paths.length === 0) return null;
  return (
    <fieldset>
      <legend>{texts.required}</legend>
      <p class="hint">{texts.requiredHint}</p>
      <div class="choices">
        {paths.map((path) => (
          <Choice key={path} name="required" value={path} checked={chosen.includes(path)} label={fields[path]} />
        ))}
      </div>
    </fieldset>
  );
}
