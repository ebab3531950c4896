/** Small parts that all screens are made of. */
import type { ComponentChildren, JSX, TargetedSubmitEvent } from "preact";
import { useId, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import type { ProblemCode } from "../errors.ts";
import type { AppModel } from "../model/app-model.ts";
import type { Resource } from "../model/resource.ts";

/** What every screen gets. */
export interface ScreenProps {
  readonly app: AppModel;
}

/** A heading that receives the focus when its screen is shown. */
export function Title({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return <h1 tabIndex={-1}>{children}</h1>;
}

/** A field with its label, hint and problem, tied together for screen readers. */
export function Field(props: {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly problem?: string | undefined;
  readonly children: (attributes: FieldAttributes) => JSX.Element;
}): JSX.Element {
  const id = useId();
  const { label, hint = "", problem = "", children } = props;
  const notes = [hint === "" ? "" : `${id}-hint`, problem === "" ? "" : `${id}-problem`].filter((note) => note !== "");
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {hint !== "" && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {children({ id, "aria-describedby": notes.join(" ") || undefined, "aria-invalid": problem !== "" || undefined })}
      {problem !== "" && (
        <p class="problem" role="alert" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </div>
  );
}

/** What a field's control carries. */
export interface FieldAttributes {
  readonly id: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": true | undefined;
}

/** A box to tick, with its words and hint. */
export function Choice(props: {
  readonly name: string;
  readonly kind?: "checkbox" | "radio";
  readonly value?: string;
  readonly checked?: boolean;
  readonly label: string;
  readonly hint?: string;
  readonly disabled?: boolean;
  readonly required?: boolean;
  readonly onToggle?: (checked: boolean) => void;
}): JSX.Element {
  const id = useId();
  const { name, kind = "checkbox", value = "yes", checked = false, label, hint, onToggle } = props;
  const { disabled = false, required = false } = props;
  return (
    <div class="choice">
      <input
        id={id}
        type={kind}
        name={name}
        value={value}
        defaultChecked={checked}
        disabled={disabled}
        required={required}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onChange={(event) => onToggle?.(event.currentTarget.checked)}
      />
      <label for={id}>{label}</label>
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

/** A message: announced when it appears. */
export function Notice({
  kind,
  children,
}: {
  readonly kind: "good" | "bad" | "calm";
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <div class={`notice ${kind}`} role={kind === "bad" ? "alert" : "status"}>
      {children}
    </div>
  );
}

/** What went wrong, in the person's language. */
export function Problem({
  app,
  problem,
}: ScreenProps & { readonly problem: ProblemCode | undefined }): JSX.Element | null {
  return problem === undefined ? null : <Notice kind="bad">{app.texts.value.problems[problem]}</Notice>;
}

/** A short word on a coloured ground. */
export function Pill({
  kind,
  children,
}: {
  readonly kind: "good" | "quiet" | "warn" | "bad";
  readonly children: string;
}): JSX.Element {
  return <span class={`pill ${kind}`}>{children}</span>;
}

/** Something loaded: its value, or that it loads, or why it could not be loaded. */
export function Loaded<Value>({
  app,
  resource,
  children,
}: ScreenProps & {
  readonly resource: Resource<Value>;
  readonly children: (value: Value) => ComponentChildren;
}): JSX.Element {
  const { value: state } = resource.state;
  const texts = app.texts.value;
  if (state.kind === "loaded") return <>{children(state.value)}</>;
  if (state.kind === "loading") {
    return (
      <p class="quiet" role="status">
        {texts.loading}
      </p>
    );
  }
  return (
    <Notice kind="bad">
      <p>{texts.problems[state.problem]}</p>
      <button type="button" onClick={() => void resource.reload()}>
        {texts.tryAgain}
      </button>
    </Notice>
  );
}

/** Text that is to be copied, and the button that copies it. */
export function Copyable({
  app,
  label,
  text,
  lines = 1,
}: ScreenProps & { readonly label: string; readonly text: string; readonly lines?: number }): JSX.Element {
  const said = useSignal("");
  const box = useRef<HTMLTextAreaElement>(null);
  const texts = app.texts.value;
  const copy = async (): Promise<void> => {
    box.current?.select();
    said.value = (await app.platform.copyText(text)) ? texts.copied : texts.copyFailed;
  };
  return (
    <div class="copyable">
      <textarea
        ref={box}
        class="code"
        readOnly
        rows={lines}
        value={text}
        aria-label={label}
        dir="ltr"
        spellcheck={false}
      />
      <button type="button" class="small" onClick={() => void copy()} aria-label={`${texts.copy}: ${label}`}>
        {texts.copy}
      </button>
      <span class="said" role="status">
        {said.value}
      </span>
    </div>
  );
}

/** The submit handler of a form that never leaves the page: hands on what was entered. */
export function onForm(
  use: (entered: FormData, form: HTMLFormElement) => Promise<unknown> | void,
): (event: TargetedSubmitEvent<HTMLFormElement>) => void {
  return (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    void use(new FormData(form), form);
  };
}

/** The text of a field, "" where there is none. */
export function textOf(entered: FormData, name: string): string {
  const value = entered.get(name);
  return typeof value === "string" ? value : "";
}
