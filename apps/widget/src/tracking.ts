/** Where a visitor came from, as the campaign marked its own link: no cookies, no identifiers of ours. */
import { formLimits, hasForbiddenCharacter, type Tracking } from "@coterie/actions";

/** The `utm_` parameters of an address, and the address without its query. */
export function trackingOf(address: string): Tracking {
  const url = new URL(address);
  const read = (name: string): string => clean(url.searchParams.get(`utm_${name}`) ?? "");
  return {
    source: read("source"),
    medium: read("medium"),
    campaign: read("campaign"),
    content: read("content"),
    location: clean(`${url.origin}${url.pathname}`),
  };
}

function clean(text: string): string {
  const short = text.slice(0, formLimits.trackingFieldCharacters);
  return hasForbiddenCharacter(short) ? "" : short;
}
