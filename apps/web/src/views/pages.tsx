/** The action pages, with the code for the organisation's site. */
import type { JSX } from "preact";
import { type ActionPage, Sealing } from "@coterie/protocol";
import { pageSnippet } from "../pages/page-snippet.ts";
import { addressOf } from "../routes/route.ts";
import { Copyable, Loaded, Notice, Pill, Title } from "./parts.tsx";
import { NewPage } from "./new-page.tsx";
import type { SessionScreenProps } from "./screens.tsx";

/** The list and the form of a new one. */
export function Pages({ app, screens }: SessionScreenProps): JSX.Element {
  const texts = app.texts.value;
  const { created, list } = screens.pages;
  return (
    <>
      <Title>{texts.screens.pages}</Title>
      <p>{texts.pages.introduction}</p>
      <div role="status">
        {created.value !== undefined && <p class="notice good">{texts.pages.created(created.value)}</p>}
      </div>
      <Loaded app={app} resource={list}>
        {(pages) =>
          pages.length === 0 ? (
            <p class="empty">{texts.pages.none}</p>
          ) : (
            <ul class="cards">
              {pages.map((page) => (
                <PageCard key={page.id} app={app} screens={screens} page={page} />
              ))}
            </ul>
          )
        }
      </Loaded>
      <Loaded app={app} resource={screens.campaigns.list}>
        {(campaigns) =>
          campaigns.length === 0 ? (
            <Notice kind="calm">{texts.pages.needsCampaign}</Notice>
          ) : (
            <NewPage app={app} screens={screens} campaigns={campaigns} />
          )
        }
      </Loaded>
    </>
  );
}

function PageCard({ app, screens, page }: SessionScreenProps & { readonly page: ActionPage }): JSX.Element {
  const texts = app.texts.value.pages;
  const { origin } = app.platform;
  const inBrowser = page.sealing === Sealing.BROWSER;
  const snippet = pageSnippet({ page, origin, script: screens.pages.script.value });
  return (
    <li class="card">
      <div class="card-head">
        <h2>{page.name}</h2>
        <Pill kind={page.accepting ? "good" : "warn"}>{page.accepting ? texts.accepting : texts.notAccepting}</Pill>
      </div>
      {!page.accepting && <p class="hint">{texts.notAcceptingHint}</p>}
      <p class="quiet">
        {page.campaignTitle} · {page.locale} · {inBrowser ? texts.browser : texts.gateway}
      </p>
      <p>
        <span class="quiet">{texts.receivers}: </span>
        {page.receivers.map(({ organisationId, organisationName, publicKey }, index) => (
          <span key={organisationId}>
            {index > 0 && ", "}
            {organisationName}
            {publicKey === undefined && ` (${texts.noKey})`}
          </span>
        ))}
      </p>
      <p>
        <a href={`/p/${page.name}`} target="_blank" rel="noopener noreferrer">
          {texts.openPage}
        </a>
        {" · "}
        <a href={addressOf("page-settings", page.name)}>{app.texts.value.pageSettings.link}</a>
        {" · "}
        <a href={addressOf("page-mails", page.name)}>{app.texts.value.mails.link}</a>
      </p>
      <details>
        <summary>{texts.snippet}</summary>
        <p class="hint">{texts.snippetHint}</p>
        {inBrowser && <p class="hint">{snippet.includes("clog1") ? texts.snippetPinsLog : texts.snippetPins}</p>}
        <Copyable app={app} label={`${texts.snippet}: ${page.name}`} text={snippet} lines={6} />
      </details>
    </li>
  );
}
