/** The mails of one page: which, in whose words, and how they look. */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { ActionPage } from "@coterie/protocol";
import {
  mailKinds,
  type MailKindName,
  type MailPreview,
  type PageMailChoices,
  type PageMailsModel,
  type StoredPageMails,
} from "../mails/mails-model.ts";
import { addressOf } from "../routes/route.ts";
import { isLocaleName, localeNames } from "../texts/load-texts.ts";
import { Choice, Field, Loaded, Notice, onForm, Problem, type ScreenProps, textOf, Title } from "./parts.tsx";
import type { SessionScreenProps } from "./screens.tsx";

/** The screen. */
export function PageMails({ app, screens, subject = "" }: SessionScreenProps): JSX.Element {
  const texts = app.texts.value.mails;
  return (
    <>
      <Title>{texts.title(subject)}</Title>
      <p>{texts.introduction}</p>
      <Loaded app={app} resource={screens.pages.list}>
        {(pages) => {
          const page = pages.find(({ name }) => name === subject);
          return page === undefined ? (
            <NoSuchPage app={app} />
          ) : (
            <MailsOfPage app={app} model={screens.pageMails(page.id)} page={page} />
          );
        }}
      </Loaded>
    </>
  );
}

/** That there is no such page, and the way on. */
export function NoSuchPage({ app }: ScreenProps): JSX.Element {
  const texts = app.texts.value.mails;
  return (
    <>
      <Notice kind="bad">{texts.unknownPage}</Notice>
      <p>
        <a class="button" href={addressOf("pages")}>
          {texts.toPages}
        </a>
      </p>
    </>
  );
}

interface PageProps extends ScreenProps {
  readonly model: PageMailsModel;
  readonly page: ActionPage;
}

function MailsOfPage({ app, model, page }: PageProps): JSX.Element {
  const texts = app.texts.value.mails;
  useEffect(() => void model.stored.reload(), [model]);
  // Only forms that ask for an address have mails.
  if (page.formSchema !== "basic/1") return <Notice kind="calm">{texts.noMails}</Notice>;
  return (
    <Loaded app={app} resource={model.stored}>
      {(stored) => (
        <>
          {!stored.canSend && <Notice kind="bad">{texts.cannotSend}</Notice>}
          <Settings key={JSON.stringify(stored.choices)} app={app} model={model} page={page} stored={stored} />
          <Preview app={app} model={model} page={page} />
        </>
      )}
    </Loaded>
  );
}

function Settings({ app, model, page, stored }: PageProps & { readonly stored: StoredPageMails }): JSX.Element {
  const texts = app.texts.value.mails;
  const { choices, canSend } = stored;
  const state = model.save.state.value;
  return (
    <form class="card" onSubmit={onForm((entered) => model.save.start(readChoices(entered)))}>
      <h2>{texts.whatTitle}</h2>
      <Choice
        name="supporter"
        checked={choices.confirmSupporter}
        disabled={!canSend}
        label={texts.confirmSupporter}
        hint={texts.confirmSupporterHint}
      />
      <Choice
        name="newsletter"
        checked={choices.confirmNewsletter}
        disabled={!canSend}
        label={texts.confirmNewsletter}
        hint={texts.confirmNewsletterHint}
      />
      <Choice name="thanks" checked={choices.thankYou} disabled={!canSend} label={texts.thankYou} />
      <div class="columns">
        <Field label={texts.reminders}>
          {(attributes) => (
            <select {...attributes} name="reminders">
              {texts.reminderCounts.map((count, index) => (
                <option key={index} value={index} selected={index === choices.reminders}>
                  {count}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={texts.reminderAfter} hint={texts.reminderAfterHint}>
          {(attributes) => (
            <input
              {...attributes}
              name="hours"
              type="number"
              min={1}
              max={96}
              required
              defaultValue={String(choices.reminderAfterHours)}
            />
          )}
        </Field>
      </div>
      <h2>{texts.wordsTitle}</h2>
      <p class="hint">{texts.wordsHint(isLocaleName(page.locale) ? localeNames[page.locale] : page.locale)}</p>
      {mailKinds.map((kind) => (
        <Words key={kind} app={app} page={page} kind={kind} choices={choices} />
      ))}
      <Problem app={app} problem={state.kind === "failed" ? state.problem : undefined} />
      <p class="actions">
        <button type="submit" class="main" disabled={state.kind === "running"}>
          {texts.save}
        </button>
      </p>
      <Saved app={app} model={model} />
    </form>
  );
}

function Words({
  app,
  page,
  kind,
  choices,
}: ScreenProps & {
  readonly page: ActionPage;
  readonly kind: MailKindName;
  readonly choices: PageMailChoices;
}): JSX.Element {
  const texts = app.texts.value.mails;
  const { subject, intro } = choices.words[kind];
  return (
    <details>
      <summary>
        {texts.kinds[kind]} {(subject !== "" || intro !== "") && <span class="quiet">({texts.ownWords})</span>}
      </summary>
      <Field label={texts.subject}>
        {(attributes) => (
          <input
            {...attributes}
            name={`subject-${kind}`}
            lang={page.locale}
            dir="auto"
            maxLength={200}
            defaultValue={subject}
          />
        )}
      </Field>
      <Field label={texts.intro} hint={texts.introHint}>
        {(attributes) => (
          <textarea
            {...attributes}
            name={`intro-${kind}`}
            lang={page.locale}
            dir="auto"
            rows={4}
            maxLength={2000}
            defaultValue={intro}
          />
        )}
      </Field>
    </details>
  );
}

/** That it was saved, and the way back. */
function Saved({ app, model }: ScreenProps & { readonly model: PageMailsModel }): JSX.Element {
  const texts = app.texts.value.mails;
  const before = model.before.value;
  const isSaved = model.save.state.value.kind === "done";
  return (
    <div role="status">
      {isSaved && (
        <p class="notice good">
          {texts.saved}{" "}
          {before !== undefined && (
            <button type="button" class="small" onClick={() => void model.save.start(before)}>
              {texts.undo}
            </button>
          )}
        </p>
      )}
    </div>
  );
}

function readChoices(entered: FormData): PageMailChoices {
  const words = (kind: MailKindName): { readonly subject: string; readonly intro: string } => ({
    subject: textOf(entered, `subject-${kind}`).trim(),
    intro: textOf(entered, `intro-${kind}`).trim(),
  });
  return {
    confirmSupporter: entered.has("supporter"),
    confirmNewsletter: entered.has("newsletter"),
    thankYou: entered.has("thanks"),
    reminders: Number(textOf(entered, "reminders")),
    reminderAfterHours: Number(textOf(entered, "hours")),
    words: {
      "confirm-supporter": words("confirm-supporter"),
      reminder: words("reminder"),
      "confirm-newsletter": words("confirm-newsletter"),
      "thank-you": words("thank-you"),
    },
  };
}

function Preview({ app, model, page }: PageProps): JSX.Element {
  const texts = app.texts.value.mails;
  const state = model.preview.state.value;
  return (
    <section class="card">
      <h2>{texts.previewTitle}</h2>
      <p class="hint">{texts.previewHint}</p>
      <p class="actions">
        {mailKinds.map((kind) => (
          <button
            key={kind}
            type="button"
            class="small"
            aria-label={texts.show(texts.kinds[kind])}
            disabled={state.kind === "running"}
            onClick={() => void model.preview.start(kind)}
          >
            {texts.kinds[kind]}
          </button>
        ))}
      </p>
      <Problem app={app} problem={state.kind === "failed" ? state.problem : undefined} />
      {state.kind === "done" && <OneMail key={state.value.kind} app={app} preview={state.value} page={page} />}
    </section>
  );
}

function OneMail({
  app,
  preview,
  page,
}: ScreenProps & { readonly preview: MailPreview; readonly page: ActionPage }): JSX.Element {
  const texts = app.texts.value.mails;
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => heading.current?.focus(), []);
  const name = `${page.name}-${preview.kind}.html`;
  const save = (): void => app.platform.saveBlob({ name, content: new Blob([preview.html], { type: "text/html" }) });
  return (
    <>
      <h3 ref={heading} tabIndex={-1}>
        {texts.previewOf(texts.kinds[preview.kind])}
      </h3>
      <article class="mail" lang={page.locale} dir="auto">
        <p class="mail-subject">
          <span class="quiet" lang={app.texts.value.locale}>
            {texts.previewSubject}:{" "}
          </span>
          <strong>{preview.subject}</strong>
        </p>
        <p class="mail-text">{preview.text}</p>
      </article>
      <p class="hint">{texts.saveHtmlHint}</p>
      <p>
        <button type="button" class="small" onClick={save}>
          {texts.saveHtml}
        </button>
      </p>
    </>
  );
}
