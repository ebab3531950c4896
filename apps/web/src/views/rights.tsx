/** What persons may ask for, and how long campaigns keep them. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { ErasePerson } from "./erase-person.tsx";
import { Field, Loaded, Notice, onForm, Problem, textOf, Title } from "./parts.tsx";
import { Retention } from "./retention.tsx";
import type { SessionScreenProps } from "./screens.tsx";
import { consentProof, type FoundPerson } from "../rights/rights-model.ts";

/** The screen. What was found is forgotten with it. */
export function Rights({ app, screens }: SessionScreenProps): JSX.Element {
  const texts = app.texts.value;
  const { find, erase, forget } = screens.rights;
  useEffect(() => forget, []);
  const [finding, erasing] = [find.state.value, erase.state.value];
  const search = (entered: FormData): Promise<boolean> => {
    erase.reset();
    return find.start(textOf(entered, "email").trim());
  };
  return (
    <>
      <Title>{texts.screens.rights}</Title>
      <p>{texts.rights.introduction}</p>
      <section class="card">
        <h2>{texts.rights.findTitle}</h2>
        <p class="hint">{texts.rights.findHint}</p>
        <form onSubmit={onForm(search)}>
          <Field label={texts.rights.email}>
            {(attributes) => (
              <input {...attributes} name="email" type="email" dir="ltr" required maxLength={254} autocomplete="off" />
            )}
          </Field>
          <Problem app={app} problem={finding.kind === "failed" ? finding.problem : undefined} />
          <button type="submit" class="main" disabled={finding.kind === "running"}>
            {texts.rights.find}
          </button>
        </form>
        <div role="status">
          {erasing.kind === "done" && (
            <Notice kind="good">
              <p>{texts.rights.erased(app.formats.value.number(erasing.value))}</p>
              <p>{texts.rights.copies}</p>
            </Notice>
          )}
        </div>
        {finding.kind === "done" && <Found app={app} screens={screens} found={finding.value} />}
      </section>
      <section class="card">
        <h2>{texts.rights.retentionTitle}</h2>
        <p class="hint">{texts.rights.retentionHint}</p>
        <Loaded app={app} resource={screens.campaigns.list}>
          {(campaigns) =>
            campaigns.length === 0 ? (
              <p class="quiet">{texts.rights.noCampaigns}</p>
            ) : (
              <>
                {campaigns.map((campaign) => (
                  <Retention key={campaign.id} app={app} screens={screens} campaign={campaign} />
                ))}
              </>
            )
          }
        </Loaded>
      </section>
    </>
  );
}

function Found({ app, screens, found }: SessionScreenProps & { readonly found: FoundPerson }): JSX.Element {
  const texts = app.texts.value.rights;
  const { number } = app.formats.value;
  const { contacts } = found;
  if (contacts.length === 0) return <Notice kind="calm">{texts.none}</Notice>;
  const title = texts.found(number(contacts.length));
  const save = (): void => {
    const content = new Blob([consentProof(found)], { type: "text/csv;charset=utf-8" });
    app.platform.saveBlob({ name: "consent.csv", content });
  };
  return (
    <>
      <h3>{title}</h3>
      <FoundTable app={app} screens={screens} found={found} title={title} />
      <p>
        <button type="button" class="small" onClick={save}>
          {texts.proof}
        </button>
      </p>
      <ErasePerson app={app} screens={screens} found={found} />
    </>
  );
}

function FoundTable({
  app,
  found: { contacts },
  title,
}: SessionScreenProps & { readonly found: FoundPerson; readonly title: string }): JSX.Element {
  const texts = app.texts.value.rights;
  const formats = app.formats.value;
  const optIns: Readonly<Record<string, string>> = texts.optIns;
  const confirmations: Readonly<Record<string, string>> = texts.confirmations;
  return (
    <div class="table-box" tabIndex={0} role="region" aria-label={title}>
      <table>
        <thead>
          <tr>
            <th scope="col">{texts.campaign}</th>
            <th scope="col">{texts.page}</th>
            <th scope="col">{texts.signed}</th>
            <th scope="col">{texts.consent}</th>
          </tr>
        </thead>
        <tbody>
          {contacts.map((contact) => {
            const confirmation = confirmations[contact.confirmation] ?? "";
            return (
              <tr key={contact.actionId}>
                <td>{contact.campaignName}</td>
                <td>{contact.pageName}</td>
                <td>{formats.dayAndTime(new Date(Number(contact.createdAtMs)).toISOString())}</td>
                <td>
                  {optIns[contact.optIn] ?? contact.optIn}
                  {confirmation !== "" && ` (${confirmation})`}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
