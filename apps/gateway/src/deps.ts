/** What the gateway's capabilities are given: nothing below reaches for a clock, randomness or a connection of its own. */
import type { Primitives, RandomSource } from "@coterie/primitives";
import type { DatabaseConnection } from "./db/connection.ts";
import type { Log } from "./log/log.ts";
import type { GatewaySecrets } from "./secrets/gateway-secrets.ts";

/** Passed to every capability, which names the members it needs. */
export interface GatewayDeps {
  readonly db: DatabaseConnection["db"];
  readonly pool: DatabaseConnection["pool"];
  readonly primitives: Primitives;
  readonly random: RandomSource;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
  readonly secrets: GatewaySecrets;
}
