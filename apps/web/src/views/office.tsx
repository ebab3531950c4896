/** The organisation's own matters: name and language, who is told by mail, tokens. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { OwnSettings } from "../office/office-model.ts";
import { localeNames } from "../texts/load-texts.ts";
import { Addresses } from "./addresses.tsx";
import { Field, Loaded, onForm, Problem, textOf, Title } from "./parts.tsx";
import type { SessionScreenProps } from "./screens.tsx";
import { Tokens } from "./tokens.tsx";

/** The screen. */
export function Office({ app, screens }: SessionScreenProps): JSX.Element {
  const texts = app.texts.value;
  const { settings, addresses, tokens } = screens.office;
  useEffect(() => {
    void settings.stored.reload();
    void addresses.list.reload();
    void tokens.list.reload();
  }, [screens]);
  return (
    <>
      <Title>{texts.screens.office}</Title>
      <p>{texts.office.introduction}</p>
      <Loaded app={app} resource={settings.stored}>
        {(stored) => <Name key={JSON.stringify(stored)} app={app} screens={screens} stored={stored} />}
      </Loaded>
      <Addresses app={app} screens={screens} />
      <Tokens app={app} screens={screens} />
    </>
  );
}

function Name({ app, screens, stored }: SessionScreenProps & { readonly stored: OwnSettings }): JSX.Element {
  const texts = app.texts.value.office;
  const { save, before } = screens.office.settings;
  const state = save.state.value;
  const old = before.value;
  return (
    <form
      class="card"
      onSubmit={onForm((entered) =>
        save.start({ title: textOf(entered, "title").trim(), locale: textOf(entered, "locale") }),
      )}
    >
      <h2>{texts.nameTitle}</h2>
      <Field label={texts.title} hint={texts.titleHint}>
        {(attributes) => (
          <input {...attributes} name="title" required maxLength={200} dir="auto" defaultValue={stored.title} />
        )}
      </Field>
      <Field label={texts.locale}>
        {(attributes) => (
          <select {...attributes} name="locale">
            {Object.entries(localeNames).map(([locale, name]) => (
              <option key={locale} value={locale} lang={locale} selected={locale === stored.locale}>
                {name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Problem app={app} problem={state.kind === "failed" ? state.problem : undefined} />
      <button type="submit" class="main" disabled={state.kind === "running"}>
        {texts.save}
      </button>
      <div role="status">
        {state.kind === "done" && (
          <p class="notice good">
            {texts.saved}{" "}
            {old !== undefined && (
              <button type="button" class="small" onClick={() => void save.start(old)}>
                {texts.undo}
              </button>
            )}
          </p>
        )}
      </div>
    </form>
  );
}
