/** The form of a new action page. */
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import type { Campaign } from "@coterie/protocol";
import { localeNames } from "../texts/load-texts.ts";
import { Choice, Field, onForm, Problem, textOf } from "./parts.tsx";
import { RequiredFields } from "./required-fields.tsx";
import type { SessionScreenProps } from "./screens.tsx";

/** The form. `campaigns` are those that a page can belong to: at least one. */
export function NewPage(props: SessionScreenProps & { readonly campaigns: readonly Campaign[] }): JSX.Element {
  const { app, screens, campaigns } = props;
  const texts = app.texts.value.pages;
  const { create } = screens.pages;
  const state = create.state.value;
  const campaignId = useSignal(campaigns[0]?.id ?? "");
  const campaign = campaigns.find(({ id }) => id === campaignId.value) ?? campaigns[0];
  const isSplit = campaign?.leadOrganisationId !== screens.session.organisation.id;
  const submit = async (entered: FormData, form: HTMLFormElement): Promise<void> => {
    const done = await create.start({
      campaignId: textOf(entered, "campaign"),
      name: textOf(entered, "name"),
      locale: textOf(entered, "locale"),
      description: textOf(entered, "description").trim(),
      sealing: textOf(entered, "sealing") === "gateway" ? "gateway" : "browser",
      requiredFields: entered.getAll("required").filter((path) => typeof path === "string"),
      delivers: !isSplit || entered.has("delivers"),
      origins: textOf(entered, "origins"),
    });
    if (done) form.reset();
  };
  return (
    <section class="card">
      <h2>{texts.createTitle}</h2>
      <form onSubmit={onForm(submit)}>
        <Field label={texts.campaign}>
          {(attributes) => (
            <select
              {...attributes}
              name="campaign"
              value={campaignId.value}
              onChange={({ currentTarget }) => {
                campaignId.value = currentTarget.value;
              }}
            >
              {campaigns.map(({ id, title }) => (
                <option key={id} value={id}>
                  {title}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Address app={app} />
        <Field label={texts.description} hint={texts.descriptionHint}>
          {(attributes) => <textarea {...attributes} name="description" rows={4} maxLength={10_000} />}
        </Field>
        <fieldset>
          <legend>{texts.sealingTitle}</legend>
          <Choice kind="radio" name="sealing" value="browser" checked label={texts.browser} hint={texts.browserHint} />
          <Choice kind="radio" name="sealing" value="gateway" label={texts.gateway} hint={texts.gatewayHint} />
        </fieldset>
        {campaign !== undefined && (
          <RequiredFields key={campaign.formSchema} app={app} formSchema={campaign.formSchema} chosen={[]} />
        )}
        {isSplit && <Choice name="delivers" checked label={texts.delivers} hint={texts.deliversHint} />}
        <Field label={texts.origins} hint={texts.originsHint}>
          {(attributes) => <textarea {...attributes} name="origins" rows={2} dir="ltr" spellcheck={false} />}
        </Field>
        <Problem app={app} problem={state.kind === "failed" ? state.problem : undefined} />
        <button type="submit" class="main" disabled={state.kind === "running"}>
          {texts.create}
        </button>
      </form>
    </section>
  );
}

function Address({ app }: Pick<SessionScreenProps, "app">): JSX.Element {
  const texts = app.texts.value.pages;
  return (
    <div class="columns">
      <Field label={texts.name} hint={texts.nameHint}>
        {(attributes) => (
          <input
            {...attributes}
            name="name"
            dir="ltr"
            required
            maxLength={64}
            pattern="[a-z0-9]+(-[a-z0-9]+)*"
            autocapitalize="none"
            autocomplete="off"
          />
        )}
      </Field>
      <Field label={texts.language}>
        {(attributes) => (
          <select {...attributes} name="locale">
            {Object.entries(localeNames).map(([locale, name]) => (
              <option key={locale} value={locale} lang={locale} selected={locale === app.texts.value.locale}>
                {name}
              </option>
            ))}
          </select>
        )}
      </Field>
    </div>
  );
}
