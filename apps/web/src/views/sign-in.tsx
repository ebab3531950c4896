/** Signing in with the organisation's token. */
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import type { AppModel } from "../model/app-model.ts";
import type { SignInProblem } from "../session/session.ts";
import { Field, Notice, onForm, type ScreenProps, textOf, Title } from "./parts.tsx";

/** The screen before all others. */
export function SignIn({ app }: ScreenProps): JSX.Element {
  const texts = app.texts.value.signIn;
  const state = app.session.state.value;
  const problem = state.kind === "signed-out" ? state.problem : undefined;
  const busy = state.kind === "signing-in";
  return (
    <div class="card sign-in">
      <Title>{texts.title}</Title>
      <p>{texts.introduction}</p>
      {problem?.kind === "gateway-changed" && <GatewayChanged app={app} problem={problem} />}
      <form onSubmit={onForm((entered) => app.session.signIn(textOf(entered, "token")))}>
        <Field label={texts.token} hint={texts.tokenHint} problem={tokenProblem(app, problem)}>
          {(attributes) => (
            <input
              {...attributes}
              name="token"
              type="password"
              dir="ltr"
              autocomplete="current-password"
              autocapitalize="none"
              spellcheck={false}
            />
          )}
        </Field>
        <button type="submit" class="main" disabled={busy}>
          {busy ? texts.busy : texts.submit}
        </button>
      </form>
    </div>
  );
}

function tokenProblem(app: AppModel, problem: SignInProblem | undefined): string {
  const texts = app.texts.value;
  switch (problem?.kind) {
    case "token":
      return texts.signIn.forms[problem.form];
    case "refused":
      return texts.signIn.refused;
    case "failed":
      return texts.problems[problem.problem];
    case "gateway-changed":
    case undefined:
      return "";
  }
}

function GatewayChanged({
  app,
  problem,
}: ScreenProps & { readonly problem: Extract<SignInProblem, { kind: "gateway-changed" }> }): JSX.Element {
  const texts = app.texts.value.signIn;
  const wrong = useSignal(false);
  return (
    <Notice kind="bad">
      <h2>{texts.changedTitle}</h2>
      <p>{texts.changed}</p>
      <dl class="facts">
        <dt>{texts.pinnedKey}</dt>
        <dd class="code" dir="ltr">
          {problem.pinned}
        </dd>
        <dt>{texts.shownKey}</dt>
        <dd class="code" dir="ltr">
          {problem.shown}
        </dd>
      </dl>
      <details>
        <summary>{texts.acceptTitle}</summary>
        <form
          onSubmit={onForm((entered) => {
            wrong.value = !app.session.acceptGatewayKey(textOf(entered, "characters"));
          })}
        >
          <Field label={texts.acceptLabel} problem={wrong.value ? texts.acceptWrong : undefined}>
            {(attributes) => (
              <input {...attributes} name="characters" dir="ltr" autocomplete="off" spellcheck={false} />
            )}
          </Field>
          <button type="submit">{texts.accept}</button>
        </form>
      </details>
    </Notice>
  );
}
