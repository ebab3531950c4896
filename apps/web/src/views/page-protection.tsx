/** Whether whoever signs a page solves a puzzle first. */
import type { JSX } from "preact";
import type { PageSettingsModel, ProtectionChoice, StoredProtection } from "../pages/page-settings-model.ts";
import { Choice, Loaded, onForm, Problem, type ScreenProps, textOf } from "./parts.tsx";

const choices: readonly ProtectionChoice[] = ["gateway", "auto", "on", "off"];

interface ProtectionProps extends ScreenProps {
  readonly model: PageSettingsModel;
}

/** The card. */
export function PageProtection({ app, model }: ProtectionProps): JSX.Element {
  return (
    <section class="card">
      <h2>{app.texts.value.pageSettings.protectionTitle}</h2>
      <Loaded app={app} resource={model.protection}>
        {(stored) => <Choose key={stored.own} app={app} model={model} stored={stored} />}
      </Loaded>
    </section>
  );
}

function Choose({ app, model, stored }: ProtectionProps & { readonly stored: StoredProtection }): JSX.Element {
  const texts = app.texts.value.pageSettings;
  const { protect, protectedBefore } = model;
  const state = protect.state.value;
  const before = protectedBefore.value;
  const { gateway: byGateway, ...own } = texts.protections;
  const asGateway = stored.gateway === "gateway" ? own.auto : own[stored.gateway];
  return (
    <form
      onSubmit={onForm((entered) =>
        protect.start(choices.find((choice) => choice === textOf(entered, "protection")) ?? "gateway"),
      )}
    >
      <fieldset>
        <legend class="hidden">{texts.protectionTitle}</legend>
        <p class="hint">{texts.protection}</p>
        {choices.map((choice) => (
          <Choice
            key={choice}
            kind="radio"
            name="protection"
            value={choice}
            checked={choice === stored.own}
            label={choice === "gateway" ? byGateway(asGateway) : own[choice]}
          />
        ))}
        <p class="hint">{texts.withoutScript}</p>
      </fieldset>
      <Problem app={app} problem={state.kind === "failed" ? state.problem : undefined} />
      <button type="submit" disabled={state.kind === "running"}>
        {texts.save}
      </button>
      <div role="status">
        {state.kind === "done" && (
          <p class="notice good">
            {texts.saved}{" "}
            {before !== undefined && (
              <button type="button" class="small" onClick={() => void protect.start(before)}>
                {texts.undo}
              </button>
            )}
          </p>
        )}
      </div>
    </form>
  );
}
