/** Retiring or revoking a key by an entry of the key log. */
import type { JSX } from "preact";
import { type Signal, useSignal } from "@preact/signals";
import type { LogChange, VerifiedLog } from "../keys/log-jobs.ts";
import { AuthorityFields, daysOf, GraceField, readAuthority } from "./authority-fields.tsx";
import { Choice, Field, Notice, onForm, Problem, type ScreenProps, textOf } from "./parts.tsx";
import type { SessionScreenProps } from "./screens.tsx";

interface EndKeyProps extends SessionScreenProps {
  readonly log: VerifiedLog;
}

/** The form; nothing where no key can end. */
export function EndKey({ app, screens, log }: EndKeyProps): JSX.Element {
  const texts = app.texts.value.keyLog;
  const isSigned = screens.keyLog.asked.state.value.kind === "done";
  return (
    <>
      <p role="status" class={isSigned ? "notice good" : ""}>
        {isSigned ? texts.signed : ""}
      </p>
      {endableKeys(log).length > 0 && (
        <details>
          <summary>{texts.endTitle}</summary>
          <EndKeyForm app={app} screens={screens} log={log} />
        </details>
      )}
    </>
  );
}

function EndKeyForm({ app, screens, log }: EndKeyProps): JSX.Element {
  const texts = app.texts.value.keyLog;
  const { asked } = screens.keyLog;
  const state = asked.state.value;
  const isRevoked = useSignal(false);
  const busy = state.kind === "running";
  const submit = async (entered: FormData, form: HTMLFormElement): Promise<void> => {
    const done = await asked.start({ authority: await readAuthority(entered), change: readChange(entered) });
    if (!done) return;
    form.reset();
    isRevoked.value = false;
    await screens.keys.reload();
  };
  return (
    <form onSubmit={onForm(submit)}>
      <p class="hint">{texts.endHint}</p>
      <Field label={texts.whichKey}>
        {(attributes) => (
          <select {...attributes} name="key" dir="ltr" disabled={busy}>
            {endableKeys(log).map((keyId) => (
              <option key={keyId} value={keyId}>
                {nameOf(screens, keyId)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <EndChoice app={app} isRevoked={isRevoked} />
      {isRevoked.value ? <RevokeFields app={app} /> : <GraceField app={app} />}
      <AuthorityFields app={app} busy={busy} />
      <Problem app={app} problem={state.kind === "failed" ? state.problem : undefined} />
      <button type="submit" class={isRevoked.value ? "danger" : "main"} disabled={busy}>
        {texts.sign}
      </button>
      <p class="working" role="status">
        {busy && app.texts.value.keys.deriving}
      </p>
    </form>
  );
}

function EndChoice({ app, isRevoked }: ScreenProps & { readonly isRevoked: Signal<boolean> }): JSX.Element {
  const texts = app.texts.value.keyLog;
  const choose = (isChosen: boolean) => (): void => {
    isRevoked.value = isChosen;
  };
  return (
    <fieldset>
      <legend class="hidden">{texts.endTitle}</legend>
      <Choice
        kind="radio"
        name="end"
        value="retire"
        checked
        label={texts.retire}
        hint={texts.retireHint}
        onToggle={choose(false)}
      />
      <Choice
        kind="radio"
        name="end"
        value="revoke"
        label={texts.revoke}
        hint={texts.revokeHint}
        onToggle={choose(true)}
      />
    </fieldset>
  );
}

function RevokeFields({ app }: ScreenProps): JSX.Element {
  const texts = app.texts.value.keyLog;
  return (
    <>
      <Field label={texts.revokedSince} hint={texts.revokedSinceHint}>
        {(attributes) => <input {...attributes} name="since" type="datetime-local" />}
      </Field>
      <Notice kind="bad">
        <Choice name="sure" required label={texts.revokeSure} />
      </Notice>
    </>
  );
}

function readChange(entered: FormData): LogChange {
  const keyId = textOf(entered, "key");
  if (textOf(entered, "end") !== "revoke") return { kind: "retire", keyId, graceMs: daysOf(entered, "grace-days") };
  const sinceMs = Date.parse(textOf(entered, "since"));
  return { kind: "revoke", keyId, sinceMs: Number.isNaN(sinceMs) ? undefined : sinceMs };
}

function endableKeys({ keys: { active, scheduled, inGrace } }: VerifiedLog): readonly string[] {
  return [...(active === undefined ? [] : [active]), ...scheduled, ...inGrace].map(({ keyId }) => keyId);
}

function nameOf({ keys }: SessionScreenProps["screens"], keyId: string): string {
  const { value } = keys.state;
  const label = value.kind === "loaded" ? value.value.find(({ id }) => id === keyId)?.label : undefined;
  return `${label ?? ""} …${keyId.slice(-12)}`.trim();
}
