/** An SMTP listener for mails that come back, where the operator wants one (docs/protocol/mails.md §5). It takes nothing else. */
import type { Server } from "node:net";
import { SMTPServer, type SMTPServerDataStream } from "smtp-server";
import type { Bytes } from "@coterie/bytes";
import { inTransaction } from "../db/transaction.ts";
import type { GatewayDeps } from "../deps.ts";
import { StartError } from "../errors.ts";
import { unexpectedError } from "../log/log.ts";
import type { BounceOptions } from "../options.ts";
import { isPermanentFailure, type ReturnPaths } from "./bounces.ts";
import { bounceAction } from "./clear-data.ts";

/** What receiving needs. */
export interface BounceDeps extends Pick<GatewayDeps, "pool" | "now" | "log"> {
  readonly returnPaths: ReturnPaths;
}

/** A listener that runs. */
export interface BounceReceiver {
  readonly port: number;
  readonly close: () => Promise<void>;
}

const messageBytes = 256 * 1024;

/**
 * Listens. It answers 550 to every address that this gateway did not make, and 250 once what a bounce says is written down, so that
 * a mail server that was told 451 comes again. Throws StartError where it cannot listen.
 */
export async function startBounceReceiver(deps: BounceDeps, { host, port }: BounceOptions): Promise<BounceReceiver> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["AUTH", "STARTTLS"],
    size: messageBytes,
    maxClients: 50,
    socketTimeout: 30_000,
    closeTimeout: 2000,
    disableReverseLookup: true,
    banner: "bounces only",
    onRcptTo: ({ address }, _session, done) => {
      done(deps.returnPaths.decode(address) === undefined ? replied(550, "no such mailbox") : null);
    },
    onData: (stream, { envelope }, done) => {
      const ids = envelope.rcptTo.flatMap(({ address }) => deps.returnPaths.decode(address) ?? []);
      void receiveOrRefuse(deps, { stream, ids, done });
    },
  });
  // Clients that break off are their own business.
  server.on("error", () => undefined);
  const listening = await listen(server, { host, port });
  return {
    port: listening,
    close: async () => await new Promise((resolve) => server.close(() => resolve())),
  };
}

async function listen(server: SMTPServer, { host, port }: Pick<BounceOptions, "host" | "port">): Promise<number> {
  return await new Promise((resolve, reject) => {
    const socket: Server = server.listen(port, host, () => {
      const address = socket.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
    server.once("error", () => reject(new StartError("cannot listen for bounces: check COTERIE_BOUNCES")));
  });
}

function replied(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode });
}

interface Received {
  readonly stream: SMTPServerDataStream;
  readonly ids: readonly Bytes[];
}

async function receiveOrRefuse(
  deps: BounceDeps,
  { done, ...received }: Received & { readonly done: (refusal?: Error | null) => void },
): Promise<void> {
  let refusal: Error | null = null;
  try {
    await receive(deps, received);
  } catch (error) {
    deps.log(unexpectedError(error));
    refusal = replied(451, "try again later");
  }
  done(refusal);
}

async function receive({ pool, now }: BounceDeps, { stream, ids }: Received): Promise<void> {
  const chunks: Buffer[] = [];
  let lengthBytes = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    lengthBytes += bytes.length;
    // The report stands before the returned mail; more than this is not kept.
    if (lengthBytes <= messageBytes) chunks.push(bytes);
  }
  if (!isPermanentFailure(Buffer.concat(chunks).toString("latin1"))) return;
  for (const mailId of ids) {
    await inTransaction({ pool }, async (client) => {
      const { rows } = await client.query<{ action_id: Uint8Array }>("SELECT action_id FROM mails WHERE id = $1", [
        mailId,
      ]);
      const [row] = rows;
      if (row !== undefined) await bounceAction(client, { mailId, actionId: row.action_id, atMs: now() });
    });
  }
}
