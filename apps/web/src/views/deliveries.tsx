/** Deliveries: pulling, and the webhooks. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { encodeBase64Url } from "@coterie/bytes";
import { Copyable, Loaded, Problem, Title } from "./parts.tsx";
import { NewWebhook } from "./new-webhook.tsx";
import type { SessionScreenProps } from "./screens.tsx";
import { WebhookCard } from "./webhook-card.tsx";

/** The screen. */
export function Deliveries({ app, screens }: SessionScreenProps): JSX.Element {
  const { screens: names, deliveries: texts } = app.texts.value;
  const { webhooks: model } = screens;
  useEffect(() => {
    void model.list.reload();
    void model.keys.reload();
  }, [model]);
  const news = model.news.value;
  const problem = [model.setPaused, model.remove, model.test, model.redrive].flatMap(({ state: { value } }) =>
    value.kind === "failed" ? [value.problem] : [],
  )[0];
  return (
    <>
      <Title>{names.deliveries}</Title>
      <p>{texts.introduction}</p>
      <section class="card">
        <h2>{texts.pullTitle}</h2>
        <p>{texts.pull}</p>
        <Copyable app={app} label={texts.pullLabel} text="coterie contacts sync" />
      </section>
      <h2>{texts.hooksTitle}</h2>
      <div role="status">{news !== undefined && <p class="notice good">{texts.news[news]}</p>}</div>
      <Problem app={app} problem={problem} />
      <Loaded app={app} resource={model.list}>
        {(webhooks) =>
          webhooks.length === 0 ? (
            <p class="empty">{texts.none}</p>
          ) : (
            <ul class="cards">
              {webhooks.map((webhook) => (
                <WebhookCard key={webhook.id} app={app} screens={screens} webhook={webhook} />
              ))}
            </ul>
          )
        }
      </Loaded>
      <NewWebhook app={app} screens={screens} />
      <Loaded app={app} resource={model.keys}>
        {(keys) =>
          keys.length > 0 && (
            <section class="card">
              <h2>{texts.keysTitle}</h2>
              <p class="hint">{texts.keysHint}</p>
              {keys.map((key) => {
                const text = encodeBase64Url(key.public);
                return <Copyable key={text} app={app} label={texts.keysTitle} text={text} />;
              })}
            </section>
          )
        }
      </Loaded>
    </>
  );
}
