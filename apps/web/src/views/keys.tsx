/** The keys of the organisation, with their states. */
import type { JSX } from "preact";
import { KeyState, type OrganisationKey } from "@coterie/protocol";
import { addressOf } from "../routes/route.ts";
import { Loaded, Pill, Title } from "./parts.tsx";
import type { SessionScreenProps } from "./screens.tsx";

/** The list. */
export function Keys({ app, screens }: SessionScreenProps): JSX.Element {
  const texts = app.texts.value;
  return (
    <>
      <Title>{texts.screens.keys}</Title>
      <p>{texts.keys.introduction}</p>
      <p class="actions">
        <a class="button main" href={addressOf("new-key")}>
          {texts.keys.make}
        </a>
        <a class="button" href={addressOf("import-key")}>
          {texts.keys.import}
        </a>
      </p>
      <Loaded app={app} resource={screens.keys}>
        {(keys) =>
          keys.length === 0 ? (
            <p class="empty">{texts.keys.none}</p>
          ) : (
            <ul class="cards">
              {keys.map((key) => (
                <KeyCard key={key.id} app={app} screens={screens} organisationKey={key} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </>
  );
}

const stateNames: { readonly [State in KeyState]: "imported" | "active" | "retired" } = {
  [KeyState.UNSPECIFIED]: "imported",
  [KeyState.IMPORTED]: "imported",
  [KeyState.ACTIVE]: "active",
  [KeyState.RETIRED]: "retired",
};

function KeyCard({
  app,
  organisationKey: key,
}: SessionScreenProps & { readonly organisationKey: OrganisationKey }): JSX.Element {
  const texts = app.texts.value.keys;
  const state = stateNames[key.state] ?? "imported";
  const atMs = Number(state === "imported" ? key.importedAtMs : key.activatedAtMs);
  return (
    <li class="card">
      <div class="card-head">
        <h2>{key.label === "" ? key.id.slice(-6) : key.label}</h2>
        <Pill kind={state === "active" ? "good" : "quiet"}>{texts.states[state]}</Pill>
      </div>
      <p class="code" dir="ltr">
        {key.id}
      </p>
      <p class="hint">
        {texts.stateHints[state]} {atMs > 0 && `(${texts.since(app.formats.value.day(atMs))})`}
      </p>
    </li>
  );
}
