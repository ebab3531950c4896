// An SMTP server on the loopback address that keeps what it takes, and answers as a test tells it to.
import { once } from "node:events";
import { connect, createServer } from "node:net";
import PostalMime, { type Email } from "postal-mime";
import { SMTPServer } from "smtp-server";

export interface ReceivedMail extends Email {
  readonly to: { address: string; name: string }[];
  readonly envelopeTo: string;
  readonly envelopeFrom: string;
  readonly raw: string;
  /** Every "/c/…" link of the text, in order: confirm, then reject. */
  readonly tokens: readonly string[];
}

/** What the server says instead of taking a mail. */
export interface Refusal {
  readonly at: "RCPT" | "DATA";
  readonly code: number;
  readonly text: string;
}

export interface MailServer {
  readonly url: string;
  readonly mails: ReceivedMail[];
  /** The mails to that address. */
  readonly to: (address: string) => ReceivedMail[];
  /** From now on, until set back to undefined. */
  refuse: ((address: string) => Refusal | undefined) | undefined;
  /** Called once a mail is taken and before its sender is told. */
  taken: (() => Promise<void>) | undefined;
  /** While set, recipients wait for it. */
  hold: Promise<void> | undefined;
  readonly close: () => Promise<void>;
}

export async function startMailServer(): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  const state: Pick<MailServer, "refuse" | "taken" | "hold"> = { refuse: undefined, taken: undefined, hold: undefined };
  const refusalFor = (address: string, at: Refusal["at"]): Error | null => {
    const refusal = state.refuse?.(address);
    return refusal?.at === at ? Object.assign(new Error(refusal.text), { responseCode: refusal.code }) : null;
  };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    disableReverseLookup: true,
    closeTimeout: 100,
    onRcptTo: ({ address }, _session, done) => {
      void (async () => {
        await state.hold;
        done(refusalFor(address, "RCPT"));
      })();
    },
    onData: (stream, { envelope }, done) => {
      const take = async (): Promise<Error | null> => {
        const chunks: Buffer[] = [];
        for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array));
        const address = envelope.rcptTo[0]?.address ?? "";
        const refused = refusalFor(address, "DATA");
        if (refused !== null) return refused;
        const { mailFrom } = envelope;
        mails.push(await parse(Buffer.concat(chunks), address, mailFrom === false ? "" : mailFrom.address));
        await state.taken?.();
        return null;
      };
      const answer = async (): Promise<void> => {
        // A sender that was killed in the middle sent nothing, and hears nothing.
        const refused = await take().catch(() => undefined);
        if (refused !== undefined) done(refused);
      };
      void answer();
    },
  });
  server.on("error", () => undefined);
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", () => resolve()));
  return Object.assign(state, {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    to: (address: string) => mails.filter(({ envelopeTo }) => envelopeTo === address),
    close: async () => await new Promise<void>((resolve) => server.close(() => resolve())),
  });
}

async function parse(raw: Buffer, envelopeTo: string, envelopeFrom: string): Promise<ReceivedMail> {
  const mail = await PostalMime.parse(raw);
  const to = (mail.to ?? []).flatMap(({ address, name }) => (address === undefined ? [] : [{ address, name }]));
  const tokens = [...(mail.text ?? "").matchAll(/\/c\/(\S+)/g)].map(([, token = ""]) => token);
  return { ...mail, to, envelopeTo, envelopeFrom, raw: raw.toString("latin1"), tokens };
}

/** Hands a mail that came back to a gateway's listener for bounces; the numbers of its replies. */
export async function returnMail(
  port: number,
  { to, body }: { readonly to: string; readonly body: string },
): Promise<string[]> {
  const socket = connect(port, "127.0.0.1");
  const replies: string[] = [];
  const lines = ["EHLO mx.example", "MAIL FROM:<>", `RCPT TO:<${to}>`, "DATA", `${body}\r\n.`, "QUIT"];
  await new Promise<void>((resolve) => {
    socket.on("error", () => resolve());
    socket.on("close", () => resolve());
    socket.on("data", (chunk) => {
      const ended = chunk
        .toString("latin1")
        .split("\r\n")
        .filter((line) => /^\d{3} /.test(line));
      for (const reply of ended) {
        replies.push(reply.slice(0, 3));
        const next = lines.shift();
        if (next !== undefined) socket.write(`${next}\r\n`);
      }
    });
  });
  return replies;
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
