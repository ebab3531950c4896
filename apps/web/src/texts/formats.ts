/** Numbers, days and spans of time in a language. */
import type { Locale } from "./texts.ts";

/** Writes values as a language does. */
export interface Formats {
  readonly number: (value: number) => string;
  readonly day: (ms: number) => string;
  readonly dayAndTime: (text: string) => string;
  /** "2 min 5 sec" */
  readonly span: (seconds: number) => string;
}

/** The formats of a language. */
export function createFormats(locale: Locale): Formats {
  const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const days = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
  const times = new Intl.DateTimeFormat(locale, { dateStyle: "short", timeStyle: "short" });
  const unit = (name: "minute" | "second"): Intl.NumberFormat =>
    new Intl.NumberFormat(locale, { style: "unit", unit: name, unitDisplay: "short", maximumFractionDigits: 0 });
  const minutes = unit("minute");
  const seconds = unit("second");
  return {
    number: (value) => numbers.format(value),
    day: (ms) => days.format(new Date(ms)),
    dayAndTime: (text) => (Number.isNaN(Date.parse(text)) ? text : times.format(new Date(text))),
    span: (total) => {
      const whole = Math.max(0, Math.round(total));
      const rest = seconds.format(whole % 60);
      return whole < 60 ? rest : `${minutes.format(Math.floor(whole / 60))} ${rest}`;
    },
  };
}
