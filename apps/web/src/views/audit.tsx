/** The audit log: what happened, and the check that nobody changed the past. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { AuditEvent } from "@coterie/protocol";
import type { AuditCheck, AuditEvents } from "../audit/audit-model.ts";
import type { AppModel } from "../model/app-model.ts";
import { Loaded, Notice, Problem, type ScreenProps, Title } from "./parts.tsx";
import type { SessionScreenProps } from "./screens.tsx";
import { Sure } from "./sure.tsx";

/** The screen. */
export function Audit({ app, screens }: SessionScreenProps): JSX.Element {
  const { screens: names, audit: texts } = app.texts.value;
  const model = screens.audit;
  const check = model.check.value;
  const busy = check.kind === "loading" || check.kind === "checking";
  useEffect(() => void model.events.reload(), [model]);
  return (
    <>
      <Title>{names.audit}</Title>
      <p>{texts.introduction}</p>
      <section class="card">
        <p class="hint">{texts.verifyHint}</p>
        <p class="actions">
          <button type="button" class="main" disabled={busy} onClick={() => void model.verify()}>
            {texts.verify}
          </button>
          {check.kind === "loading" && (
            <button type="button" onClick={model.cancel}>
              {texts.cancel}
            </button>
          )}
        </p>
        <CheckResult app={app} screens={screens} check={check} />
      </section>
      <Loaded app={app} resource={model.events}>
        {(events) => <Events app={app} screens={screens} list={events} />}
      </Loaded>
    </>
  );
}

function CheckResult({ app, screens, check }: SessionScreenProps & { readonly check: AuditCheck }): JSX.Element {
  const texts = app.texts.value.audit;
  const { number } = app.formats.value;
  switch (check.kind) {
    case "idle":
      return <p role="status" />;
    case "loading":
      return (
        <label class="progress">
          {texts.loading(number(check.done), number(check.total))}
          <progress max={check.total} value={check.total === 0 ? undefined : check.done} />
        </label>
      );
    case "checking":
      return <p role="status">{texts.checking}</p>;
    case "good": {
      const { size, ownEvents } = check.result;
      const say = check.isFirst ? texts.first : texts.good;
      return <Notice kind="good">{say(number(size), number(ownEvents))}</Notice>;
    }
    case "bad":
      return (
        <Notice kind="bad">
          <h2>{texts.badTitle}</h2>
          <p>{texts.problems[check.fault]}</p>
          <p>{texts.badRemedy}</p>
          <Sure
            label={texts.startAnew}
            question={texts.startAnewHint}
            yes={texts.startAnew}
            no={texts.cancel}
            onYes={screens.audit.startAnew}
          />
        </Notice>
      );
    case "failed":
      return <Problem app={app} problem={check.problem} />;
  }
}

function Events({ app, screens, list }: SessionScreenProps & { readonly list: AuditEvents }): JSX.Element {
  const texts = app.texts.value.audit;
  const { loadOlder } = screens.audit;
  if (list.events.length === 0) return <p class="empty">{texts.none}</p>;
  return (
    <section class="card">
      <h2>{texts.entries}</h2>
      <div class="table-box tall" tabIndex={0} role="region" aria-label={texts.entries}>
        <table>
          <thead>
            <tr>
              <th scope="col">{texts.when}</th>
              <th scope="col">{texts.what}</th>
              <th scope="col">{texts.who}</th>
              <th scope="col">{texts.about}</th>
            </tr>
          </thead>
          <tbody>
            {list.events.map((event) => (
              <EventRow key={String(event.seq)} app={app} event={event} />
            ))}
          </tbody>
        </table>
      </div>
      {list.more && (
        <p>
          <button
            type="button"
            disabled={loadOlder.state.value.kind === "running"}
            onClick={() => void loadOlder.start()}
          >
            {texts.older}
          </button>
        </p>
      )}
    </section>
  );
}

function EventRow({ app, event }: ScreenProps & { readonly event: AuditEvent }): JSX.Element {
  const formats = app.formats.value;
  const { subject, amount, tokenId } = event;
  return (
    <tr>
      <td>{formats.dayAndTime(new Date(Number(event.atMs)).toISOString())}</td>
      <td class="wrap">
        {eventText(app, event)}
        {amount > 0n && ` (${formats.number(Number(amount))})`}
      </td>
      <td>
        {actorText(app, event.actor)}
        {tokenId !== "" && (
          <>
            {" "}
            <span class="code quiet" dir="ltr">{`…${tokenId.slice(-6)}`}</span>
          </>
        )}
      </td>
      <td class="code" dir="ltr">
        {subject.length > 24 ? `${subject.slice(0, 5)}…${subject.slice(-12)}` : subject}
      </td>
    </tr>
  );
}

/** An event in the person's language; names that this version does not know are shown as they are. */
export function eventText(app: AppModel, { event }: Pick<AuditEvent, "event">): string {
  return known(app.texts.value.audit.events, event);
}

function actorText(app: AppModel, actor: string): string {
  return known(app.texts.value.audit.actors, actor);
}

function known(texts: Readonly<Record<string, string>>, name: string): string {
  return Object.hasOwn(texts, name) ? (texts[name] ?? name) : name;
}
