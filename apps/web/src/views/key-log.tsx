/** The key log: what it says, why it is believed, and the entries that end keys. */
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import type { LogView } from "../keys/key-log-model.ts";
import type { LogLine, VerifiedLog } from "../keys/log-jobs.ts";
import { addressOf } from "../routes/route.ts";
import { fingerprintOf } from "../session/signing-key-pin.ts";
import { EndKey } from "./end-key.tsx";
import { Copyable, Field, Loaded, Notice, onForm, type ScreenProps, textOf, Title } from "./parts.tsx";
import type { SessionScreenProps } from "./screens.tsx";

/** The screen. */
export function KeyLog({ app, screens }: SessionScreenProps): JSX.Element {
  const texts = app.texts.value;
  return (
    <>
      <Title>{texts.screens["key-log"]}</Title>
      <p>{texts.keyLog.introduction}</p>
      <Loaded app={app} resource={screens.keyLog.view}>
        {(view) => <View app={app} screens={screens} view={view} />}
      </Loaded>
    </>
  );
}

interface ViewProps<Kind extends LogView["kind"]> extends SessionScreenProps {
  readonly view: Extract<LogView, { readonly kind: Kind }>;
}

function View({ app, screens, view }: ViewProps<LogView["kind"]>): JSX.Element {
  switch (view.kind) {
    case "none":
      return <NoLog app={app} />;
    case "refused":
      return <RefusedLog app={app} screens={screens} view={view} />;
    case "verified":
      return (
        <>
          <Verified app={app} view={view} />
          <LogWarning app={app} log={view.log} />
          <section class="card">
            <h2>{app.texts.value.keyLog.changeTitle}</h2>
            <p class="hint">{app.texts.value.keyLog.rotateHint}</p>
            <p class="actions">
              <a class="button main" href={addressOf("new-key")}>
                {app.texts.value.keyLog.rotate}
              </a>
              <a class="button" href={addressOf("import-key")}>
                {app.texts.value.keys.import}
              </a>
            </p>
            <EndKey app={app} screens={screens} log={view.log} />
          </section>
          <Entries app={app} log={view.log} />
        </>
      );
  }
}

function NoLog({ app }: ScreenProps): JSX.Element {
  const texts = app.texts.value.keyLog;
  return (
    <section class="card">
      <h2>{texts.noneTitle}</h2>
      <p>{texts.none}</p>
      <Copyable app={app} label={texts.noneTitle} text={"coterie keys authority\ncoterie keys rotate"} lines={2} />
      <p class="hint">{texts.beginByCommand}</p>
    </section>
  );
}

function Verified({ app, view }: ScreenProps & Pick<ViewProps<"verified">, "view">): JSX.Element {
  const texts = app.texts.value.keyLog;
  const { log, isNew } = view;
  return (
    <>
      <Notice kind={isNew ? "calm" : "good"}>
        <p>{texts.verified(app.formats.value.number(log.lines.length))}</p>
        <p>{isNew ? texts.firstSeen : texts.continued}</p>
      </Notice>
      <section class="card">
        <h2>{texts.logId}</h2>
        <p class="hint">{texts.logIdHint}</p>
        <Copyable app={app} label={texts.logId} text={log.logId} lines={2} />
        <h2>{texts.authority}</h2>
        <p class="hint">{texts.authorityHint}</p>
        <p class="code" dir="ltr">
          {fingerprintOf(log.authority)}
        </p>
      </section>
    </>
  );
}

const soonMs = 30 * 24 * 60 * 60 * 1000;

/** What will stop the forms, or did. */
export function LogWarning({ app, log }: ScreenProps & { readonly log: VerifiedLog }): JSX.Element | null {
  const texts = app.texts.value.keyLog;
  const { active, isStale } = log.keys;
  if (isStale) return <Notice kind="bad">{texts.stale}</Notice>;
  if (active === undefined) return <Notice kind="bad">{texts.noActive}</Notice>;
  if (active.validUntilMs - app.platform.now() > soonMs) return null;
  return <Notice kind="bad">{texts.expiresSoon(app.formats.value.day(active.validUntilMs))}</Notice>;
}

function RefusedLog({ app, screens, view }: ViewProps<"refused">): JSX.Element {
  const texts = app.texts.value.keyLog;
  const isWrong = useSignal(false);
  const { candidate, problem } = view;
  const accept = async (entered: FormData): Promise<void> => {
    isWrong.value = !(await screens.keyLog.accept(textOf(entered, "characters")));
  };
  return (
    <Notice kind="bad">
      <h2>{texts.refusedTitle}</h2>
      <p>{app.texts.value.problems[problem]}</p>
      <p>{texts.refusedRemedy}</p>
      {candidate !== undefined && (
        <>
          <dl class="facts">
            <dt>{texts.candidate}</dt>
            <dd class="code" dir="ltr">
              {candidate.logId}
            </dd>
          </dl>
          <details>
            <summary>{texts.acceptTitle}</summary>
            <form onSubmit={onForm(accept)}>
              <Field label={texts.acceptLabel} problem={isWrong.value ? texts.acceptWrong : undefined}>
                {(attributes) => (
                  <input {...attributes} name="characters" dir="ltr" autocomplete="off" spellcheck={false} required />
                )}
              </Field>
              <button type="submit">{texts.accept}</button>
            </form>
          </details>
        </>
      )}
    </Notice>
  );
}

function Entries({ app, log }: ScreenProps & { readonly log: VerifiedLog }): JSX.Element {
  const texts = app.texts.value.keyLog;
  const formats = app.formats.value;
  return (
    <section class="card">
      <h2>{texts.entriesTitle}</h2>
      <div class="table-box" tabIndex={0} role="region" aria-label={texts.entriesTitle}>
        <table>
          <thead>
            <tr>
              <th scope="col">{texts.entry}</th>
              <th scope="col">{texts.what}</th>
              <th scope="col">{texts.key}</th>
              <th scope="col">{texts.when}</th>
            </tr>
          </thead>
          <tbody>
            {log.lines.toReversed().map((line) => (
              <tr key={line.seq}>
                <td>{formats.number(line.seq + 1)}</td>
                <td>
                  {texts.kinds[line.kind]} {extentOf(app, line)}
                </td>
                <td class="code" dir="ltr">
                  {line.keyId === undefined ? "" : `…${line.keyId.slice(-12)}`}
                </td>
                <td>{formats.dayAndTime(new Date(line.createdAtMs).toISOString())}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function extentOf(app: ScreenProps["app"], { untilMs, sinceMs }: LogLine): string {
  const texts = app.texts.value.keyLog;
  const { day } = app.formats.value;
  if (untilMs !== undefined) return texts.until(day(untilMs));
  return sinceMs === undefined ? "" : texts.since(day(sinceMs));
}
