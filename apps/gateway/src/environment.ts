/** Options from environment variables, for the start command. Anything that is set but not understood is an error, not a default. */
import { isAbsolute, resolve } from "node:path";
import type { ProofOfWorkMode } from "./db/abuse-schema.ts";
import { StartError } from "./errors.ts";
import { defaultRateLimits, type Rate } from "./http/rate-limits.ts";
import type { GatewayOptions, MailOptions, SenderMode } from "./options.ts";

/** What `npm start` is told. */
export interface StartSettings {
  readonly gateway: GatewayOptions;
  /** Where the organisations' premises of the sample lie. */
  readonly premisesFolder: string;
  /** Whether to make the sample coalition on the first start. */
  readonly sample: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the environment; folders are relative to `root`. Throws StartError naming the variable. */
export function readEnvironment(env: Environment, root: string): StartSettings {
  const folder = (name: string, fallback: string): string => {
    const value = env[name] ?? fallback;
    return isAbsolute(value) ? value : resolve(root, value);
  };
  return {
    premisesFolder: folder("COTERIE_PREMISES", "premises"),
    sample: readChoice(env, { name: "COTERIE_SAMPLE", choices: ["yes", "no"], fallback: "yes" }) === "yes",
    gateway: {
      dataFolder: folder("COTERIE_DATA", "data"),
      databaseUrl: env["DATABASE_URL"] === "" ? undefined : env["DATABASE_URL"],
      host: env["HOST"] ?? "127.0.0.1",
      port: readNumber(env, { name: "PORT", most: 65_535 }) ?? 8080,
      metricsPort: readNumber(env, { name: "METRICS_PORT", most: 65_535 }),
      origin: readOrigin(env),
      trustedProxies: readNumber(env, { name: "TRUST_PROXY", most: 10 }),
      sender: readChoice<SenderMode>(env, {
        name: "COTERIE_SENDER",
        choices: ["throw-away", "home"],
        fallback: "throw-away",
      }),
      mails: readMails(env),
      webhooks: { allowedNetworks: (env["COTERIE_WEBHOOK_ALLOW"] ?? "").split(",").filter((range) => range !== "") },
      proofOfWork: readChoice<ProofOfWorkMode>(env, {
        name: "COTERIE_PROOF_OF_WORK",
        choices: ["off", "on", "auto"],
        fallback: "auto",
      }),
      emailDomains: {
        refusedFile: env["COTERIE_REFUSED_DOMAINS"] === undefined ? undefined : folder("COTERIE_REFUSED_DOMAINS", ""),
        asksDns: readChoice(env, { name: "COTERIE_EMAIL_DNS", choices: ["yes", "no"], fallback: "no" }) === "yes",
      },
      rates: {
        submissions: readRate(env, "COTERIE_RATE_SUBMISSIONS") ?? defaultRateLimits.submissions,
        forms: readRate(env, "COTERIE_RATE_FORMS") ?? defaultRateLimits.forms,
        pages: readRate(env, "COTERIE_RATE_PAGES") ?? defaultRateLimits.pages,
        api: readRate(env, "COTERIE_RATE_API") ?? defaultRateLimits.api,
        rights: readRate(env, "COTERIE_RATE_RIGHTS") ?? defaultRateLimits.rights,
        reads: readRate(env, "COTERIE_RATE_READS") ?? defaultRateLimits.reads,
        organisations: readRate(env, "COTERIE_RATE_ORGANISATIONS") ?? defaultRateLimits.organisations,
      },
    },
  };
}

/** COTERIE_BOUNCES is "domain@host:port": what comes back to the domain arrives at a listener there. */
function readMails(env: Environment): MailOptions | undefined {
  const { COTERIE_SMTP_URL: smtpUrl, COTERIE_MAIL_FROM: from, COTERIE_BOUNCES: bounces } = env;
  if (smtpUrl === undefined || smtpUrl === "") return undefined;
  if (bounces === undefined || bounces === "") return { smtpUrl, from };
  const [, domain, host, port] = /^([a-z0-9.-]+)@(\[[0-9a-f:]+\]|[a-z0-9.-]+):(\d{1,5})$/.exec(bounces) ?? [];
  if (domain === undefined || host === undefined || Number(port) > 65_535) {
    throw new StartError("COTERIE_BOUNCES looks like bounces.example.org@127.0.0.1:2525");
  }
  return { smtpUrl, from, bounces: { domain, host: host.replaceAll(/[[\]]/g, ""), port: Number(port) } };
}

function readNumber(
  env: Environment,
  { name, most }: { readonly name: string; readonly most: number },
): number | undefined {
  const text = env[name];
  if (text === undefined || text === "") return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > most) throw new StartError(`${name} is a whole number from 0 to ${most}`);
  return value;
}

/** "5/100": five per second in the long run, a hundred at once. */
function readRate(env: Environment, name: string): Rate | undefined {
  const text = env[name];
  if (text === undefined || text === "") return undefined;
  const [, perSecond, burst] = /^(\d+(?:\.\d+)?)\/(\d+)$/.exec(text) ?? [];
  if (perSecond === undefined || burst === undefined)
    throw new StartError(`${name} looks like 5/100: per second / at once`);
  return { perSecond: Number(perSecond), burst: Number(burst) };
}

function readOrigin(env: Environment): string | undefined {
  const text = env["COTERIE_ORIGIN"];
  if (text === undefined || text === "") return undefined;
  const url = URL.parse(text);
  if (url === null || url.origin !== text || !/^https?:$/.test(url.protocol)) {
    throw new StartError("COTERIE_ORIGIN is the public address without a path, like https://actions.example.org");
  }
  return text;
}

interface Choice<Value extends string> {
  readonly name: string;
  readonly choices: readonly Value[];
  readonly fallback: Value;
}

function readChoice<Value extends string>(env: Environment, { name, choices, fallback }: Choice<Value>): Value {
  const text = env[name];
  if (text === undefined || text === "") return fallback;
  const chosen = choices.find((choice) => choice === text);
  if (chosen === undefined) throw new StartError(`${name} is one of: ${choices.join(", ")}`);
  return chosen;
}
