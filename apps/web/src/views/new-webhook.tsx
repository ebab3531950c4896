/** The form of a new webhook. */
import type { JSX } from "preact";
import { Choice, Field, onForm, Problem, textOf } from "./parts.tsx";
import type { SessionScreenProps } from "./screens.tsx";

/** The form. */
export function NewWebhook({ app, screens }: SessionScreenProps): JSX.Element {
  const texts = app.texts.value.deliveries;
  const { create } = screens.webhooks;
  const state = create.state.value;
  const problem = state.kind === "failed" ? state.problem : undefined;
  const submit = async (entered: FormData, form: HTMLFormElement): Promise<void> => {
    const done = await create.start({
      url: textOf(entered, "url").trim(),
      shape: textOf(entered, "shape") === "proca" ? "proca" : "coterie",
      onlyNew: entered.has("only-new"),
    });
    if (done) form.reset();
  };
  return (
    <section class="card">
      <h2>{texts.createTitle}</h2>
      <form onSubmit={onForm(submit)}>
        <Field label={texts.url} hint={texts.urlHint} problem={problem === "invalid" ? texts.badAddress : undefined}>
          {(attributes) => (
            <input
              {...attributes}
              name="url"
              type="url"
              dir="ltr"
              required
              maxLength={2000}
              placeholder="https://"
              autocomplete="off"
            />
          )}
        </Field>
        <fieldset>
          <legend>{texts.shape}</legend>
          <Choice kind="radio" name="shape" value="coterie" checked label={texts.shapes.coterie} />
          <Choice kind="radio" name="shape" value="proca" label={texts.shapes.proca} />
        </fieldset>
        <Choice name="only-new" label={texts.onlyNew} hint={texts.onlyNewHint} />
        <Problem app={app} problem={problem === "invalid" ? undefined : problem} />
        <button type="submit" class="main" disabled={state.kind === "running"}>
          {texts.create}
        </button>
      </form>
    </section>
  );
}
