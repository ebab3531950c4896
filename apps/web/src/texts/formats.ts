/** Numbers, days and spans of time in a language. */
import type { Locale } from "./texts.ts";

/** Writes values as a language does. */
export interface Formats {
  readonly number: (value: number) => string;
  readonly day: (ms: number) => string;
  /** A day that is counted in UTC. */
  readonly utcDay: (ms: number) => string;
  /** 0.25 as "25 %". */
  readonly percent: (part: number) => string;
  /** A country by its ISO 3166-1 code. */
  readonly region: (code: string) => string;
  readonly dayAndTime: (text: string) => string;
  /** "2 min 5 sec" */
  readonly span: (seconds: number) => string;
}

/** The formats of a language. */
export function createFormats(locale: Locale): Formats {
  const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const days = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
  const utcDays = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
  const percents = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
  const regions = new Intl.DisplayNames(locale, { type: "region", fallback: "code" });
  const times = new Intl.DateTimeFormat(locale, { dateStyle: "short", timeStyle: "short" });
  const unit = (name: "minute" | "second"): Intl.NumberFormat =>
    new Intl.NumberFormat(locale, { style: "unit", unit: name, unitDisplay: "short", maximumFractionDigits: 0 });
  const minutes = unit("minute");
  const seconds = unit("second");
  return {
    number: (value) => numbers.format(value),
    day: (ms) => days.format(new Date(ms)),
    utcDay: (ms) => utcDays.format(new Date(ms)),
    percent: (part) => percents.format(part),
    region: (code) => (/^[A-Z]{2}$/.test(code) ? (regions.of(code) ?? code) : code),
    dayAndTime: (text) => (Number.isNaN(Date.parse(text)) ? text : times.format(new Date(text))),
    span: (total) => {
      const whole = Math.max(0, Math.round(total));
      const rest = seconds.format(whole % 60);
      return whole < 60 ? rest : `${minutes.format(Math.floor(whole / 60))} ${rest}`;
    },
  };
}
