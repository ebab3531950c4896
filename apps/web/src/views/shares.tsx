/** Numbers by name as a table whose rows have bars, with what is not shown explained. */
import type { JSX } from "preact";
import type { StatisticsTable } from "@coterie/protocol";
import type { ScreenProps } from "./parts.tsx";
import { ShareBar } from "./plots.tsx";

interface SharesProps extends ScreenProps {
  readonly title: string;
  readonly hint?: string;
  readonly table: StatisticsTable | undefined;
  readonly whole: number;
  readonly nameOf: (key: string) => string;
}

/** The card; nothing where there is nothing to show. */
export function Shares({ app, title, hint, table, whole, nameOf }: SharesProps): JSX.Element | null {
  const texts = app.texts.value.statistics;
  if (table === undefined || (table.rows.length === 0 && table.notShown === 0n)) return null;
  return (
    <section class="card">
      <h2>{title}</h2>
      {hint !== undefined && <p class="hint">{hint}</p>}
      <Rows app={app} title={title} table={table} whole={whole} nameOf={nameOf} />
      <NotShown app={app} table={table} />
      {table.rows.map(
        ({ key, counted, parts }) =>
          parts !== undefined &&
          parts.rows.length > 0 && (
            <details key={key}>
              <summary>{texts.regionsOf(nameOf(key))}</summary>
              <Rows
                app={app}
                title={texts.regionsOf(nameOf(key))}
                table={parts}
                whole={Number(counted)}
                nameOf={(part) => (part.includes(" ") ? part.slice(part.indexOf(" ") + 1) : texts.noRegion)}
              />
              <NotShown app={app} table={parts} />
            </details>
          ),
      )}
    </section>
  );
}

function Rows({ app, title, table, whole, nameOf }: SharesProps & { readonly table: StatisticsTable }): JSX.Element {
  const texts = app.texts.value.statistics;
  const { number, percent } = app.formats.value;
  return (
    <table class="shares" aria-label={title}>
      <thead>
        <tr>
          <th scope="col">{texts.name}</th>
          <th scope="col">{texts.share}</th>
          <th scope="col" class="figure">
            {texts.counted}
          </th>
        </tr>
      </thead>
      <tbody>
        {table.rows.map(({ key, counted }) => (
          <tr key={key}>
            <th scope="row">
              <bdi>{nameOf(key)}</bdi>
            </th>
            <td>
              <ShareBar part={Number(counted)} whole={whole} />
              <span class="quiet">{percent(whole === 0 ? 0 : Number(counted) / whole)}</span>
            </td>
            <td class="figure">{number(Number(counted))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** How many are in rows that are not shown, and why. */
export function NotShown({ app, table }: ScreenProps & { readonly table: StatisticsTable }): JSX.Element | null {
  if (table.notShown === 0n) return null;
  const count = app.formats.value.number(Number(table.notShown));
  return <p class="hint">{app.texts.value.statistics.notShown(count)}</p>;
}
