/**
 * The mail keys of this gateway (docs/protocol/vault.md §6), in files outside the database. Gateways that share one database share
 * this folder, as they share the other secrets.
 */
import type { MailKeyring, MailKeyId, MailPolicy, MailPublicKey } from "@coterie/vault";
import { acceptsMailKey, createMailKeyring } from "@coterie/vault";
import { createMailKeyFiles } from "@coterie/vault/mail-key-files";
import { join } from "node:path";
import type { GatewayDeps } from "../deps.ts";
import type { GatewayOptions } from "../options.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/**
 * A new key every hour; a form may stay open for two; an address that nobody confirmed is gone after 14 days. What was deleted
 * is unreadable everywhere 3.5 hours later at the latest.
 */
const defaultMailPolicy: MailPolicy = {
  rotateAfterMs: hourMs,
  acceptReplacedMs: 2 * hourMs,
  settleMs: 10 * minuteMs,
  unconfirmedMs: 14 * dayMs,
  undeliveredMs: 14 * dayMs,
};

/** Keys in use. */
export interface MailKeys {
  readonly keyring: MailKeyring;
  readonly policy: MailPolicy;
  /** The key that forms seal to, read again from disk after a while. */
  readonly current: () => Promise<MailPublicKey>;
  /** Whether a box for this key may still be stored. */
  readonly accepts: (keyId: MailKeyId) => Promise<boolean>;
  /** Reads the current key again, after this process changed it. */
  readonly forget: () => void;
}

const rememberedMs = 10_000;
/** A list this old still decides what is accepted: far younger than the time that a replaced key settles before it is destroyed. */
const listRememberedMs = 1000;

/** The keys in the folder of secrets. */
export function createMailKeys(
  { primitives, random, now }: Pick<GatewayDeps, "primitives" | "random" | "now">,
  { dataFolder, mails }: Pick<GatewayOptions, "dataFolder" | "mails">,
): MailKeys {
  const folder = join(dataFolder, "secrets", "mail-keys");
  const policy = { ...defaultMailPolicy, ...mails?.policy };
  const keyring = createMailKeyring({ primitives, random, now }, createMailKeyFiles({ random }, folder));
  let known: { readonly key: MailPublicKey; readonly readAtMs: number } | undefined;
  let listed: { readonly keys: Awaited<ReturnType<MailKeyring["list"]>>; readonly readAtMs: number } | undefined;
  const list = async (): Promise<Awaited<ReturnType<MailKeyring["list"]>>> => {
    const ageMs = listed === undefined ? Number.POSITIVE_INFINITY : now() - listed.readAtMs;
    if (listed === undefined || ageMs < 0 || ageMs >= listRememberedMs) {
      listed = { keys: await keyring.list(), readAtMs: now() };
    }
    return listed.keys;
  };
  return {
    keyring,
    policy,
    current: async () => {
      const ageMs = known === undefined ? Number.POSITIVE_INFINITY : now() - known.readAtMs;
      if (known === undefined || ageMs < 0 || ageMs >= rememberedMs) {
        known = { key: await keyring.current(), readAtMs: now() };
      }
      return known.key;
    },
    accepts: async (keyId) => acceptsMailKey(keyId, { policy, nowMs: now(), keys: await list() }),
    forget: () => {
      known = undefined;
      listed = undefined;
    },
  };
}
