/** The keys of the organisation, with their states. */
import type { JSX } from "preact";
import { KeyState, type OrganisationKey } from "@coterie/protocol";
import { addressOf } from "../routes/route.ts";
import type { VerifiedLog } from "../keys/log-jobs.ts";
import type { AppModel } from "../model/app-model.ts";
import { LogWarning } from "./key-log.tsx";
import { Loaded, Notice, Pill, Title } from "./parts.tsx";
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
        <a class="button" href={addressOf("key-log")}>
          {texts.keyLog.link}
        </a>
      </p>
      <LogState app={app} screens={screens} />
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

/** What the log says that needs somebody to act; nothing where all is well. */
function LogState({ app, screens }: SessionScreenProps): JSX.Element | null {
  const { value } = screens.keyLog.view.state;
  if (value.kind !== "loaded" || value.value.kind === "none") return null;
  if (value.value.kind === "verified") return <LogWarning app={app} log={value.value.log} />;
  const texts = app.texts.value;
  return (
    <Notice kind="bad">
      <p>{texts.problems[value.value.problem]}</p>
      <a href={addressOf("key-log")}>{texts.keyLog.link}</a>
    </Notice>
  );
}

interface ShownState {
  readonly kind: "good" | "quiet" | "warn" | "bad";
  readonly name: string;
  readonly hint: string;
}

/** What the gateway says, made exact by the verified log, where there is one. */
function stateOf({ app, screens }: SessionScreenProps, key: OrganisationKey): ShownState {
  const texts = app.texts.value.keys;
  const view = screens.keyLog.view.state.value;
  const byLog =
    view.kind === "loaded" && view.value.kind === "verified" ? logStateOf(app, view.value.log, key.id) : undefined;
  if (byLog !== undefined) return byLog;
  const isActive = key.state === KeyState.ACTIVE;
  const state = isActive ? "active" : key.state === KeyState.RETIRED ? "retired" : "imported";
  const atMs = Number(state === "imported" ? key.importedAtMs : key.activatedAtMs);
  const since = atMs > 0 ? ` (${texts.since(app.formats.value.day(atMs))})` : "";
  return { kind: isActive ? "good" : "quiet", name: texts.states[state], hint: `${texts.stateHints[state]}${since}` };
}

function logStateOf(app: AppModel, { keys, lines }: VerifiedLog, keyId: string): ShownState | undefined {
  const { keys: texts, keyLog } = app.texts.value;
  const { day } = app.formats.value;
  const { active, scheduled, inGrace, revoked } = keys;
  if (active?.keyId === keyId) {
    const until = keyLog.stateHints.activeUntil(day(active.validUntilMs));
    return { kind: "good", name: texts.states.active, hint: `${texts.stateHints.active} ${until}` };
  }
  const gone = revoked.find((one) => one.keyId === keyId);
  if (gone !== undefined)
    return { kind: "bad", name: keyLog.states.revoked, hint: keyLog.stateHints.revoked(day(gone.sinceMs)) };
  const grace = inGrace.find((one) => one.keyId === keyId);
  if (grace !== undefined)
    return { kind: "warn", name: keyLog.states.inGrace, hint: keyLog.stateHints.inGrace(day(grace.acceptedUntilMs)) };
  const later = scheduled.find((one) => one.keyId === keyId);
  if (later !== undefined)
    return { kind: "quiet", name: keyLog.states.scheduled, hint: keyLog.stateHints.scheduled(day(later.validFromMs)) };
  const last = lines.findLast((line) => line.keyId === keyId);
  if (last === undefined) return undefined;
  return last.kind === "activate"
    ? { kind: "warn", name: keyLog.states.expired, hint: keyLog.stateHints.expired }
    : { kind: "quiet", name: texts.states.retired, hint: texts.stateHints.retired };
}

function KeyCard(props: SessionScreenProps & { readonly organisationKey: OrganisationKey }): JSX.Element {
  const { organisationKey: key } = props;
  const { kind, name, hint } = stateOf(props, key);
  return (
    <li class="card">
      <div class="card-head">
        <h2>{key.label === "" ? key.id.slice(-6) : key.label}</h2>
        <Pill kind={kind}>{name}</Pill>
      </div>
      <p class="code" dir="ltr">
        {key.id}
      </p>
      <p class="hint">{hint}</p>
    </li>
  );
}
