/** The console: chooses key files, opens, shows how it goes. */
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { ConsoleState } from "../contacts/console-model.ts";
import type { OpeningProgress } from "../contacts/opening-progress.ts";
import { OpenedFiles } from "./opened-files.tsx";
import { Field, Notice, onForm, Problem, type ScreenProps, textOf, Title } from "./parts.tsx";
import type { SessionScreenProps } from "./screens.tsx";

/** The screen. */
export function Console({ app, screens }: SessionScreenProps): JSX.Element {
  const texts = app.texts.value;
  const state = screens.console.state.value;
  return (
    <>
      <Title>{texts.screens.contacts}</Title>
      <p>{texts.console.introduction}</p>
      <Notice kind="calm">{texts.console.promise}</Notice>
      {state.kind === "done" ? (
        <OpenedFiles app={app} screens={screens} state={state} />
      ) : state.kind === "opening" ? (
        <Progress app={app} progress={state.progress} onCancel={screens.console.cancel} />
      ) : (
        <ChooseKeys app={app} screens={screens} state={state} />
      )}
    </>
  );
}

function ChooseKeys({
  app,
  screens,
  state,
}: SessionScreenProps & { readonly state: Extract<ConsoleState, { kind: "idle" | "unlocking" }> }): JSX.Element {
  const texts = app.texts.value;
  const model = screens.console;
  const keys = model.keys.value;
  const busy = state.kind !== "idle";
  const addFiles = async (input: HTMLInputElement): Promise<void> => {
    const files = [...(input.files ?? [])];
    await model.addKeyFiles(files.map((file) => ({ name: file.name, sizeBytes: file.size, text: () => file.text() })));
    input.value = "";
  };
  return (
    <form class="card" onSubmit={onForm((entered) => model.open(textOf(entered, "passphrase")))}>
      <Field label={texts.console.files} hint={texts.console.filesHint}>
        {(attributes) => (
          <input
            {...attributes}
            type="file"
            multiple
            accept=".json,application/json"
            disabled={busy}
            onChange={({ currentTarget }) => void addFiles(currentTarget)}
          />
        )}
      </Field>
      <ChosenKeys app={app} screens={screens} busy={busy} />
      <Field label={texts.console.passphrase}>
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
      <Problem app={app} problem={state.kind === "idle" ? state.problem : undefined} />
      <button type="submit" class="main" disabled={busy || keys.length === 0}>
        {texts.console.open}
      </button>
      {keys.length === 0 && <p class="hint">{texts.console.noFiles}</p>}
      <p class="working" role="status">
        {state.kind === "unlocking" && (state.stage === "loading" ? texts.keys.loading : texts.keys.deriving)}
      </p>
    </form>
  );
}

function ChosenKeys({ app, screens, busy }: SessionScreenProps & { readonly busy: boolean }): JSX.Element | null {
  const texts = app.texts.value.console;
  const keys = screens.console.keys.value;
  if (keys.length === 0) return null;
  return (
    <ul class="chosen">
      {keys.map(({ facts }) => (
        <li key={facts.keyId}>
          <span>
            {facts.comment} <span class="code" dir="ltr">{`…${facts.keyId.slice(-12)}`}</span>
          </span>
          <button
            type="button"
            class="small"
            disabled={busy}
            aria-label={texts.remove(facts.keyId)}
            onClick={() => screens.console.removeKey(facts.keyId)}
          >
            {texts.removeShort}
          </button>
        </li>
      ))}
    </ul>
  );
}

function Progress({
  app,
  progress,
  onCancel,
}: ScreenProps & { readonly progress: OpeningProgress; readonly onCancel: () => void }): JSX.Element {
  const texts = app.texts.value.console;
  const formats = app.formats.value;
  const { looked, total, totalIsExact, perSecond, secondsLeft } = progress;
  const number = formats.number(looked);
  const whole = total === undefined ? "" : formats.number(total);
  const cancel = useRef<HTMLButtonElement>(null);
  // The form that had the focus is gone, and with it the passphrase.
  useLayoutEffect(() => cancel.current?.focus(), []);
  const counted =
    total === undefined ? texts.lookedSoFar(number) : texts.looked(number, totalIsExact ? whole : texts.about(whole));
  return (
    <section class="card">
      <label class="progress">
        {texts.progress}
        <progress max={total} value={total === undefined ? undefined : looked} />
      </label>
      <p class="progress-text">
        <span>{counted}</span>
        {perSecond !== undefined && <span>{texts.rate(formats.number(perSecond))}</span>}
        {secondsLeft !== undefined && secondsLeft > 0 && <span>{texts.left(formats.span(secondsLeft))}</span>}
      </p>
      <button type="button" ref={cancel} onClick={onCancel}>
        {texts.cancel}
      </button>
    </section>
  );
}
