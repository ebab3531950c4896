/** What can be chosen about a gateway. */
import type { MailPolicy } from "@coterie/vault";
import type { DestinationStream } from "pino";
import type { ProofOfWorkMode } from "./db/abuse-schema.ts";
import type { RateLimits } from "./http/rate-limits.ts";

/** How contacts are sealed by the gateway: see docs/adr/0001-throw-away-sender.md for what "home" gives up. */
export type SenderMode = "throw-away" | "home";

/** The mails of a gateway. */
export interface MailOptions {
  /** "smtps://user:password@host:465" or "smtp://…:587"; without, mails wait until there is one. */
  readonly smtpUrl?: string | undefined;
  /** The address that mails come from. */
  readonly from?: string | undefined;
  readonly bounces?: BounceOptions | undefined;
  /** Times other than the usual ones. */
  readonly policy?: Partial<MailPolicy> | undefined;
}

/** Where mails that cannot be delivered come back to. */
export interface BounceOptions {
  /** The domain of the return address, whose mail arrives at this listener. */
  readonly domain: string;
  readonly host: string;
  readonly port: number;
}

/** What is looked at in the domain of an email address (docs/protocol/abuse.md §5). */
export interface EmailDomainOptions {
  /** A file of the operator's with domains that are refused, one a line; read again when it changes. */
  readonly refusedFile?: string | undefined;
  /** Whether domains are asked for that take no mail. */
  readonly asksDns?: boolean | undefined;
  /** Name servers, "127.0.0.1:53"; default: the system's. */
  readonly nameServers?: readonly string[] | undefined;
}

/** How webhooks are delivered (docs/protocol/webhooks.md §5, §6). */
export interface WebhookOptions {
  /** Networks of the operator's own that may be posted to besides public addresses, also without TLS: "10.20.0.0/16". */
  readonly allowedNetworks?: readonly string[] | undefined;
  /** Name servers, "127.0.0.1:53"; default: the system's. */
  readonly nameServers?: readonly string[] | undefined;
  /** What a name leads to, instead of asking name servers. */
  readonly resolve?: ((host: string) => Promise<readonly string[]>) | undefined;
  /** How long one attempt may take; default 15 seconds. */
  readonly timeoutMs?: number | undefined;
  /** The pause between rounds; default 1 second. */
  readonly roundEveryMs?: number | undefined;
}

/** Options of {@link startGateway}. */
export interface GatewayOptions {
  /** Holds the secrets, the log, and the private database. */
  readonly dataFolder: string;
  /** An operator's own PostgreSQL instead of the private one. */
  readonly databaseUrl?: string | undefined;
  /** Default 127.0.0.1. */
  readonly host?: string | undefined;
  /** Default 8080; 0 takes any free one. */
  readonly port?: number | undefined;
  /** Serves metrics on this port of the loopback address; absent: none. */
  readonly metricsPort?: number | undefined;
  /** The address that others reach the gateway at; default: where it listens. */
  readonly origin?: string | undefined;
  /** The widget's built files. */
  readonly widgetFolder?: string | undefined;
  /** The built organisation pages. */
  readonly organisationPagesFolder?: string | undefined;
  readonly rates?: Partial<RateLimits> | undefined;
  /** How many own proxies append to x-forwarded-for; default 0: the header is not believed. */
  readonly trustedProxies?: number | undefined;
  readonly sender?: SenderMode | undefined;
  /** When pages that do not decide themselves ask for proof of work; default "off". `npm start` says "auto". */
  readonly proofOfWork?: ProofOfWorkMode | undefined;
  /** Which domains of email addresses are taken; default: every one. */
  readonly emailDomains?: EmailDomainOptions | undefined;
  /** How mails are sent and bounces received; absent: no mails, and pages cannot ask for any. */
  readonly mails?: MailOptions | undefined;
  readonly webhooks?: WebhookOptions | undefined;
  /** Milliseconds since 1970; default the system's clock. */
  readonly now?: (() => number) | undefined;
  /** Where log lines go; default `<dataFolder>/gateway.log`. */
  readonly logDestination?: DestinationStream | undefined;
}
