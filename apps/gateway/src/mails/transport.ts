/** Handing mails to the operator's SMTP server, and what its answers mean (docs/protocol/mails.md §5). */
import { createTransport } from "nodemailer";
import { StartError } from "../errors.ts";
import { errorCode } from "../log/log.ts";

/** One mail, ready to be sent. */
export interface OutgoingMail {
  /** The same for every attempt, so that a server may recognise a mail that it has already. */
  readonly messageId: string;
  readonly to: string;
  /** The name beside the sender's address. */
  readonly fromName: string;
  /** Where bounces go. */
  readonly returnPath: string | undefined;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** What the server said. */
export type SendOutcome =
  /** It has the mail now. */
  | { readonly kind: "accepted" }
  /** The address does not exist or takes no mail. */
  | { readonly kind: "bounced" }
  /** Not this mail, whoever it goes to; or not now. `answered` tells that the server certainly does not have it. */
  | { readonly kind: "refused" | "later"; readonly answered: boolean; readonly code: string };

/** Sends mails. */
export interface MailTransport {
  readonly send: (mail: OutgoingMail) => Promise<SendOutcome>;
  readonly close: () => void;
}

/** Where and as whom. */
export interface TransportOptions {
  /** "smtps://user:password@host:465" or "smtp://…:587", where TLS is demanded except on the loopback address. */
  readonly smtpUrl: string;
  /** The sender's address. */
  readonly from: string;
}

/** The longest that one attempt takes: leases are longer. */
export const sendTimeoutMs = 90_000;

/** Mails on their way at the same time. */
export const sendingAtOnce = 4;

/** A transport. Throws StartError where the address of the server is not understood. */
export function createMailTransport({ smtpUrl, from }: TransportOptions): MailTransport {
  const url = URL.parse(smtpUrl);
  if (url === null || !/^smtps?:$/.test(url.protocol) || url.hostname === "") {
    throw new StartError("COTERIE_SMTP_URL looks like smtps://user:password@host:465");
  }
  const secure = url.protocol === "smtps:";
  const isLoopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  const user = decodeURIComponent(url.username);
  const pool = createTransport({
    pool: true,
    host: url.hostname.replaceAll(/[[\]]/g, ""),
    port: url.port === "" ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTLS: !secure && !isLoopback,
    ignoreTLS: !secure && isLoopback,
    ...(user === "" ? {} : { auth: { user, pass: decodeURIComponent(url.password) } }),
    tls: { minVersion: "TLSv1.2" },
    maxConnections: sendingAtOnce,
    maxMessages: 200,
    // A connection that breaks in the middle leaves open whether the mail was taken: the outbox decides, not the pool.
    maxRequeues: 0,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    dnsTimeout: 10_000,
    socketTimeout: 30_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    send: async (mail) => {
      try {
        await withTimeout(pool.sendMail({ ...composed(mail), from: { name: mail.fromName, address: from } }));
        return { kind: "accepted" };
      } catch (error) {
        return readFailure(error);
      }
    },
    close: () => {
      pool.close();
    },
  };
}

/** The message; automatic answers to it are not wanted (RFC 3834). */
function composed({ messageId, to, returnPath, subject, text, html }: OutgoingMail): object {
  return {
    messageId,
    to: { name: "", address: to },
    ...(returnPath === undefined ? {} : { envelope: { from: returnPath, to: [to] } }),
    subject,
    text,
    html,
    headers: { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

async function withTimeout(sending: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error("too late"), { code: "ETIMEDOUT" })), sendTimeoutMs);
  });
  try {
    await Promise.race([sending, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * What an error of the SMTP client means. Only a permanent refusal of the recipient counts against the address, and only where the
 * reply is about the address: a server that relays for nobody, or distrusts this sender (5.7.x), says nothing about it.
 */
export function readFailure(error: unknown): Exclude<SendOutcome, { readonly kind: "accepted" }> {
  const { responseCode, response, command } = replyOf(error);
  const code = responseCode === undefined ? errorCode(error) : String(responseCode);
  if (responseCode === undefined) return { kind: "later", answered: false, code };
  if (responseCode < 500) return { kind: "later", answered: true, code };
  if (command === "RCPT TO") {
    const enhanced = /^\d{3}[ -](\d)\.(\d{1,3})\.(\d{1,3})\b/.exec(response);
    const isAboutAddress =
      enhanced === null
        ? [550, 551, 553].includes(responseCode) && !/relay|spam|policy|blocked|blacklist|denied/i.test(response)
        : enhanced[1] === "5" && (enhanced[2] === "1" || enhanced[2] === "2");
    return isAboutAddress ? { kind: "bounced" } : { kind: "later", answered: true, code };
  }
  return { kind: command === "DATA" ? "refused" : "later", answered: true, code };
}

interface Reply {
  readonly responseCode: number | undefined;
  readonly response: string;
  readonly command: string;
}

function replyOf(error: unknown): Reply {
  const members: Readonly<Record<string, unknown>> = typeof error === "object" && error !== null ? { ...error } : {};
  const { responseCode, response, command } = members;
  return {
    responseCode: typeof responseCode === "number" ? responseCode : undefined,
    response: typeof response === "string" ? response : "",
    command: typeof command === "string" ? command : "",
  };
}
