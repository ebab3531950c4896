/** Listening everywhere, a gateway does not know its own name: it would write an address into snippets and mails that nobody reaches. */
import type { GatewayOptions } from "../options.ts";

/** What to tell the operator; undefined where the public address is known, or is where the gateway listens. */
export function warnOfAddress({ host, origin }: Pick<GatewayOptions, "host" | "origin">): string | undefined {
  if (origin !== undefined || (host !== "0.0.0.0" && host !== "::")) return undefined;
  return `Warning: HOST is ${host} without COTERIE_ORIGIN, so snippets, links and mails name an address that others cannot reach.`;
}
