// After the run: the same gateway with a clock that is moved, so that everything that is due becomes so, and everything that ends ends.
import { connectSql } from "../../apps/gateway/test/support/mail-world.ts";
import {
  type Clients,
  connectClients,
  startTestGateway,
  type TestGateway,
} from "../../apps/gateway/test/support/gateway.ts";

export interface Fortnight {
  readonly gateway: TestGateway;
  readonly sql: Awaited<ReturnType<typeof connectSql>>;
  readonly clients: (token?: string) => Clients;
  readonly now: () => number;
  /** Moves the clock step by step, with mails sent and keys kept up at each. */
  readonly pass: (ms: number, stepMs: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface FortnightInput {
  readonly dataFolder: string;
  readonly smtpUrl: string;
}

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

export async function startFortnight({ dataFolder, smtpUrl }: FortnightInput): Promise<Fortnight> {
  const clock = { nowMs: Date.now() };
  const now = (): number => clock.nowMs;
  const mails = { smtpUrl, from: mailFrom };
  const webhooks = { allowedNetworks: [loopback] };
  const gateway = await startTestGateway({ dataFolder, now, mails, webhooks });
  const sql = await connectSql(gateway);
  let closing: Promise<void> | undefined;
  return {
    gateway,
    sql,
    now,
    clients: (token) => connectClients(gateway.address, token),
    pass: async (ms, stepMs) => {
      for (const endMs = clock.nowMs + ms; clock.nowMs < endMs; ) {
        clock.nowMs += stepMs;
        await gateway.mails.workNow();
        await gateway.webhooks.workNow();
      }
    },
    close: async () => {
      closing ??= (async () => {
        await sql.end();
        await gateway.close();
      })();
      await closing;
    },
  };
}

/** Where receivers may be: gateways post to no private network unless told. */
export const loopback = "127.0.0.0/8";
export const mailFrom = "actions@gateway.example";
