/** The numbers of a campaign. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Campaign, GetStatisticsResponse } from "@coterie/protocol";
import { addressOf } from "../routes/route.ts";
import { daySeries } from "../statistics/day-series.ts";
import { Field, Loaded, Notice, Problem, type ScreenProps, Title } from "./parts.tsx";
import { DayPlot } from "./plots.tsx";
import type { SessionScreenProps } from "./screens.tsx";
import { NotShown, Shares } from "./shares.tsx";

/** The screen. */
export function Statistics({ app, screens }: SessionScreenProps): JSX.Element {
  const texts = app.texts.value;
  return (
    <>
      <Title>{texts.screens.statistics}</Title>
      <p>{texts.statistics.introduction}</p>
      <Loaded app={app} resource={screens.campaigns.list}>
        {(campaigns) =>
          campaigns.length === 0 ? (
            <Notice kind="calm">
              <p>{texts.statistics.needsCampaign}</p>
              <a href={addressOf("campaigns")}>{texts.statistics.toCampaigns}</a>
            </Notice>
          ) : (
            <OfCampaign app={app} screens={screens} campaigns={campaigns} />
          )
        }
      </Loaded>
    </>
  );
}

function OfCampaign({
  app,
  screens,
  campaigns,
}: SessionScreenProps & { readonly campaigns: readonly Campaign[] }): JSX.Element {
  const texts = app.texts.value.statistics;
  const model = screens.statistics;
  const chosen = campaigns.find(({ id }) => id === model.campaignId.value) ?? campaigns[0];
  useEffect(() => void model.look(chosen?.id ?? ""), []);
  const leads = chosen?.leadOrganisationId === screens.session.organisation.id;
  return (
    <>
      <Field label={texts.campaign}>
        {(attributes) => (
          <select
            {...attributes}
            value={chosen?.id ?? ""}
            onChange={({ currentTarget }) => void model.look(currentTarget.value)}
          >
            {campaigns.map(({ id, title }) => (
              <option key={id} value={id}>
                {title}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Loaded app={app} resource={model.numbers}>
        {(loaded) =>
          loaded?.campaignId === chosen?.id ? (
            loaded !== undefined && <Numbers app={app} numbers={loaded.numbers} />
          ) : (
            <p class="quiet">{app.texts.value.loading}</p>
          )
        }
      </Loaded>
      {leads && <Recount app={app} screens={screens} />}
    </>
  );
}

function Numbers({ app, numbers }: ScreenProps & { readonly numbers: GetStatisticsResponse }): JSX.Element {
  const texts = app.texts.value.statistics;
  const { number, region } = app.formats.value;
  const counted = Number(numbers.counted);
  const sourceName = (key: string): string => (key === "" ? texts.noSource : key === "*" ? texts.otherSources : key);
  return (
    <>
      {!numbers.wholeCampaign && <p class="hint">{texts.ownPages}</p>}
      <dl class="figures">
        <div>
          <dt>{texts.counted}</dt>
          <dd>{number(counted)}</dd>
        </div>
        <div>
          <dt>{texts.duplicates}</dt>
          <dd>{number(Number(numbers.duplicates))}</dd>
        </div>
      </dl>
      <p class="hint">{texts.duplicatesHint}</p>
      {counted === 0 ? (
        <p class="empty">{texts.none}</p>
      ) : (
        <>
          <Days app={app} numbers={numbers} />
          <Shares app={app} title={texts.pages} table={numbers.pages} whole={counted} nameOf={(key) => key} />
          <Shares
            app={app}
            title={texts.areas}
            hint={texts.areasHint}
            table={numbers.areas}
            whole={counted}
            nameOf={(key) => (key === "" ? texts.unknownArea : region(key))}
          />
          <Shares
            app={app}
            title={texts.sources}
            hint={texts.sourcesHint}
            table={numbers.sources}
            whole={counted}
            nameOf={sourceName}
          />
        </>
      )}
    </>
  );
}

function Days({ app, numbers }: ScreenProps & { readonly numbers: GetStatisticsResponse }): JSX.Element | null {
  const texts = app.texts.value.statistics;
  const { number, utcDay } = app.formats.value;
  const { days } = numbers;
  if (days === undefined) return null;
  const series = daySeries(days.rows);
  return (
    <section class="card">
      <h2>{texts.days}</h2>
      <DayPlot app={app} days={series} />
      <p class="hint">{texts.gaps}</p>
      <NotShown app={app} table={days} />
      {series.length > 0 && (
        <details>
          <summary>{texts.asTable}</summary>
          <div class="table-box" tabIndex={0} role="region" aria-label={texts.days}>
            <table>
              <thead>
                <tr>
                  <th scope="col">{texts.day}</th>
                  <th scope="col">{texts.counted}</th>
                </tr>
              </thead>
              <tbody>
                {series.map(({ atMs, count }) => (
                  <tr key={atMs}>
                    <td>{utcDay(atMs)}</td>
                    <td>{count === undefined ? "–" : number(count)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </details>
      )}
    </section>
  );
}

function Recount({ app, screens }: SessionScreenProps): JSX.Element {
  const texts = app.texts.value.statistics;
  const { number } = app.formats.value;
  const { recount } = screens.statistics;
  const state = recount.state.value;
  return (
    <section class="card">
      <h2>{texts.recountTitle}</h2>
      <p class="hint">{texts.recountHint}</p>
      <Problem app={app} problem={state.kind === "failed" ? state.problem : undefined} />
      <button type="button" disabled={state.kind === "running"} onClick={() => void recount.start()}>
        {texts.recount}
      </button>
      <p role="status" class="working">
        {state.kind === "running" && texts.recounting}
        {state.kind === "done" &&
          (state.value.corrected === 0 && state.value.before === state.value.after
            ? texts.recountedSame(number(state.value.after))
            : texts.recountedOther(
                number(state.value.after),
                number(state.value.before),
                number(state.value.corrected),
              ))}
      </p>
    </section>
  );
}
