/** The campaigns. */
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import type { Campaign } from "@coterie/protocol";
import { type CampaignNews, isOrganisationId } from "../model/campaigns-model.ts";
import { shortNameOf } from "../model/short-name.ts";
import type { CampaignTexts } from "../texts/texts.ts";
import { CampaignMails } from "./campaign-mails.tsx";
import { Choice, Field, Loaded, onForm, Pill, Problem, textOf, Title } from "./parts.tsx";
import type { SessionScreenProps } from "./screens.tsx";

/** The list and the form of a new one. */
export function Campaigns({ app, screens }: SessionScreenProps): JSX.Element {
  const texts = app.texts.value;
  const { list, setOpen, allow, news } = screens.campaigns;
  const changing = setOpen.state.value;
  const allowing = allow.state.value;
  return (
    <>
      <Title>{texts.screens.campaigns}</Title>
      <p>{texts.campaigns.introduction}</p>
      <div role="status">
        {news.value !== undefined && <p class="notice good">{newsText(texts.campaigns, news.value)}</p>}
      </div>
      <Problem app={app} problem={changing.kind === "failed" ? changing.problem : undefined} />
      <Problem app={app} problem={allowing.kind === "failed" ? allowing.problem : undefined} />
      <Loaded app={app} resource={list}>
        {(campaigns) =>
          campaigns.length === 0 ? (
            <p class="empty">{texts.campaigns.none}</p>
          ) : (
            <ul class="cards">
              {campaigns.map((campaign) => (
                <CampaignCard key={campaign.id} app={app} screens={screens} campaign={campaign} />
              ))}
            </ul>
          )
        }
      </Loaded>
      <NewCampaign app={app} screens={screens} />
    </>
  );
}

function newsText(texts: CampaignTexts, { kind, title }: CampaignNews): string {
  switch (kind) {
    case "created":
      return texts.created(title);
    case "opened":
      return texts.opened(title);
    case "closed":
      return texts.wasClosed(title);
    case "allowed":
      return texts.allowed;
  }
}

function CampaignCard({ app, screens, campaign }: SessionScreenProps & { readonly campaign: Campaign }): JSX.Element {
  const texts = app.texts.value.campaigns;
  const leads = campaign.leadOrganisationId === screens.session.organisation.id;
  const { setOpen } = screens.campaigns;
  const count = Number(campaign.counter);
  return (
    <li class="card">
      <div class="card-head">
        <h2>{campaign.title}</h2>
        <Pill kind={campaign.open ? "good" : "quiet"}>{campaign.open ? texts.open : texts.closed}</Pill>
      </div>
      <p class="quiet">
        {texts.signatures(app.formats.value.number(count), count)} · {leads ? texts.leads : texts.takesPart} ·{" "}
        <span class="code" dir="ltr">
          {campaign.name}
        </span>
      </p>
      {leads && (
        <>
          <button
            type="button"
            class="small"
            aria-label={campaign.open ? texts.close(campaign.title) : texts.reopen(campaign.title)}
            disabled={setOpen.state.value.kind === "running"}
            onClick={() => void setOpen.start({ campaign, open: !campaign.open })}
          >
            {campaign.open ? texts.closeShort : texts.reopenShort}
          </button>
          <Partner app={app} screens={screens} campaign={campaign} />
          <CampaignMails app={app} screens={screens} campaign={campaign} />
        </>
      )}
    </li>
  );
}

function Partner({ app, screens, campaign }: SessionScreenProps & { readonly campaign: Campaign }): JSX.Element {
  const texts = app.texts.value.campaigns;
  const malformed = useSignal(false);
  const submit = async (entered: FormData, form: HTMLFormElement): Promise<void> => {
    const organisationId = textOf(entered, "partner");
    malformed.value = !isOrganisationId(organisationId);
    if (!malformed.value && (await screens.campaigns.allow.start({ campaign, organisationId }))) form.reset();
  };
  return (
    <details>
      <summary>{texts.partnerTitle}</summary>
      <form onSubmit={onForm(submit)}>
        <Field
          label={texts.partnerId}
          hint={texts.partnerHint}
          problem={malformed.value ? texts.partnerMalformed : undefined}
        >
          {(attributes) => (
            <input {...attributes} name="partner" dir="ltr" autocomplete="off" spellcheck={false} required />
          )}
        </Field>
        <button type="submit">{texts.allow}</button>
      </form>
    </details>
  );
}

function NewCampaign({ app, screens }: SessionScreenProps): JSX.Element {
  const texts = app.texts.value.campaigns;
  const { create } = screens.campaigns;
  const state = create.state.value;
  const name = useSignal("");
  const nameIsOwn = useSignal(false);
  const submit = async (entered: FormData, form: HTMLFormElement): Promise<void> => {
    const input = {
      title: textOf(entered, "title").trim(),
      name: textOf(entered, "name"),
      formSchema: textOf(entered, "form"),
      forcesDelivery: entered.has("forces"),
    };
    if (!(await create.start(input))) return;
    form.reset();
    name.value = "";
    nameIsOwn.value = false;
  };
  return (
    <section class="card">
      <h2>{texts.createTitle}</h2>
      <form onSubmit={onForm(submit)}>
        <Field label={texts.title}>
          {(attributes) => (
            <input
              {...attributes}
              name="title"
              required
              maxLength={200}
              onInput={({ currentTarget }) => {
                if (!nameIsOwn.value) name.value = shortNameOf(currentTarget.value);
              }}
            />
          )}
        </Field>
        <Field label={texts.name} hint={texts.nameHint}>
          {(attributes) => (
            <input
              {...attributes}
              name="name"
              dir="ltr"
              required
              maxLength={64}
              pattern="[a-z0-9]+(-[a-z0-9]+)*"
              autocapitalize="none"
              value={name.value}
              onInput={({ currentTarget }) => {
                name.value = currentTarget.value;
                nameIsOwn.value = currentTarget.value !== "";
              }}
            />
          )}
        </Field>
        <fieldset>
          <legend>{texts.form}</legend>
          <Choice kind="radio" name="form" value="basic/1" checked label={texts.forms.basic} />
          <Choice kind="radio" name="form" value="eci/1" label={texts.forms.eci} />
        </fieldset>
        <Choice name="forces" label={texts.forces} hint={texts.forcesHint} />
        <Problem app={app} problem={state.kind === "failed" ? state.problem : undefined} />
        <button type="submit" class="main" disabled={state.kind === "running"}>
          {texts.create}
        </button>
      </form>
    </section>
  );
}
