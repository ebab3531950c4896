/** The overview: who this is, and what is still missing before signatures arrive. */
import type { JSX } from "preact";
import { KeyState } from "@coterie/protocol";
import { fingerprintOf } from "../session/signing-key-pin.ts";
import { addressOf, type ScreenName } from "../routes/route.ts";
import { Notices } from "./notices.tsx";
import { Copyable, Loaded, Pill, type ScreenProps, Title } from "./parts.tsx";
import type { SessionScreenProps } from "./screens.tsx";

/** The first screen. */
export function Overview({ app, screens }: SessionScreenProps): JSX.Element {
  const texts = app.texts.value.overview;
  const { organisation, gatewaySigningKey } = screens.session;
  return (
    <>
      <Title>{organisation.title}</Title>
      <Notices app={app} screens={screens} />
      <Loaded app={app} resource={screens.campaigns.list}>
        {(campaigns) => (
          <Loaded app={app} resource={screens.pages.list}>
            {(pages) => (
              <Loaded app={app} resource={screens.keys}>
                {(keys) => {
                  const signatures = campaigns.reduce((sum, { counter }) => sum + Number(counter), 0);
                  const hasKey = keys.some(({ state }) => state === KeyState.ACTIVE);
                  return (
                    <>
                      <dl class="figures">
                        <Figure app={app} label={texts.signatures} value={signatures} />
                        <Figure app={app} label={texts.campaigns} value={campaigns.length} />
                        <Figure app={app} label={texts.pages} value={pages.length} />
                      </dl>
                      <section class="card">
                        <h2>{texts.nextTitle}</h2>
                        <ol class="todo">
                          <Step app={app} screen={hasKey ? "keys" : "new-key"} done={hasKey} text={texts.nextKey} />
                          <Step app={app} screen="campaigns" done={campaigns.length > 0} text={texts.nextCampaign} />
                          <Step app={app} screen="pages" done={pages.length > 0} text={texts.nextPage} />
                          <Step app={app} screen="contacts" text={texts.nextContacts} />
                        </ol>
                      </section>
                    </>
                  );
                }}
              </Loaded>
            )}
          </Loaded>
        )}
      </Loaded>
      <section class="card">
        <h2>{texts.id}</h2>
        <p class="hint">{texts.idHint}</p>
        <Copyable app={app} label={texts.id} text={organisation.id} lines={2} />
        <h2>{texts.signingKey}</h2>
        <p class="hint">{texts.signingKeyHint}</p>
        <p class="code" dir="ltr">
          {fingerprintOf(gatewaySigningKey)}
        </p>
      </section>
    </>
  );
}

function Figure({ app, label, value }: ScreenProps & { readonly label: string; readonly value: number }): JSX.Element {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{app.formats.value.number(value)}</dd>
    </div>
  );
}

function Step({
  app,
  screen,
  done,
  text,
}: ScreenProps & { readonly screen: ScreenName; readonly done?: boolean; readonly text: string }): JSX.Element {
  const texts = app.texts.value.overview;
  return (
    <li>
      <a href={addressOf(screen)}>{text}</a>{" "}
      {done !== undefined && <Pill kind={done ? "good" : "quiet"}>{done ? texts.done : texts.toDo}</Pill>}
    </li>
  );
}
