/** Asking what a name leads to: every address, anew at each attempt, with a limit on time. */
import { Resolver } from "node:dns/promises";
import { isIP } from "node:net";
import { errorCode } from "../log/log.ts";

/** Every address of a name; none where it has none. Throws where the name servers do not answer. */
export type ResolveHost = (host: string) => Promise<readonly string[]>;

/**
 * Asks the name servers of this machine (or `servers`). Not the system's own function: that one cannot be given a limit, and waits
 * in threads that everything else needs. Names of a hosts file are therefore not known here.
 */
export function createHostResolver(servers?: readonly string[]): ResolveHost {
  return async (host) => {
    if (isIP(host) !== 0) return [host];
    const resolver = new Resolver({ timeout: 2000, tries: 2 });
    if (servers !== undefined) resolver.setServers(servers);
    const [v4, v6] = await Promise.all([orNone(resolver.resolve4(host)), orNone(resolver.resolve6(host))]);
    return [...v4, ...v6];
  };
}

async function orNone(addresses: Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await addresses;
  } catch (error) {
    if (["ENODATA", "ENOTFOUND"].includes(errorCode(error))) return [];
    throw error;
  }
}
