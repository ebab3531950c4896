/** What the staff should know, until somebody says that it is known: all of it on the overview, a line on every other screen. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { addressOf } from "../routes/route.ts";
import { eventText } from "./audit.tsx";
import type { SessionScreenProps } from "./screens.tsx";

const shownNotices = 5;

/** That there are notices, on the screens that do not show them. Loads them anew with every screen. */
export function NoticesLine({
  app,
  screens,
  isHidden,
}: SessionScreenProps & { readonly isHidden: boolean }): JSX.Element | null {
  const { list } = screens.office.notices;
  useEffect(() => void list.reload(), [list]);
  const { value } = list.state;
  if (isHidden || value.kind !== "loaded" || value.value.length === 0) return null;
  return (
    <p class="notice warn">
      <a href={addressOf("overview")}>
        {app.texts.value.office.noticesCount(app.formats.value.number(value.value.length))}
      </a>
    </p>
  );
}

/** The notices; nothing where there are none, or where they could not be loaded: the audit log has them all. */
export function Notices({ app, screens }: SessionScreenProps): JSX.Element | null {
  const texts = app.texts.value.office;
  const { list, dismiss } = screens.office.notices;
  const formats = app.formats.value;
  const { value } = list.state;
  if (value.kind !== "loaded" || value.value.length === 0) return null;
  const busy = dismiss.state.value.kind === "running";
  return (
    <section class="notice warn" aria-labelledby="notices-title">
      <h2 id="notices-title">{texts.noticesTitle}</h2>
      <ul class="plain">
        {value.value.slice(0, shownNotices).map((event) => (
          <li key={String(event.seq)}>
            <span>
              <strong>{eventText(app, event)}</strong>{" "}
              <span class="quiet">{formats.dayAndTime(new Date(Number(event.atMs)).toISOString())}</span>{" "}
              {event.subject !== "" && <span class="code short" dir="ltr">{`…${event.subject.slice(-12)}`}</span>}
            </span>
            <button
              type="button"
              class="small"
              aria-label={texts.dismiss(eventText(app, event))}
              disabled={busy}
              onClick={() => void dismiss.start([event])}
            >
              {texts.dismissShort}
            </button>
          </li>
        ))}
      </ul>
      <p class="hint">{texts.noticesHint}</p>
      <p class="actions">
        <a href={addressOf("audit")}>{texts.toAudit}</a>
        {value.value.length > 1 && (
          <button type="button" class="small" disabled={busy} onClick={() => void dismiss.start(value.value)}>
            {texts.dismissAll}
          </button>
        )}
      </p>
    </section>
  );
}
