/** Making a key: one step at a time. */
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import type { NewKeyModel, NewKeyState } from "../keys/new-key-model.ts";
import { strengthOf } from "../keys/passphrase-strength.ts";
import { addressOf } from "../routes/route.ts";
import { Choice, Field, Notice, onForm, Problem, textOf, Title } from "./parts.tsx";
import { OrganisationLog, readRotation, RotationFields } from "./authority-fields.tsx";
import { KeepKey, CheckWords } from "./key-words.tsx";
import type { SessionScreenProps } from "./screens.tsx";
import type { Texts } from "../texts/texts.ts";

/** The steps of a new key. */
export function NewKey({ app, screens }: SessionScreenProps): JSX.Element {
  const texts = app.texts.value;
  const model = screens.newKey.value;
  const state = model.state.value;
  const step = stepOf(state);
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(step);
  useLayoutEffect(() => {
    // Not on arrival: there the heading of the screen has the focus.
    if (shown.current !== step) heading.current?.focus();
    shown.current = step;
  }, [step]);
  const numbers = app.formats.value;
  return (
    <>
      <Title>{texts.screens["new-key"]}</Title>
      <section class="card">
        <p class="hint">{texts.keys.step(numbers.number(step), numbers.number(4))}</p>
        <h2 ref={heading} tabIndex={-1}>
          {titleOf(texts, state)}
        </h2>
        <Step app={app} screens={screens} model={model} state={state} />
        <Working texts={texts} state={state} />
      </section>
    </>
  );
}

interface StepProps extends SessionScreenProps {
  readonly model: NewKeyModel;
  readonly state: NewKeyState;
}

function Step({ app, screens, model, state }: StepProps): JSX.Element {
  const texts = app.texts.value.keys;
  switch (state.kind) {
    case "passphrase":
    case "making":
      return <ChoosePassphrase app={app} screens={screens} model={model} state={state} />;
    case "keep":
      return <KeepKey app={app} model={model} state={state} />;
    case "check":
      return <CheckWords app={app} model={model} state={state} />;
    case "ready":
    case "activating":
      return <ActivateKey app={app} screens={screens} model={model} state={state} />;
    case "done":
      return (
        <>
          <Notice kind="good">{texts.done}</Notice>
          <p>
            <a class="button main" href={addressOf("keys")}>
              {texts.toKeys}
            </a>
          </p>
        </>
      );
  }
}

/** By the challenge alone, or signed by the key authority where there is a key log. */
function ActivateKey({
  app,
  screens,
  model,
  state,
}: SessionScreenProps & {
  readonly model: NewKeyModel;
  readonly state: Extract<NewKeyState, { kind: "ready" | "activating" }>;
}): JSX.Element {
  const texts = app.texts.value.keys;
  const busy = state.kind === "activating";
  const activate = async (entered: FormData, hasLog: boolean): Promise<void> => {
    if (await model.activate(hasLog ? await readRotation(entered) : undefined)) await screens.keys.reload();
  };
  return (
    <OrganisationLog app={app} screens={screens}>
      {(hasLog) => (
        <form onSubmit={onForm((entered) => activate(entered, hasLog))}>
          <p>{texts.readyIntroduction}</p>
          <p>{texts.readyReplaces}</p>
          {hasLog && <RotationFields app={app} busy={busy} />}
          <Problem app={app} problem={state.kind === "ready" ? state.problem : undefined} />
          <button type="submit" class="main" disabled={busy}>
            {texts.activate}
          </button>
        </form>
      )}
    </OrganisationLog>
  );
}

function ChoosePassphrase({ app, model, state }: StepProps): JSX.Element {
  const texts = app.texts.value.keys;
  const passphrase = useSignal("");
  const shown = useSignal(false);
  // cast: a text field and a hidden one take the same attributes, which the types of JSX keep apart
  const kind = (shown.value ? "text" : "password") as "password";
  const problem = state.kind === "passphrase" ? state.problem : undefined;
  const busy = state.kind === "making";
  const submit = (entered: FormData): Promise<void> =>
    model.make({
      passphrase: textOf(entered, "passphrase"),
      repeated: textOf(entered, "repeated"),
      label: textOf(entered, "label").trim(),
    });
  return (
    <form onSubmit={onForm(submit)}>
      <p>{texts.makeIntroduction}</p>
      <Field label={texts.label} hint={texts.labelHint}>
        {(attributes) => (
          <input {...attributes} name="label" required maxLength={64} autocomplete="off" disabled={busy} />
        )}
      </Field>
      <Field label={texts.passphrase} hint={texts.passphraseHint}>
        {(attributes) => (
          <input
            {...attributes}
            name="passphrase"
            type={kind}
            required
            autocomplete="new-password"
            spellcheck={false}
            disabled={busy}
            onInput={({ currentTarget }) => {
              passphrase.value = currentTarget.value;
            }}
          />
        )}
      </Field>
      <p class={`strength ${strengthOf(passphrase.value)}`} role="status">
        {passphrase.value === "" ? "" : texts.strength[strengthOf(passphrase.value)]}
      </p>
      <Field label={texts.repeat} problem={problem === "differ" ? texts.differ : undefined}>
        {(attributes) => (
          <input
            {...attributes}
            name="repeated"
            type={kind}
            required
            autocomplete="new-password"
            spellcheck={false}
            disabled={busy}
          />
        )}
      </Field>
      <Choice
        name="show"
        label={texts.show}
        onToggle={(checked) => {
          shown.value = checked;
        }}
      />
      <Problem app={app} problem={problem === "differ" ? undefined : problem} />
      <button type="submit" class="main" disabled={busy}>
        {texts.makeNow}
      </button>
    </form>
  );
}

/** What takes a while, said. */
function Working({ texts, state }: { readonly texts: Texts; readonly state: NewKeyState }): JSX.Element {
  const isWorking = state.kind === "making" || state.kind === "activating";
  const stage = isWorking ? state.stage : undefined;
  return (
    <p class="working" role="status">
      {stage === "loading" && texts.keys.loading}
      {stage === "deriving" && texts.keys.deriving}
      {stage === "gateway" && texts.keys.contacting}
    </p>
  );
}

function stepOf({ kind }: NewKeyState): number {
  switch (kind) {
    case "passphrase":
    case "making":
      return 1;
    case "keep":
      return 2;
    case "check":
      return 3;
    case "ready":
    case "activating":
    case "done":
      return 4;
  }
}

function titleOf({ keys }: Texts, { kind }: NewKeyState): string {
  switch (kind) {
    case "passphrase":
    case "making":
      return keys.makeTitle;
    case "keep":
      return keys.keepTitle;
    case "check":
      return keys.checkTitle;
    case "ready":
    case "activating":
      return keys.readyTitle;
    case "done":
      return keys.doneTitle;
  }
}
