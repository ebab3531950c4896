/** Erasing a person: asked back by typing the address again, since it cannot be undone. */
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import type { FoundPerson } from "../rights/rights-model.ts";
import { Choice, Field, onForm, Problem, textOf } from "./parts.tsx";
import type { SessionScreenProps } from "./screens.tsx";

/** The form. */
export function ErasePerson({
  app,
  screens,
  found,
}: SessionScreenProps & { readonly found: FoundPerson }): JSX.Element {
  const texts = app.texts.value.rights;
  const { erase } = screens.rights;
  const state = erase.state.value;
  const differs = useSignal(false);
  const leads = found.contacts.some((contact) => contact.leads);
  const submit = async (entered: FormData): Promise<void> => {
    differs.value = textOf(entered, "again").trim().toLowerCase() !== found.email.toLowerCase();
    if (differs.value) return;
    await erase.start({ email: found.email, everywhere: textOf(entered, "reach") === "campaigns" });
  };
  return (
    <details>
      <summary>{texts.eraseTitle}</summary>
      <form onSubmit={onForm(submit)}>
        <p>{texts.eraseHint}</p>
        {leads && (
          <fieldset>
            <legend class="hidden">{texts.eraseTitle}</legend>
            <Choice kind="radio" name="reach" value="own" checked label={texts.reachOwn} />
            <Choice kind="radio" name="reach" value="campaigns" label={texts.reachCampaigns} />
          </fieldset>
        )}
        <Field label={texts.typeAgain} problem={differs.value ? texts.differs : undefined}>
          {(attributes) => <input {...attributes} name="again" type="email" dir="ltr" required autocomplete="off" />}
        </Field>
        <Problem app={app} problem={state.kind === "failed" ? state.problem : undefined} />
        <button type="submit" class="danger" disabled={state.kind === "running"}>
          {texts.erase}
        </button>
      </form>
    </details>
  );
}
