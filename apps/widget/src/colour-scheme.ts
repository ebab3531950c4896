/** Whether a site has dark colours: a form in dark colours on a site that stays light would be a hole in the page. */
import type { ColourScheme } from "./frame-messages.ts";

/** What the site says by CSS or its `color-scheme` meta element about the place where `element` stands. */
export function schemeOfSite(element: Element): ColourScheme {
  const declared = document.querySelector<HTMLMetaElement>('meta[name="color-scheme"]')?.content ?? "";
  return `${getComputedStyle(element).colorScheme} ${declared}`.includes("dark") ? "any" : "light";
}
