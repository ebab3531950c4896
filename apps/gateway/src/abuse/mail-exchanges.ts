/**
 * Whether a domain takes mail at all, as DNS says (docs/protocol/abuse.md §5). What cannot be found out in time counts as a yes: a name
 * server that does not answer must not cost anybody their signature.
 */
import { Resolver } from "node:dns/promises";
import type { GatewayDeps } from "../deps.ts";
import { errorCode } from "../log/log.ts";

/** Asks, or remembers. */
export interface MailExchanges {
  /** False only where DNS says so. */
  readonly takesMail: (domain: string) => Promise<boolean>;
}

/** Times and sizes of looking up. */
export const dnsLimits: {
  readonly answerMs: number;
  readonly known: number;
  readonly knownMs: number;
  readonly unknownMs: number;
  readonly asking: number;
} = {
  /** All questions about one domain together. */
  answerMs: 2000,
  /** Domains remembered; the oldest are forgotten first. */
  known: 10_000,
  knownMs: 60 * 60 * 1000,
  /** What could not be found out is asked again after this. */
  unknownMs: 60 * 1000,
  /** Domains asked for at once; beyond, nobody waits. */
  asking: 64,
};

interface Known {
  readonly answer: Promise<boolean | "unknown">;
  readonly askedAtMs: number;
  /** Shorter once it turns out that nobody knows. */
  readonly life: { lifeMs: number };
}

/** Exchanges by the system's name servers, or these. */
export function createMailExchanges(
  { now }: Pick<GatewayDeps, "now">,
  { nameServers }: { readonly nameServers?: readonly string[] | undefined },
): MailExchanges {
  const known = new Map<string, Known>();
  let asking = 0;
  const ask = (domain: string): Known => {
    const life = { lifeMs: dnsLimits.knownMs };
    const answer = (async () => {
      asking++;
      const found = await askInTime(domain, nameServers);
      asking--;
      if (found === "unknown") life.lifeMs = dnsLimits.unknownMs;
      return found;
    })();
    const entry: Known = { answer, askedAtMs: now(), life };
    known.set(domain, entry);
    if (known.size > dnsLimits.known) {
      const oldest = known.keys().next();
      if (oldest.done !== true) known.delete(oldest.value);
    }
    return entry;
  };
  return {
    takesMail: async (domain) => {
      const last = known.get(domain);
      const ageMs = last === undefined ? Number.POSITIVE_INFINITY : now() - last.askedAtMs;
      const isFresh = last !== undefined && ageMs >= 0 && ageMs < last.life.lifeMs;
      if (!isFresh && asking >= dnsLimits.asking) return true;
      const { answer } = isFresh ? last : ask(domain);
      return (await answer) !== false;
    },
  };
}

async function askInTime(domain: string, nameServers: readonly string[] | undefined): Promise<boolean | "unknown"> {
  // One for each domain: it can be cancelled alone.
  const resolver = new Resolver({ timeout: dnsLimits.answerMs, tries: 1 });
  if (nameServers !== undefined) resolver.setServers(nameServers);
  const timer = setTimeout(() => resolver.cancel(), dnsLimits.answerMs);
  try {
    return await askFor(resolver, domain);
  } catch (error) {
    return errorCode(error) === "ENOTFOUND" ? false : "unknown";
  } finally {
    clearTimeout(timer);
  }
}

/** Exchanges, of which a single empty one says "no mail" (RFC 7505), or without any the domain's own address (RFC 5321 §5.1). */
async function askFor(resolver: Resolver, domain: string): Promise<boolean> {
  const exchanges = await orNone(resolver.resolveMx(domain));
  if (exchanges.length > 0) return exchanges.some(({ exchange }) => exchange !== "" && exchange !== ".");
  if ((await orNone(resolver.resolve4(domain))).length > 0) return true;
  return (await orNone(resolver.resolve6(domain))).length > 0;
}

async function orNone<Entry>(question: Promise<Entry[]>): Promise<Entry[]> {
  return await question.catch((error: unknown) => {
    if (errorCode(error) === "ENODATA") return [];
    throw error;
  });
}
