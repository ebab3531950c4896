/**
 * Plots, drawn by hand: a few rectangles. Words stand around them as text, so that they stay readable at every width and in
 * both directions of writing; each plot has its numbers beside it, or as a table.
 */
import type { JSX } from "preact";
import { type DayCount, roundTop } from "../statistics/day-series.ts";
import type { ScreenProps } from "./parts.tsx";

/** Bars over days. */
export function DayPlot({ app, days }: ScreenProps & { readonly days: readonly DayCount[] }): JSX.Element | null {
  const texts = app.texts.value.statistics;
  const { number, utcDay } = app.formats.value;
  const [first, last] = [days[0], days.at(-1)];
  const peak = days.reduce((best, day) => ((day.count ?? 0) > (best.count ?? 0) ? day : best), { atMs: 0, count: 0 });
  if (first === undefined || last === undefined) return null;
  const top = roundTop(peak.count ?? 0);
  const middle = days[Math.floor(days.length / 2)];
  return (
    <figure class="plot">
      <figcaption>
        {texts.daysSummary(utcDay(first.atMs), utcDay(last.atMs), utcDay(peak.atMs), number(peak.count ?? 0))}
      </figcaption>
      <div class="plot-top" aria-hidden="true">
        {number(top)}
      </div>
      <svg class="day-plot" viewBox={`0 0 ${days.length} 100`} preserveAspectRatio="none" aria-hidden="true">
        <path class="grid" d={`M0 0H${days.length}M0 50H${days.length}M0 100H${days.length}`} />
        {days.map(({ atMs, count }, index) =>
          count === undefined ? null : (
            <rect
              key={atMs}
              x={index + barGap(days.length)}
              y={100 - (count * 100) / top}
              width={1 - 2 * barGap(days.length)}
              height={(count * 100) / top}
            >
              <title>{`${utcDay(atMs)}: ${number(count)}`}</title>
            </rect>
          ),
        )}
      </svg>
      <div class="plot-days" aria-hidden="true">
        <span>{utcDay(first.atMs)}</span>
        {days.length > 9 && middle !== undefined && <span class="middle">{utcDay(middle.atMs)}</span>}
        {days.length > 1 && <span>{utcDay(last.atMs)}</span>}
      </div>
    </figure>
  );
}

// Where there are many, gaps would be finer than a pixel.
function barGap(days: number): number {
  return days > 120 ? 0 : 0.1;
}

/** The share of a row as a bar. Its number stands beside it. */
export function ShareBar({ part, whole }: { readonly part: number; readonly whole: number }): JSX.Element {
  const percent = whole === 0 ? 0 : (part * 100) / whole;
  return (
    <svg class="share" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
      <rect class="ground" width={100} height={1} />
      <rect width={percent} height={1} />
    </svg>
  );
}
