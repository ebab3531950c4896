/** The tokens of the organisation. */
import type { JSX } from "preact";
import type { Token } from "@coterie/protocol";
import { Copyable, Field, Loaded, Notice, onForm, Problem, textOf } from "./parts.tsx";
import type { SessionScreenProps } from "./screens.tsx";
import { Sure } from "./sure.tsx";

/** The list, the form of a new one, and the one that was just made. */
export function Tokens({ app, screens }: SessionScreenProps): JSX.Element {
  const texts = app.texts.value.office;
  const { list, make, made, hide, revoke } = screens.office.tokens;
  const [making, revoking] = [make.state.value, revoke.state.value];
  const submit = async (entered: FormData, form: HTMLFormElement): Promise<void> => {
    if (await make.start(textOf(entered, "label").trim())) form.reset();
  };
  return (
    <section class="card">
      <h2>{texts.tokensTitle}</h2>
      <p class="hint">{texts.tokensHint}</p>
      {made.value !== undefined && (
        <Notice kind="good">
          <h3>{texts.madeTitle}</h3>
          <p>{texts.made}</p>
          <Copyable app={app} label={texts.madeTitle} text={made.value} lines={2} />
          <button type="button" class="small" onClick={hide}>
            {texts.hide}
          </button>
        </Notice>
      )}
      <Loaded app={app} resource={list}>
        {(tokens) => (
          <ul class="plain">
            {tokens.map((token) => (
              <TokenLine key={token.id} app={app} screens={screens} token={token} isLast={tokens.length === 1} />
            ))}
          </ul>
        )}
      </Loaded>
      <div role="status">{revoking.kind === "done" && <p class="notice good">{texts.revoked(revoking.value)}</p>}</div>
      <Problem app={app} problem={revoking.kind === "failed" ? revoking.problem : undefined} />
      <form onSubmit={onForm(submit)}>
        <Field label={texts.label}>
          {(attributes) => (
            <input {...attributes} name="label" required maxLength={100} dir="auto" autocomplete="off" />
          )}
        </Field>
        <Problem app={app} problem={making.kind === "failed" ? making.problem : undefined} />
        <button type="submit" disabled={making.kind === "running"}>
          {texts.make}
        </button>
      </form>
    </section>
  );
}

function TokenLine({
  app,
  screens,
  token,
  isLast,
}: SessionScreenProps & { readonly token: Token; readonly isLast: boolean }): JSX.Element {
  const texts = app.texts.value.office;
  const { revoke } = screens.office.tokens;
  const name = token.label === "" ? `…${token.id.slice(-6)}` : token.label;
  return (
    <li>
      <span>
        <bdi>{name}</bdi> {token.isOwn && <strong>({texts.own})</strong>}{" "}
        <span class="quiet">
          <span class="code" dir="ltr">{`…${token.id.slice(-6)}`}</span>{" "}
          {texts.since(app.formats.value.day(Number(token.createdAtMs)))}
        </span>
      </span>
      {isLast ? (
        <span class="hint">{texts.lastToken}</span>
      ) : (
        <Sure
          label={texts.revokeShort}
          about={texts.revoke(name)}
          question={texts.revokeSure}
          yes={texts.revokeYes}
          no={texts.keep}
          disabled={revoke.state.value.kind === "running"}
          onYes={() => void revoke.start(token)}
        />
      )}
    </li>
  );
}
