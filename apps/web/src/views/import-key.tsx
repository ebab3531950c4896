/** Activating a key whose file exists already. */
import type { JSX } from "preact";
import type { ImportKeyState } from "../keys/import-key-model.ts";
import { addressOf } from "../routes/route.ts";
import { OrganisationLog, readRotation, RotationFields } from "./authority-fields.tsx";
import { Field, Notice, onForm, Problem, type ScreenProps, textOf, Title } from "./parts.tsx";
import type { SessionScreenProps } from "./screens.tsx";

/** File, passphrase, activation. */
export function ImportKey({ app, screens }: SessionScreenProps): JSX.Element {
  const texts = app.texts.value.keys;
  const model = screens.importKey.value;
  const state = model.state.value;
  const busy = state.kind === "activating";
  const submit = async (entered: FormData): Promise<void> => {
    const input = {
      passphrase: textOf(entered, "passphrase"),
      label: textOf(entered, "label").trim(),
      rotation: entered.has("authority-file") ? await readRotation(entered) : undefined,
    };
    if (await model.activate(input)) await screens.keys.reload();
  };
  if (state.kind === "done") return <Imported app={app} />;
  return (
    <>
      <Title>{texts.importTitle}</Title>
      <p>{texts.importIntroduction}</p>
      <form class="card" onSubmit={onForm(submit)}>
        <Field label={texts.file}>
          {(attributes) => (
            <input
              {...attributes}
              type="file"
              accept=".json,application/json"
              required
              disabled={busy}
              onChange={({ currentTarget }) => {
                const file = currentTarget.files?.[0];
                if (file !== undefined)
                  void model.choose({ name: file.name, sizeBytes: file.size, text: () => file.text() });
              }}
            />
          )}
        </Field>
        <Problem app={app} problem={state.kind === "activating" ? undefined : state.problem} />
        {state.kind !== "choose" && (
          <OrganisationLog app={app} screens={screens}>
            {(hasLog) => <Activation app={app} state={state} hasLog={hasLog} />}
          </OrganisationLog>
        )}
        <p class="working" role="status">
          {busy && state.stage === "loading" && texts.loading}
          {busy && state.stage === "deriving" && texts.deriving}
          {busy && state.stage === "gateway" && texts.contacting}
        </p>
      </form>
    </>
  );
}

function Imported({ app }: ScreenProps): JSX.Element {
  const texts = app.texts.value.keys;
  return (
    <>
      <Title>{texts.doneTitle}</Title>
      <Notice kind="good">{texts.done}</Notice>
      <p>
        <a class="button main" href={addressOf("keys")}>
          {texts.toKeys}
        </a>
      </p>
    </>
  );
}

/** What is asked once the file was read. */
function Activation({
  app,
  state,
  hasLog,
}: ScreenProps & {
  readonly state: Extract<ImportKeyState, { kind: "chosen" | "activating" }>;
  readonly hasLog: boolean;
}): JSX.Element {
  const texts = app.texts.value.keys;
  const busy = state.kind === "activating";
  return (
    <>
      <p class="code" dir="ltr">
        {state.key.keyId}
      </p>
      <Field label={texts.label} hint={texts.labelHint}>
        {(attributes) => (
          <input {...attributes} name="label" required maxLength={64} defaultValue={state.key.comment.slice(0, 64)} />
        )}
      </Field>
      <Field label={texts.passphrase}>
        {(attributes) => (
          <input
            {...attributes}
            name="passphrase"
            type="password"
            required
            autocomplete="current-password"
            disabled={busy}
          />
        )}
      </Field>
      <p>{texts.readyReplaces}</p>
      {hasLog && <RotationFields app={app} busy={busy} />}
      <button type="submit" class="main" disabled={busy}>
        {texts.activate}
      </button>
    </>
  );
}
