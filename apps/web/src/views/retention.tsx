/** How long one campaign keeps its persons. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Campaign, Retention as StoredRetention } from "@coterie/protocol";
import { decidesRetention } from "../rights/rights-model.ts";
import { Field, Loaded, onForm, Problem, textOf } from "./parts.tsx";
import type { SessionScreenProps } from "./screens.tsx";

interface RetentionProps extends SessionScreenProps {
  readonly campaign: Campaign;
}

/** The campaign's line. */
export function Retention({ app, screens, campaign }: RetentionProps): JSX.Element {
  const model = screens.retention(campaign.id);
  useEffect(() => void model.stored.reload(), [model]);
  return (
    <section class="part">
      <h3>{campaign.title}</h3>
      <Loaded app={app} resource={model.stored}>
        {(stored) =>
          decidesRetention(campaign, screens.session.organisation.id) ? (
            <Decide key={String(stored?.days)} app={app} screens={screens} campaign={campaign} stored={stored} />
          ) : (
            <ByLead app={app} stored={stored} />
          )
        }
      </Loaded>
    </section>
  );
}

function ByLead({
  app,
  stored,
}: Pick<SessionScreenProps, "app"> & { readonly stored: StoredRetention | undefined }): JSX.Element {
  const texts = app.texts.value.rights;
  const days = stored?.days ?? 0;
  return <p>{days === 0 ? texts.byLeadNone : texts.byLead(app.formats.value.number(days))}</p>;
}

function Decide({
  app,
  screens,
  campaign,
  stored,
}: RetentionProps & { readonly stored: StoredRetention | undefined }): JSX.Element {
  const texts = app.texts.value.rights;
  const formats = app.formats.value;
  const { save, before } = screens.retention(campaign.id);
  const state = save.state.value;
  const old = before.value;
  const deletesAtMs = Number(stored?.deletesAtMs ?? 0n);
  return (
    <form onSubmit={onForm((entered) => save.start(Number(textOf(entered, "days"))))}>
      <p class="quiet">
        {texts.kept(formats.number(Number(stored?.kept ?? 0n)))}{" "}
        {deletesAtMs > 0 && texts.deletesOn(formats.day(deletesAtMs))}
      </p>
      <Field label={texts.days}>
        {(attributes) => (
          <input
            {...attributes}
            name="days"
            type="number"
            min={0}
            max={3650}
            required
            defaultValue={String(stored?.days ?? 0)}
          />
        )}
      </Field>
      <Problem app={app} problem={state.kind === "failed" ? state.problem : undefined} />
      <button
        type="submit"
        class="small"
        aria-label={`${texts.save}: ${campaign.title}`}
        disabled={state.kind === "running"}
      >
        {texts.save}
      </button>{" "}
      <span role="status" class="said">
        {state.kind === "done" && (
          <>
            {texts.saved}{" "}
            {old !== undefined && (
              <button type="button" class="small" onClick={() => void save.start(old)}>
                {texts.undo}
              </button>
            )}
          </>
        )}
      </span>
    </form>
  );
}
