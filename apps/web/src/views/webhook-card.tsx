/** One webhook: how it does, what can be done with it, and its dead letters. */
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { type DeadLetter, type Webhook, type WebhookAttempt, WebhookState } from "@coterie/protocol";
import type { AppModel } from "../model/app-model.ts";
import { Loaded, Pill, type ScreenProps } from "./parts.tsx";
import type { SessionScreenProps } from "./screens.tsx";
import { Sure } from "./sure.tsx";

interface CardProps extends SessionScreenProps {
  readonly webhook: Webhook;
}

type StateName = "active" | "paused" | "suspended";

/** The card. */
export function WebhookCard({ app, screens, webhook }: CardProps): JSX.Element {
  const texts = app.texts.value.deliveries;
  const state = stateOf(webhook);
  const pills = { active: "good", paused: "quiet", suspended: "bad" } as const;
  return (
    <li class="card">
      <div class="card-head">
        <h3 class="code" dir="ltr">
          {webhook.url}
        </h3>
        <Pill kind={pills[state]}>{texts.states[state]}</Pill>
      </div>
      {state === "suspended" && <p class="problem">{texts.suspendedHint}</p>}
      <Health app={app} webhook={webhook} />
      <Actions app={app} screens={screens} webhook={webhook} />
      {webhook.deadLetters > 0 && <DeadLetters app={app} screens={screens} webhook={webhook} />}
    </li>
  );
}

function Health({ app, webhook }: ScreenProps & { readonly webhook: Webhook }): JSX.Element {
  const texts = app.texts.value.deliveries;
  const formats = app.formats.value;
  const time = (ms: bigint): string => formats.dayAndTime(new Date(Number(ms)).toISOString());
  const { lastDeliveredAtMs, failingSinceMs, waiting, lastAttempt } = webhook;
  return (
    <>
      {failingSinceMs > 0n && <p class="warned">{texts.failing(time(failingSinceMs))}</p>}
      <p class="quiet">
        {texts.waiting(formats.number(Number(waiting)))} ·{" "}
        {lastDeliveredAtMs === 0n ? texts.neverDelivered : texts.lastDelivered(time(lastDeliveredAtMs))}
      </p>
      {lastAttempt !== undefined && lastAttempt.outcome !== "delivered" && (
        <p class="quiet">{texts.lastAttempt(time(lastAttempt.atMs), outcomeText(app, lastAttempt))}</p>
      )}
    </>
  );
}

function Actions({ app, screens, webhook }: CardProps): JSX.Element {
  const texts = app.texts.value.deliveries;
  const model = screens.webhooks;
  const isActive = stateOf(webhook) === "active";
  const testing = model.test.state.value;
  const busy = [model.setPaused, model.remove, model.test].some(({ state }) => state.value.kind === "running");
  return (
    <>
      <p class="actions">
        <button
          type="button"
          class="small"
          disabled={busy}
          onClick={() => void model.setPaused.start({ webhook, paused: isActive })}
        >
          {isActive ? texts.pause : texts.resume}
        </button>
        <button type="button" class="small" disabled={busy} onClick={() => void model.test.start(webhook)}>
          {texts.test}
        </button>
        <Sure
          label={texts.remove}
          about={`${texts.remove}: ${webhook.url}`}
          question={texts.removeSure}
          yes={texts.removeYes}
          no={texts.keep}
          disabled={busy}
          onYes={() => void model.remove.start(webhook)}
        />
      </p>
      <p role="status" class="said-line">
        {testing.kind === "done" && testing.value.webhookId === webhook.id
          ? texts.tested(outcomeText(app, testing.value.attempt))
          : ""}
      </p>
    </>
  );
}

function DeadLetters({ app, screens, webhook }: CardProps): JSX.Element {
  const texts = app.texts.value.deliveries;
  const formats = app.formats.value;
  const isOpen = useSignal(false);
  const letters = screens.webhooks.deadLetters(webhook.id);
  const { redrive } = screens.webhooks;
  return (
    <details
      onToggle={({ currentTarget }) => {
        if (currentTarget.open && !isOpen.value) void letters.reload();
        isOpen.value = currentTarget.open;
      }}
    >
      <summary>{texts.deadTitle(formats.number(webhook.deadLetters))}</summary>
      <p class="hint">{texts.deadHint}</p>
      <p>
        <button
          type="button"
          class="small"
          disabled={redrive.state.value.kind === "running"}
          onClick={() => void redrive.start(webhook)}
        >
          {texts.redrive}
        </button>
      </p>
      {isOpen.value && (
        <Loaded app={app} resource={letters}>
          {(list) => <LetterTable app={app} letters={list} title={texts.deadTitle(formats.number(list.length))} />}
        </Loaded>
      )}
    </details>
  );
}

function LetterTable({
  app,
  letters,
  title,
}: ScreenProps & { readonly letters: readonly DeadLetter[]; readonly title: string }): JSX.Element {
  const texts = app.texts.value.deliveries;
  const formats = app.formats.value;
  return (
    <div class="table-box" tabIndex={0} role="region" aria-label={title}>
      <table>
        <thead>
          <tr>
            <th scope="col">{texts.letter}</th>
            <th scope="col">{texts.size}</th>
            <th scope="col">{texts.attempts}</th>
            <th scope="col">{texts.lastAnswer}</th>
          </tr>
        </thead>
        <tbody>
          {letters.map(({ id, size, attempts, lastAttempt }) => (
            <tr key={id}>
              <td class="code" dir="ltr">{`…${id.slice(-12)}`}</td>
              <td>{formats.number(size)}</td>
              <td>{formats.number(attempts)}</td>
              <td>{lastAttempt === undefined ? "" : outcomeText(app, lastAttempt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What came of an attempt, with the status where there was one. */
function outcomeText(app: AppModel, { outcome, status }: WebhookAttempt): string {
  const known: Readonly<Record<string, string>> = app.texts.value.deliveries.outcomes;
  const text = Object.hasOwn(known, outcome) ? (known[outcome] ?? outcome) : outcome;
  return status === 0 ? text : `${text} (${status})`;
}

function stateOf({ state }: Webhook): StateName {
  if (state === WebhookState.SUSPENDED) return "suspended";
  return state === WebhookState.PAUSED ? "paused" : "active";
}
