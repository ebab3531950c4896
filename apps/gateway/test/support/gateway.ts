// A gateway of the test's own: fresh data folder, free port, wide rates unless the test is about them.
import { createClient, type Client, ConnectError, type Transport } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import {
  ActionService,
  AdministrationService,
  KeyLogService,
  ModerationService,
  OrganisationService,
  RewrapService,
  RightsService,
  StatisticsService,
  wireErrorHeader,
} from "@coterie/protocol";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Gateway, startGateway } from "../../src/gateway.ts";
import type { RateLimits } from "../../src/http/rate-limits.ts";
import type { GatewayOptions } from "../../src/options.ts";

export const wideRates: RateLimits = {
  submissions: { perSecond: 1e6, burst: 1e6 },
  forms: { perSecond: 1e6, burst: 1e6 },
  unprovenForms: { perSecond: 1e6, burst: 1e6 },
  pages: { perSecond: 1e6, burst: 1e6 },
  api: { perSecond: 1e6, burst: 1e6 },
  health: { perSecond: 1e6, burst: 1e6 },
  rights: { perSecond: 1e6, burst: 1e6 },
  reads: { perSecond: 1e6, burst: 1e6 },
  organisations: { perSecond: 1e6, burst: 1e6 },
  failedAuthentications: { perSecond: 1e6, burst: 1e6 },
};

export interface TestGateway extends Gateway {
  readonly dataFolder: string;
  readonly operatorToken: string;
}

export async function makeDataFolder(): Promise<string> {
  return await mkdtemp(join(tmpdir(), "coterie-test-"));
}

export async function startTestGateway(options: Partial<GatewayOptions> = {}): Promise<TestGateway> {
  const dataFolder = options.dataFolder ?? (await makeDataFolder());
  const gateway = await startGateway({ port: 0, rates: wideRates, ...options, dataFolder });
  const operatorToken = (await readFile(join(dataFolder, "secrets", "operator-token"), "utf8")).trim();
  return {
    ...gateway,
    dataFolder,
    operatorToken,
    close: async () => {
      await gateway.close();
      if (options.dataFolder === undefined) await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

export interface Clients {
  readonly actions: Client<typeof ActionService>;
  readonly organisations: Client<typeof OrganisationService>;
  readonly administration: Client<typeof AdministrationService>;
  readonly keyLogs: Client<typeof KeyLogService>;
  readonly rewraps: Client<typeof RewrapService>;
  readonly rights: Client<typeof RightsService>;
  readonly statistics: Client<typeof StatisticsService>;
  readonly moderation: Client<typeof ModerationService>;
}

/** A transport that sends the token. */
export function bearerTransport(address: string, token: string | undefined): Transport {
  return createConnectTransport({
    baseUrl: address,
    httpVersion: "1.1",
    interceptors: [
      (next) => async (request) => {
        if (token !== undefined) request.header.set("authorization", `Bearer ${token}`);
        return await next(request);
      },
    ],
  });
}

export function connectClients(address: string, token?: string): Clients {
  const transport = bearerTransport(address, token);
  return {
    actions: createClient(ActionService, transport),
    organisations: createClient(OrganisationService, transport),
    administration: createClient(AdministrationService, transport),
    keyLogs: createClient(KeyLogService, transport),
    rewraps: createClient(RewrapService, transport),
    rights: createClient(RightsService, transport),
    statistics: createClient(StatisticsService, transport),
    moderation: createClient(ModerationService, transport),
  };
}

/** The wire code that a call was refused with, or "accepted". */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "accepted";
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    return error.metadata.get(wireErrorHeader) ?? `connect ${error.code}`;
  }
}
