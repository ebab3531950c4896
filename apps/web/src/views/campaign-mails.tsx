/** What a campaign's leader asks of the mails of every page. */
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import type { Campaign } from "@coterie/protocol";
import { Choice, Loaded, Notice, onForm, Problem } from "./parts.tsx";
import type { SessionScreenProps } from "./screens.tsx";

/** The choices, loaded once they are looked at. */
export function CampaignMails({
  app,
  screens,
  campaign,
}: SessionScreenProps & { readonly campaign: Campaign }): JSX.Element | null {
  const texts = app.texts.value.mails;
  const isOpen = useSignal(false);
  const model = screens.campaignMails(campaign.id);
  const state = model.save.state.value;
  if (campaign.formSchema !== "basic/1") return null;
  return (
    <details
      onToggle={({ currentTarget }) => {
        if (currentTarget.open && !isOpen.value) void model.stored.reload();
        isOpen.value = currentTarget.open;
      }}
    >
      <summary>{texts.campaignTitle}</summary>
      {isOpen.value && (
        <Loaded app={app} resource={model.stored}>
          {(choices) => (
            <form
              onSubmit={onForm((entered) =>
                model.save.start({
                  confirmSupporter: entered.has("supporter"),
                  confirmNewsletter: entered.has("newsletter"),
                }),
              )}
            >
              <p class="hint">{texts.campaignHint}</p>
              <Choice name="supporter" checked={choices.confirmSupporter} label={texts.campaignSupporter} />
              <Choice name="newsletter" checked={choices.confirmNewsletter} label={texts.campaignNewsletter} />
              {state.kind === "failed" && state.problem === "unavailable" ? (
                <Notice kind="bad">{texts.cannotSend}</Notice>
              ) : (
                <Problem app={app} problem={state.kind === "failed" ? state.problem : undefined} />
              )}
              <button type="submit" disabled={state.kind === "running"}>
                {texts.save}
              </button>
              <p class="said" role="status">
                {state.kind === "done" ? texts.saved : ""}
              </p>
            </form>
          )}
        </Loaded>
      )}
    </details>
  );
}
