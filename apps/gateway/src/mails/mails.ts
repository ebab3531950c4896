/** The mails of a gateway, put together: keys, outbox, upkeep, bounces, figures. */
import { decodeHex } from "@coterie/bytes";
import type { Registry } from "prom-client";
import { type Loop, startLoop } from "../background/loop.ts";
import type { GatewayDeps } from "../deps.ts";
import { StartError } from "../errors.ts";
import { unexpectedError } from "../log/log.ts";
import type { GatewayOptions, MailOptions } from "../options.ts";
import { startBounceReceiver } from "./bounce-receiver.ts";
import { createReturnPaths } from "./bounces.ts";
import type { LetterChannel, SendLetters } from "./letters.ts";
import type { MailKeys } from "./mail-keys.ts";
import { createMailMetrics, type MailMetrics } from "./mail-metrics.ts";
import { type ClaimedMail, claimMails, releaseLeases, settleMail } from "./outbox.ts";
import { createMailRenderer } from "./render-mail.ts";
import { createAddressLimits, sendMail, type SendMailDeps } from "./send-mail.ts";
import { createMailTransport, sendingAtOnce } from "./transport.ts";
import { keepUpMails } from "./upkeep.ts";

/** Mails at work. */
export interface Mails {
  /** Whether this gateway can send. */
  readonly canSend: boolean;
  /** Sends what is due and does the upkeep, now. */
  readonly workNow: () => Promise<void>;
  /** Where bounces are received, if they are. */
  readonly bouncePort: number | undefined;
  /** Finishes what is under way. */
  readonly close: () => Promise<void>;
}

/** What mails need. */
export interface MailsDeps extends GatewayDeps {
  readonly mailKeys: MailKeys;
  readonly origin: () => string;
  readonly registry: Registry;
  /** What else is sent, besides the mails of actions. */
  readonly letters?: readonly SendLetters[];
}

const sendEveryMs = 1000;
const upkeepEveryMs = 60_000;
const claimedAtOnce = 20;

/** Starts the loops. Upkeep runs without a mail server as well: what was stored must end. */
export async function startMails(
  deps: MailsDeps,
  { databaseUrl, mails: options = {} }: Pick<GatewayOptions, "databaseUrl" | "mails">,
): Promise<Mails> {
  const metrics = createMailMetrics(deps, deps.registry);
  const returnPaths =
    options.bounces === undefined
      ? undefined
      : createReturnPaths({ ...deps, key: deps.secrets.bounces }, options.bounces.domain);
  const sender = createSender({ ...deps, returnPaths, metrics }, options);
  // Nobody else uses the private database.
  if (databaseUrl === undefined) await releaseLeases(deps);
  const upkeep = startLoop(deps, { work: async () => await keepUpMails(deps), pauseMs: upkeepEveryMs });
  const sending = sender === undefined ? undefined : startLoop(deps, { work: sender.sendDue, pauseMs: sendEveryMs });
  const receiver =
    returnPaths === undefined || options.bounces === undefined
      ? undefined
      : await startBounceReceiver({ ...deps, returnPaths }, options.bounces);
  const loops = [sending, upkeep].filter((loop) => loop !== undefined);
  return {
    canSend: sender !== undefined,
    bouncePort: receiver?.port,
    workNow: async () => await runAll(loops),
    close: async () => {
      await receiver?.close();
      for (const loop of loops) await loop.stop();
      sender?.close();
    },
  };
}

async function runAll(loops: readonly Loop[]): Promise<void> {
  for (const loop of loops) await loop.runNow();
}

interface Sender {
  readonly sendDue: () => Promise<void>;
  readonly close: () => void;
}

type SenderDeps = MailsDeps & Pick<SendMailDeps, "returnPaths"> & { readonly metrics: MailMetrics };

function createSender(deps: SenderDeps, { smtpUrl, from }: MailOptions): Sender | undefined {
  if (smtpUrl === undefined) return undefined;
  if (from === undefined || !/^[^\s@<>]+@[^\s@<>]+$/.test(from)) {
    throw new StartError("COTERIE_MAIL_FROM is the address that mails come from, like actions@example.org");
  }
  const transport = createMailTransport({ smtpUrl, from });
  const sendDeps: SendMailDeps = {
    ...deps,
    transport,
    render: createMailRenderer(),
    domain: from.slice(from.lastIndexOf("@") + 1),
    addressLimits: createAddressLimits(deps),
  };
  return {
    sendDue: async () => {
      await sendDue(sendDeps, deps.metrics);
      for (const letters of deps.letters ?? []) await sendLetters(deps, { letters, channel: sendDeps });
    },
    close: transport.close,
  };
}

/** What fails in one outbox does not stop the others. */
async function sendLetters(
  { log }: Pick<MailsDeps, "log">,
  { letters, channel }: { readonly letters: SendLetters; readonly channel: LetterChannel },
): Promise<void> {
  try {
    const { transport, addressLimits, domain } = channel;
    await letters({ transport, addressLimits, domain });
  } catch (error) {
    log(unexpectedError(error));
  }
}

/** Sends until nothing is due. One mail that fails unexpectedly keeps its lease and is tried again; it does not stop the others. */
async function sendDue(deps: SendMailDeps, metrics: MailMetrics): Promise<void> {
  for (;;) {
    const keyIds = (await deps.mailKeys.keyring.list()).map(({ keyId }) => decodeHex(keyId));
    const claimed = await claimMails(deps, { keyIds, most: claimedAtOnce });
    const queue = [...claimed];
    // A worker takes no further mail before it has written down what became of the last: a process that dies leaves one for each worker.
    const worker = async (): Promise<void> => {
      for (let mail = queue.shift(); mail !== undefined; mail = queue.shift()) await sendOne(deps, { mail, metrics });
    };
    await Promise.all(Array.from({ length: sendingAtOnce }, worker));
    if (claimed.length < claimedAtOnce) return;
  }
}

async function sendOne(
  deps: SendMailDeps,
  { mail, metrics }: { readonly mail: ClaimedMail; readonly metrics: MailMetrics },
): Promise<void> {
  try {
    const settlement = await sendMail(deps, mail);
    await settleMail(deps, { mail, settlement });
    metrics.settled(mail.kind, settlement.kind);
  } catch (error) {
    deps.log(unexpectedError(error));
  }
}
