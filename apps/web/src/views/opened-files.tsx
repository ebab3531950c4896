/** What a run of the console gave: files to save, what was refused, and a look at the first rows. */
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { OpenedRow } from "@coterie/actions/csv";
import type { ConsoleState, OpeningOutcomeView } from "../contacts/console-model.ts";
import { countByCode } from "../contacts/opened-contacts.ts";
import type { RefusedContact } from "../contacts/opening-job.ts";
import { previewColumns, textAt } from "../contacts/preview-columns.ts";
import { webLimits } from "../limits.ts";
import type { ConsoleTexts, Texts } from "../texts/texts.ts";
import { Notice, Problem, type ScreenProps } from "./parts.tsx";
import type { SessionScreenProps } from "./screens.tsx";

/** The end of a run. */
export function OpenedFiles({
  app,
  screens,
  state,
}: SessionScreenProps & { readonly state: Extract<ConsoleState, { kind: "done" }> }): JSX.Element {
  const texts = app.texts.value.console;
  const { outcome, saving, problem } = state;
  const { opened, refused, preview } = outcome;
  const model = screens.console;
  const ending = useRef<HTMLDivElement>(null);
  // The form that had the focus is gone: what came of it is read out in its place.
  useLayoutEffect(() => ending.current?.focus(), []);
  return (
    <>
      <div ref={ending} tabIndex={-1}>
        <Ending app={app} outcome={outcome} />
      </div>
      {opened > 0 && (
        <section class="card">
          <h2>{texts.saveTitle}</h2>
          <p class="hint">{texts.saveHint}</p>
          <p class="actions">
            <button type="button" class="main" disabled={saving} onClick={() => void model.save("csv")}>
              {texts.csv}
            </button>
            <button type="button" disabled={saving} onClick={() => void model.save("jsonl")}>
              {texts.jsonl}
            </button>
          </p>
          <p class="working" role="status">
            {saving && texts.saving}
          </p>
          <Problem app={app} problem={problem} />
        </section>
      )}
      {refused.length > 0 && <Refused app={app} refused={refused} onSave={() => void model.save("refused")} />}
      {preview.length > 0 && <Preview app={app} rows={preview} />}
      <p>
        <button type="button" onClick={model.forget}>
          {opened + refused.length === 0 ? app.texts.value.tryAgain : texts.forget}
        </button>
      </p>
    </>
  );
}

function Ending({ app, outcome }: ScreenProps & { readonly outcome: OpeningOutcomeView }): JSX.Element {
  const texts = app.texts.value.console;
  const formats = app.formats.value;
  const { ending, opened, refused, seconds } = outcome;
  const count = formats.number(opened);
  if (ending === "complete" && opened + refused.length === 0) return <Notice kind="calm">{texts.none}</Notice>;
  return (
    <Notice kind={ending === "complete" && refused.length === 0 ? "good" : "bad"}>
      <p>{endingText(texts, { ending, count, refused: refused.length })}</p>
      {ending !== "complete" && ending !== "cancelled" && <p>{app.texts.value.problems[ending]}</p>}
      {opened + refused.length >= 1000 && (
        <p class="quiet">
          {texts.took(formats.span(seconds), formats.number((opened + refused.length) / Math.max(seconds, 0.001)))}
        </p>
      )}
    </Notice>
  );
}

function endingText(
  texts: ConsoleTexts,
  {
    ending,
    count,
    refused,
  }: { readonly ending: OpeningOutcomeView["ending"]; readonly count: string; readonly refused: number },
): string {
  if (ending === "complete") return refused === 0 ? texts.complete(count) : texts.partly(count);
  return ending === "cancelled" ? texts.cancelled(count) : texts.failed(count);
}

function Refused({
  app,
  refused,
  onSave,
}: ScreenProps & { readonly refused: readonly RefusedContact[]; readonly onSave: () => void }): JSX.Element {
  const texts = app.texts.value.console;
  const formats = app.formats.value;
  const shown = refused.slice(0, webLimits.shownRefusals);
  return (
    <section class="card">
      <h2>{texts.refusedTitle(formats.number(refused.length))}</h2>
      <p class="hint">{texts.refusedHint}</p>
      <ul>
        {countByCode(refused).map(({ code, count }) => (
          <li key={code}>
            {formats.number(count)} × {reasonOf(texts, code)}
          </li>
        ))}
      </ul>
      <p>
        <button type="button" onClick={onSave}>
          {texts.saveRefused}
        </button>
      </p>
      {shown.length < refused.length && <p class="hint">{texts.refusedShown(formats.number(shown.length))}</p>}
      <div class="table-box" tabIndex={0} role="region" aria-label={texts.refusedTitle(formats.number(refused.length))}>
        <table>
          <thead>
            <tr>
              <th scope="col">{texts.action}</th>
              <th scope="col">{texts.reason}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ actionId, code }) => (
              <tr key={actionId}>
                <td class="code" dir="ltr">
                  {actionId}
                </td>
                <td class="code" dir="ltr">
                  {code}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function reasonOf({ reasons }: ConsoleTexts, code: string): string {
  const known: Readonly<Record<string, string>> = reasons;
  return Object.hasOwn(known, code) ? `${known[code] ?? ""} (${code})` : code;
}

function Preview({ app, rows }: ScreenProps & { readonly rows: readonly OpenedRow[] }): JSX.Element {
  const texts = app.texts.value;
  const title = texts.console.previewTitle(app.formats.value.number(rows.length));
  const columns = previewColumns(rows);
  return (
    <section class="card">
      <h2>{title}</h2>
      <p class="hint">{texts.console.previewHint}</p>
      <div class="table-box" tabIndex={0} role="region" aria-label={title}>
        <table>
          <thead>
            <tr>
              <th scope="col">{texts.console.time}</th>
              <th scope="col">{texts.console.page}</th>
              <th scope="col">{texts.rights.consent}</th>
              {columns.map((path) => (
                <th scope="col" key={path}>
                  {texts.fields[path]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.actionId}>
                <td>{app.formats.value.dayAndTime(row.createdAt)}</td>
                <td>{row.page.name}</td>
                <td>{consentText(texts, row)}</td>
                {columns.map((path) => (
                  <td key={path} dir="auto">
                    {textAt(row, path)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** Whether the person wants to hear from the organisation, and whether that was confirmed by mail. */
function consentText({ rights }: Texts, { consent }: OpenedRow): string {
  const [optIns, confirmations]: readonly Readonly<Record<string, string>>[] = [rights.optIns, rights.confirmations];
  const confirmation = confirmations?.[consent.confirmation] ?? "";
  const optIn = optIns?.[consent.optIn] ?? consent.optIn;
  return confirmation === "" ? optIn : `${optIn} (${confirmation})`;
}
