/**
 * Who is calling: a bearer token is looked up by its SHA-256, so that the database holds nothing that speaks for anybody.
 * A token that is missing, malformed or unknown gives the same answer.
 */
import { type Bytes, decodeTextForm, encodeHex, equalBytes, type TextFormPrefix } from "@coterie/bytes";
import type { HandlerContext } from "@connectrpc/connect";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";
import { clientPrefixKey } from "../http/connect-calls.ts";
import { RateLimiter, type RateLimits } from "../http/rate-limits.ts";
import { gatewayLimits } from "../limits.ts";

/** The organisation that a call speaks for. */
export interface Caller {
  readonly organisationId: Bytes;
  readonly isHome: boolean;
  /** Which of the organisation's tokens: 16 bytes that are not the token. */
  readonly tokenId: Bytes;
}

/** Checks the token of a call. Both throw RefusedError "unauthenticated", or "rate-limited". */
export interface Authentication {
  readonly requireOrganisation: (context: HandlerContext) => Promise<Caller>;
  readonly requireOperator: (context: HandlerContext) => void;
}

/** Authentication with its own rates. */
export function createAuthentication(
  deps: Pick<GatewayDeps, "db" | "primitives" | "now" | "secrets">,
  rates: RateLimits,
): Authentication {
  const guard = new TokenGuard(deps, rates);
  return {
    requireOrganisation: async (context) => {
      const attempt = guard.read(context, "ctok");
      const caller = await findCaller(deps, attempt.tokenHash);
      if (caller === undefined) return guard.refuse(attempt);
      guard.accept(attempt);
      return caller;
    },
    requireOperator: (context) => {
      const attempt = guard.read(context, "cctl");
      if (!equalBytes(attempt.tokenHash, deps.secrets.operatorTokenHash)) guard.refuse(attempt);
      guard.accept(attempt);
    },
  };
}

async function findCaller({ db }: Pick<GatewayDeps, "db">, tokenHash: Bytes): Promise<Caller | undefined> {
  const row = await db
    .selectFrom("organisation_tokens")
    .innerJoin("organisations", "organisations.id", "organisation_tokens.organisation_id")
    .select(["organisations.id", "organisations.is_home", "organisation_tokens.token_id"])
    .where("organisation_tokens.token_hash", "=", tokenHash)
    .executeTakeFirst();
  return row === undefined ? undefined : { organisationId: row.id, isHome: row.is_home, tokenId: row.token_id };
}

interface Attempt {
  readonly tokenHash: Bytes;
  readonly tokenKey: string;
  readonly clientPrefix: string;
}

/** Counts failures by client prefix and calls by token. */
class TokenGuard {
  readonly #deps: Pick<GatewayDeps, "primitives">;
  readonly #failures: RateLimiter;
  readonly #calls: RateLimiter;
  /** Hashes that were valid lately: guessing by others behind the same address does not lock their holders out. */
  readonly #known = new Set<string>();

  constructor(deps: Pick<GatewayDeps, "primitives" | "now">, rates: RateLimits) {
    this.#deps = deps;
    this.#failures = new RateLimiter(deps, rates.failedAuthentications);
    this.#calls = new RateLimiter(deps, rates.organisations);
  }

  read(context: HandlerContext, prefix: TextFormPrefix): Attempt {
    const clientPrefix = context.values.get(clientPrefixKey);
    const token = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(context.requestHeader.get("authorization") ?? "")?.[1];
    const bytes = token === undefined ? undefined : tokenBytes(prefix, token);
    if (bytes === undefined) return this.refuse({ clientPrefix });
    const tokenHash = this.#deps.primitives.sha256(bytes);
    const tokenKey = encodeHex(tokenHash);
    if (!this.#known.has(tokenKey) && !this.#failures.hasTokens(clientPrefix)) throw new RefusedError("rate-limited");
    return { tokenHash, tokenKey, clientPrefix };
  }

  accept({ tokenKey }: Attempt): void {
    if (this.#known.size >= gatewayLimits.rateBuckets) this.#known.clear();
    this.#known.add(tokenKey);
    if (!this.#calls.take(tokenKey)) throw new RefusedError("rate-limited");
  }

  refuse({ clientPrefix, tokenKey }: Pick<Attempt, "clientPrefix"> & Partial<Attempt>): never {
    if (tokenKey !== undefined) this.#known.delete(tokenKey);
    throw new RefusedError(this.#failures.take(clientPrefix) ? "unauthenticated" : "rate-limited");
  }
}

function tokenBytes(prefix: TextFormPrefix, token: string): Bytes | undefined {
  try {
    return decodeTextForm(prefix, token, { lengthBytes: 32 });
  } catch {
    return undefined;
  }
}
