/** The addresses that are told of changes by mail. */
import type { JSX } from "preact";
import { Field, Loaded, Notice, onForm, Pill, Problem, textOf } from "./parts.tsx";
import type { SessionScreenProps } from "./screens.tsx";

/** The list and the form of a new one. */
export function Addresses({ app, screens }: SessionScreenProps): JSX.Element {
  const texts = app.texts.value.office;
  const { add, remove } = screens.office.addresses;
  const [adding, removing] = [add.state.value, remove.state.value];
  const submit = async (entered: FormData, form: HTMLFormElement): Promise<void> => {
    remove.reset();
    if (await add.start(textOf(entered, "email").trim())) form.reset();
  };
  const failed = [adding, removing].flatMap((state) => (state.kind === "failed" ? [state.problem] : []))[0];
  return (
    <section class="card">
      <h2>{texts.addressesTitle}</h2>
      <p class="hint">{texts.addressesHint}</p>
      <Listed app={app} screens={screens} />
      <Last app={app} screens={screens} />
      <Problem app={app} problem={failed} />
      <form onSubmit={onForm(submit)}>
        <Field label={texts.email}>
          {(attributes) => (
            <input {...attributes} name="email" type="email" dir="ltr" required maxLength={254} autocomplete="off" />
          )}
        </Field>
        <button type="submit" disabled={adding.kind === "running"}>
          {texts.add}
        </button>
      </form>
    </section>
  );
}

function Listed({ app, screens }: SessionScreenProps): JSX.Element {
  const texts = app.texts.value.office;
  const { list, add, remove } = screens.office.addresses;
  const removing = remove.state.value;
  return (
    <Loaded app={app} resource={list}>
      {({ addresses, canSend }) => (
        <>
          {!canSend && <Notice kind="calm">{texts.cannotSend}</Notice>}
          {canSend && addresses.length === 0 && <Notice kind="bad">{texts.noAddresses}</Notice>}
          <ul class="plain">
            {addresses.map((address) => (
              <li key={address.id}>
                <span>
                  <span dir="ltr">{address.email}</span>{" "}
                  <Pill kind={address.confirmed ? "good" : "warn"}>
                    {address.confirmed ? texts.confirmed : texts.unconfirmed}
                  </Pill>
                </span>
                <button
                  type="button"
                  class="small"
                  aria-label={texts.removeAddress(address.email)}
                  disabled={removing.kind === "running"}
                  onClick={() => {
                    add.reset();
                    void remove.start(address);
                  }}
                >
                  {texts.remove}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </Loaded>
  );
}

/** What was done last, and the way back. */
function Last({ app, screens }: SessionScreenProps): JSX.Element {
  const texts = app.texts.value.office;
  const { add, remove } = screens.office.addresses;
  const [adding, removing] = [add.state.value, remove.state.value];
  return (
    <div role="status">
      {adding.kind === "done" && <p class="notice good">{texts.added(adding.value)}</p>}
      {removing.kind === "done" && (
        <p class="notice good">
          {texts.removedAddress(removing.value)}{" "}
          <button
            type="button"
            class="small"
            onClick={() => {
              remove.reset();
              void add.start(removing.value);
            }}
          >
            {texts.addAgain}
          </button>
        </p>
      )}
    </div>
  );
}
