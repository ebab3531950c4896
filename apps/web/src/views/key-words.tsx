/** Keeping a new key: its file, its words, and the words typed back. */
import type { JSX } from "preact";
import type { NewKeyModel, NewKeyState } from "../keys/new-key-model.ts";
import { Field, onForm, type ScreenProps, textOf } from "./parts.tsx";

interface KeepProps extends ScreenProps {
  readonly model: NewKeyModel;
  readonly state: Extract<NewKeyState, { kind: "keep" }>;
}

/** The file to save and the words to print. */
export function KeepKey({ app, model, state }: KeepProps): JSX.Element {
  const texts = app.texts.value.keys;
  const { key, fileSaved } = state;
  return (
    <>
      <p>{texts.keepFile}</p>
      <p>
        <button type="button" class={fileSaved ? "" : "main"} onClick={model.saveKeyFile}>
          {texts.saveFile}
        </button>{" "}
        <span class="said" role="status">
          {fileSaved ? texts.fileSaved : ""}
        </span>
      </p>
      <p>{texts.keepWords}</p>
      <div class="sheet">
        <p class="only-print">
          {texts.wordsList}: <span class="code">{key.keyId}</span> ({key.comment}, {key.createdAt.slice(0, 10)})
        </p>
        <ol class="words" aria-label={texts.wordsList} dir="ltr" translate={false}>
          {key.words.map((word, index) => (
            <li key={index}>{word}</li>
          ))}
        </ol>
      </div>
      <p class="actions">
        <button type="button" onClick={app.platform.print}>
          {texts.print}
        </button>
        <button type="button" class={fileSaved ? "main" : ""} disabled={!fileSaved} onClick={model.goToCheck}>
          {texts.next}
        </button>
      </p>
      {!fileSaved && <p class="hint">{texts.keepFirst}</p>}
    </>
  );
}

interface CheckProps extends ScreenProps {
  readonly model: NewKeyModel;
  readonly state: Extract<NewKeyState, { kind: "check" }>;
}

/** Some of the words, typed back. */
export function CheckWords({ app, model, state }: CheckProps): JSX.Element {
  const texts = app.texts.value.keys;
  const { positions, wrong } = state;
  const submit = (entered: FormData): void => {
    model.checkWords(new Map(positions.map((position) => [position, textOf(entered, `word-${position}`)])));
  };
  return (
    <form onSubmit={onForm(submit)}>
      <p>{texts.checkIntroduction}</p>
      <div class="columns">
        {positions.map((position) => (
          <Field key={position} label={texts.word(app.formats.value.number(position + 1))}>
            {(attributes) => (
              <input
                {...attributes}
                name={`word-${position}`}
                dir="ltr"
                required
                autocomplete="off"
                autocapitalize="none"
                spellcheck={false}
                aria-invalid={wrong.includes(position) || undefined}
              />
            )}
          </Field>
        ))}
      </div>
      {wrong.length > 0 && (
        <p class="problem" role="alert">
          {texts.wordsWrong}
        </p>
      )}
      <p class="actions">
        <button type="submit" class="main">
          {texts.check}
        </button>
        <button type="button" onClick={model.backToWords}>
          {texts.backToWords}
        </button>
      </p>
    </form>
  );
}
