/**
 * The operator's list of domains whose addresses are not taken (docs/protocol/abuse.md §5): one a line, "#" begins a comment. Read again
 * when the file changes, so that a list that somebody maintains can be put in its place at any time.
 */
import { readFile, stat } from "node:fs/promises";
import { domainToASCII } from "node:url";
import type { GatewayDeps } from "../deps.ts";
import { StartError } from "../errors.ts";
import { errorCode } from "../log/log.ts";

/** A list that is looked into. */
export interface RefusedDomains {
  /** Whether the domain, or one that it belongs to, stands in the list. Takes the ASCII form in lower case. */
  readonly has: (domain: string) => Promise<boolean>;
}

const lookAgainMs = 10_000;
const mostBytes = 32 * 1024 * 1024;

interface List {
  readonly domains: ReadonlySet<string>;
  readonly mtimeMs: number;
}

/** The list in `file`. Throws StartError where it cannot be read now; later the last one that could be read holds. */
export async function loadRefusedDomains(
  { now, log }: Pick<GatewayDeps, "now" | "log">,
  file: string,
): Promise<RefusedDomains> {
  const first = await readList(file).catch(() => undefined);
  if (first === undefined) throw new StartError(`the list of refused domains ${file} cannot be read`);
  let list: List = first;
  let lookedAtMs = now();
  log({ event: "refused-domains-read", domains: list.domains.size });
  const refresh = async (): Promise<void> => {
    try {
      const next = await readList(file, list.mtimeMs);
      if (next === undefined) return;
      list = next;
      log({ event: "refused-domains-read", domains: list.domains.size });
    } catch (error) {
      log({ event: "refused-domains-unreadable", code: errorCode(error) });
    }
  };
  return {
    has: async (domain) => {
      const elapsedMs = now() - lookedAtMs;
      if (elapsedMs >= lookAgainMs || elapsedMs < 0) {
        lookedAtMs = now();
        await refresh();
      }
      return parentsOf(domain).some((parent) => list.domains.has(parent));
    },
  };
}

/** Undefined where the file has not changed since `knownMtimeMs`. */
async function readList(file: string, knownMtimeMs?: number): Promise<List | undefined> {
  const { mtimeMs, size } = await stat(file);
  if (mtimeMs === knownMtimeMs) return undefined;
  if (size > mostBytes) throw new StartError("the list of refused domains is too large");
  const lines = (await readFile(file, "utf8")).split(/\r?\n/);
  const domains = lines.map((line) => domainToASCII(line.replace(/#.*/, "").trim().replace(/\.$/, "")).toLowerCase());
  return { domains: new Set(domains.filter((domain) => domain !== "")), mtimeMs };
}

/** "a.b.example" is also listed by "b.example"; a top-level domain alone lists nothing. */
function parentsOf(domain: string): readonly string[] {
  const labels = domain.split(".");
  return labels.slice(0, -1).map((_label, at) => labels.slice(at).join("."));
}
