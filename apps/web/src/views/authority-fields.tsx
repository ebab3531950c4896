/** The file and passphrase of the key authority, asked for wherever an entry of the key log is signed. */
import type { JSX } from "preact";
import { keyFileLimits } from "@coterie/sealed-box/key-file";
import type { RotationInput } from "../keys/activation.ts";
import type { AuthorityInput } from "../keys/key-log-model.ts";
import { addressOf } from "../routes/route.ts";
import { Field, Loaded, Notice, type ScreenProps, textOf } from "./parts.tsx";
import type { SessionScreenProps } from "./screens.tsx";

/** What comes next, once it is known whether the organisation has a key log; or why nothing can. */
export function OrganisationLog({
  app,
  screens,
  children,
}: SessionScreenProps & { readonly children: (hasLog: boolean) => JSX.Element }): JSX.Element {
  const texts = app.texts.value;
  return (
    <Loaded app={app} resource={screens.keyLog.view}>
      {(view) =>
        view.kind === "refused" ? (
          <Notice kind="bad">
            <p>{texts.problems[view.problem]}</p>
            <a href={addressOf("key-log")}>{texts.keyLog.link}</a>
          </Notice>
        ) : (
          children(view.kind === "verified")
        )
      }
    </Loaded>
  );
}

/** The two fields. */
export function AuthorityFields({ app, busy }: ScreenProps & { readonly busy: boolean }): JSX.Element {
  const texts = app.texts.value.keyLog;
  return (
    <>
      <Field label={texts.authorityFile} hint={texts.authorityFileHint}>
        {(attributes) => (
          <input
            {...attributes}
            name="authority-file"
            type="file"
            accept=".json,application/json"
            required
            disabled={busy}
          />
        )}
      </Field>
      <Field label={texts.authorityPassphrase}>
        {(attributes) => (
          <input
            {...attributes}
            name="authority-passphrase"
            type="password"
            required
            autocomplete="off"
            disabled={busy}
          />
        )}
      </Field>
    </>
  );
}

/** The fields of a rotation: for how long, and who signs. */
export function RotationFields({ app, busy }: ScreenProps & { readonly busy: boolean }): JSX.Element {
  const texts = app.texts.value.keyLog;
  return (
    <fieldset class="boxed">
      <legend>{texts.rotationTitle}</legend>
      <p class="hint">{texts.rotation}</p>
      <div class="columns">
        <Field label={texts.validDays}>
          {(attributes) => (
            <input {...attributes} name="valid-days" type="number" min={1} max={730} required defaultValue="365" />
          )}
        </Field>
        <GraceField app={app} />
      </div>
      <AuthorityFields app={app} busy={busy} />
    </fieldset>
  );
}

/** Days of grace. */
export function GraceField({ app }: ScreenProps): JSX.Element {
  const texts = app.texts.value.keyLog;
  return (
    <Field label={texts.graceDays} hint={texts.graceDaysHint}>
      {(attributes) => (
        <input {...attributes} name="grace-days" type="number" min={0} max={365} required defaultValue="7" />
      )}
    </Field>
  );
}

/** What was entered into {@link AuthorityFields}. A file that is too large to be one counts as "", which parsing refuses. */
export async function readAuthority(entered: FormData): Promise<AuthorityInput> {
  const file = entered.get("authority-file");
  const isSmall = file instanceof File && file.size <= keyFileLimits.fileCharacters * 4;
  return { fileText: isSmall ? await file.text() : "", passphrase: textOf(entered, "authority-passphrase") };
}

/** What was entered into {@link RotationFields}. */
export async function readRotation(entered: FormData): Promise<RotationInput> {
  const authority = await readAuthority(entered);
  return { ...authority, validForMs: daysOf(entered, "valid-days"), graceMs: daysOf(entered, "grace-days") };
}

/** Days as milliseconds. */
export function daysOf(entered: FormData, name: string): number {
  return Number(textOf(entered, name)) * 24 * 60 * 60 * 1000;
}
