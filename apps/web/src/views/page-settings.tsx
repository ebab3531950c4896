/** What can still be changed about a page. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { ActionPage } from "@coterie/protocol";
import { readOrigins } from "../model/pages-model.ts";
import { choicesOf, type PageSettingsModel } from "../pages/page-settings-model.ts";
import { PageProtection } from "./page-protection.tsx";
import { Field, Loaded, onForm, Problem, type ScreenProps, textOf, Title } from "./parts.tsx";
import { NoSuchPage } from "./page-mails.tsx";
import { RequiredFields } from "./required-fields.tsx";
import type { SessionScreenProps } from "./screens.tsx";

/** The screen. */
export function PageSettings({ app, screens, subject = "" }: SessionScreenProps): JSX.Element {
  const texts = app.texts.value.pageSettings;
  return (
    <>
      <Title>{texts.title(subject)}</Title>
      <p>{texts.introduction}</p>
      <Loaded app={app} resource={screens.pages.list}>
        {(pages) => {
          const page = pages.find(({ name }) => name === subject);
          return page === undefined ? (
            <NoSuchPage app={app} />
          ) : (
            <SettingsOf app={app} model={screens.pageSettings(page.id)} page={page} />
          );
        }}
      </Loaded>
    </>
  );
}

interface SettingsProps extends ScreenProps {
  readonly model: PageSettingsModel;
  readonly page: ActionPage;
}

function SettingsOf({ app, model, page }: SettingsProps): JSX.Element {
  useEffect(() => void model.protection.reload(), [model]);
  return (
    <>
      <Changeable key={JSON.stringify(choicesOf(page))} app={app} model={model} page={page} />
      <PageProtection app={app} model={model} />
    </>
  );
}

function Changeable({ app, model, page }: SettingsProps): JSX.Element {
  const { pages: texts, pageSettings } = app.texts.value;
  const state = model.save.state.value;
  const { value: before } = model.before;
  const from = choicesOf(page);
  const submit = (entered: FormData): Promise<boolean> =>
    model.save.start({
      from,
      to: {
        description: textOf(entered, "description").trim(),
        requiredFields: entered.getAll("required").filter((path) => typeof path === "string"),
        origins: readOrigins(textOf(entered, "origins")),
      },
    });
  return (
    <form class="card" onSubmit={onForm(submit)}>
      <Field label={texts.description} hint={texts.descriptionHint}>
        {(attributes) => (
          <textarea
            {...attributes}
            name="description"
            rows={6}
            maxLength={10_000}
            lang={page.locale}
            dir="auto"
            defaultValue={page.description}
          />
        )}
      </Field>
      <RequiredFields app={app} formSchema={page.formSchema} chosen={page.requiredFields} />
      <Field label={texts.origins} hint={texts.originsHint}>
        {(attributes) => (
          <textarea
            {...attributes}
            name="origins"
            rows={2}
            dir="ltr"
            spellcheck={false}
            defaultValue={page.embedOrigins.join("\n")}
          />
        )}
      </Field>
      <Problem app={app} problem={state.kind === "failed" ? state.problem : undefined} />
      <button type="submit" class="main" disabled={state.kind === "running"}>
        {pageSettings.save}
      </button>
      <div role="status">
        {state.kind === "done" && (
          <p class="notice good">
            {pageSettings.saved}{" "}
            {before !== undefined && (
              <button type="button" class="small" onClick={() => void model.save.start({ from, to: before })}>
                {pageSettings.undo}
              </button>
            )}
          </p>
        )}
      </div>
    </form>
  );
}
