/** One gateway, from its options to a running server, and back. */
import { nodePrimitives, systemRandom } from "@coterie/primitives/node";
import { createHomeSender, sealContact } from "@coterie/sealed-box/seal";
import { sql } from "kysely";
import { mkdir } from "node:fs/promises";
import type { Server } from "node:http";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createEmailDomains } from "./abuse/email-domains.ts";
import { createGuard } from "./abuse/guard.ts";
import { registerActionService } from "./actions/action-service.ts";
import { BatchWriter } from "./actions/batch-writer.ts";
import { createCounters } from "./actions/counters.ts";
import type { Sealer } from "./actions/seal-person.ts";
import { startDriftCheck } from "./counting/drift-check.ts";
import { connectDatabase, type DatabaseConnection } from "./db/connection.ts";
import { checkDurability } from "./db/durability.ts";
import { migrate } from "./db/migrations.ts";
import { type PostgresServer, startPostgres } from "./db/postgres-server.ts";
import type { GatewayDeps } from "./deps.ts";
import { createConnectCalls } from "./http/connect-calls.ts";
import { closeServer, listen } from "./http/listen.ts";
import { defaultRateLimits, type RateLimits } from "./http/rate-limits.ts";
import { createHttpServer } from "./http/server.ts";
import { createStaticFiles } from "./http/static-files.ts";
import { registerKeyLogService } from "./key-log/key-log-service.ts";
import { createLog, type Log } from "./log/log.ts";
import { openLogFile } from "./log/log-file.ts";
import { createMailKeys } from "./mails/mail-keys.ts";
import { registerMailService } from "./mails/mail-service.ts";
import { type Mails, startMails } from "./mails/mails.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { registerModerationService } from "./moderation/moderation-service.ts";
import type { GatewayOptions } from "./options.ts";
import { registerAdministrationService } from "./organisations/administration-service.ts";
import { createAuthentication } from "./organisations/authentication.ts";
import { registerOrganisationService } from "./organisations/organisation-service.ts";
import { ensureHomeOrganisation } from "./organisations/organisations.ts";
import { registerStaffServices } from "./organisations/staff-services.ts";
import { createPages } from "./pages/page-truth.ts";
import { type StaffNotices, startStaffNotices } from "./notices/staff-notices.ts";
import { createProcaEndpoint } from "./proca/endpoint.ts";
import { registerRewrapService } from "./rewrap/rewrap-service.ts";
import { createRightsLetters } from "./rights/rights-letters.ts";
import { registerRightsService } from "./rights/rights-service.ts";
import { type Rights, startRights } from "./rights/rights.ts";
import { loadGatewaySecrets } from "./secrets/gateway-secrets.ts";
import { registerStatisticsService } from "./statistics/statistics-service.ts";
import { startWebhooks, type Webhooks } from "./webhooks/at-work.ts";
import { registerWebhookServices } from "./webhooks/webhook-service.ts";

/** A running gateway. */
export interface Gateway {
  /** Where it listens, "http://127.0.0.1:8080". */
  readonly address: string;
  readonly port: number;
  /** Its mails, which also go out by themselves. */
  readonly mails: Pick<Mails, "workNow" | "bouncePort">;
  /** Upkeep of rights and retention, which also happens by itself. */
  readonly rights: Pick<Rights, "keepUpNow">;
  /** Upkeep of notices and the audit log, which also happens by itself. */
  readonly notices: Pick<StaffNotices, "keepUpNow">;
  /** Its webhooks, which also go out by themselves. */
  readonly webhooks: Pick<Webhooks, "workNow">;
  /** Process id of the private database server, where there is one. */
  readonly databaseProcessId: () => number | undefined;
  /** Finishes what was accepted, then stops everything. */
  readonly close: () => Promise<void>;
}

/** Things to close, the last opened first. */
class Closing {
  readonly #steps: (() => Promise<void> | void)[] = [];

  add(step: () => Promise<void> | void): void {
    this.#steps.push(step);
  }

  async run(): Promise<void> {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) await step();
  }
}

/**
 * Starts a gateway: secrets, database, migrations, server.
 * @throws StartError, FolderInUseError, UnsafeDatabaseError, SecretFileError, with everything closed again
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const closing = new Closing();
  try {
    return await start(options, closing);
  } catch (error) {
    await closing.run();
    throw error;
  }
}

async function start(options: GatewayOptions, closing: Closing): Promise<Gateway> {
  const startedAtMs = performance.now();
  await mkdir(options.dataFolder, { recursive: true, mode: 0o700 });
  const log = createLog(options.logDestination ?? openLogFile(join(options.dataFolder, "gateway.log")));
  const secrets = await loadGatewaySecrets({ primitives: nodePrimitives, random: systemRandom }, options.dataFolder);
  closing.add(() => secrets.destroy());
  const { connection, server } = await openDatabase({ log }, { options, closing });
  const now = options.now ?? Date.now;
  const deps: GatewayDeps = { ...connection, primitives: nodePrimitives, random: systemRandom, now, log, secrets };
  await checkDurability(deps.db);
  await migrate(deps.db);
  await ensureHomeOrganisation(deps);
  const { address, port, mails, rights, notices, webhooks } = await serve(deps, { options, closing });
  log({ event: "started", port, startMs: Math.round(performance.now() - startedAtMs) });
  const close = async (): Promise<void> => {
    await closing.run();
    log({ event: "stopped" });
  };
  return { address, port, mails, rights, notices, webhooks, databaseProcessId: () => server?.processId(), close };
}

interface Opening {
  readonly options: GatewayOptions;
  readonly closing: Closing;
}

async function openDatabase(
  { log }: { readonly log: Log },
  { options, closing }: Opening,
): Promise<{ readonly connection: DatabaseConnection; readonly server: PostgresServer | undefined }> {
  const server =
    options.databaseUrl === undefined ? await startPostgres({ log }, { dataFolder: options.dataFolder }) : undefined;
  if (server !== undefined) closing.add(server.close);
  const address = server?.connection ?? { connectionString: options.databaseUrl ?? "" };
  const connection = connectDatabase({ log }, address);
  closing.add(connection.close);
  return { connection, server };
}

async function serve(
  deps: GatewayDeps,
  { options, closing }: Opening,
): Promise<Pick<Gateway, "address" | "port" | "mails" | "rights" | "notices" | "webhooks">> {
  const state = { address: "" };
  const origin = (): string => options.origin ?? state.address;
  const rates: RateLimits = { ...defaultRateLimits, ...options.rates };
  const files = createStaticFiles(options.widgetFolder ?? defaultWidgetFolder);
  const organisationFiles = createStaticFiles(options.organisationPagesFolder ?? defaultPagesFolder);
  const writer = new BatchWriter(deps);
  closing.add(async () => await writer.close());
  const mailKeys = createMailKeys(deps, options);
  const metrics = createMetrics({ waiting: () => writer.waiting });
  const guard = createGuard({ ...deps, registry: metrics.registry }, { mode: options.proofOfWork ?? "off", rates });
  const intake = {
    ...deps,
    pages: createPages(deps),
    counters: createCounters(deps),
    writer,
    seal: createSealer(deps, options),
    mailKeys,
    guard,
    emailDomains: await createEmailDomains(deps, options.emailDomains ?? {}),
  };
  const notices = startStaffNotices({ ...deps, origin });
  closing.add(notices.close);
  const letters = [createRightsLetters({ ...intake, origin }), notices.letters];
  const mails = await startMails({ ...intake, origin, registry: metrics.registry, letters }, options);
  closing.add(mails.close);
  closing.add(startDriftCheck(deps, { registry: metrics.registry }).stop);
  const rights = startRights({ ...intake, files, rates, registry: metrics.registry, canSend: mails.canSend });
  closing.add(rights.close);
  const webhooks = await startWebhooks({ ...deps, registry: metrics.registry }, options);
  closing.add(webhooks.close);
  const authentication = createAuthentication(deps, rates);
  const calls = createConnectCalls(deps, (router) => {
    registerActionService(router, { ...intake, authentication });
    registerModerationService(router, { ...intake, authentication });
    registerOrganisationService(router, { ...intake, authentication, origin, files });
    registerKeyLogService(router, { ...intake, authentication });
    registerRewrapService(router, { ...deps, authentication });
    registerStatisticsService(router, { ...deps, authentication });
    registerWebhookServices(router, { ...deps, authentication, webhooks, policy: webhooks.policy });
    registerRightsService(router, { ...deps, authentication });
    registerAdministrationService(router, { ...deps, authentication });
    registerStaffServices(router, { ...intake, ...notices, authentication, origin, files, canSend: mails.canSend });
    registerMailService(router, { ...intake, authentication, origin, canSend: mails.canSend });
  });
  const server = createHttpServer({
    ...intake,
    calls,
    proca: createProcaEndpoint(intake),
    rights,
    webhookKeys: webhooks.keys,
    rates,
    trustedProxies: options.trustedProxies ?? 0,
    isHealthy: async () => await databaseAnswers(deps),
    files,
    organisationFiles,
    origin,
    metrics,
  });
  const port = await startListening({ server, metrics }, { options, closing });
  const host = options.host ?? usualHost;
  state.address = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  return { address: state.address, port, mails, rights, notices, webhooks };
}

const usualHost = "127.0.0.1";

async function startListening(
  { server, metrics }: { readonly server: Server; readonly metrics: Metrics },
  { options, closing }: Opening,
): Promise<number> {
  closing.add(async () => await closeServer(server));
  const port = await listen(server, { host: options.host ?? usualHost, port: options.port ?? 8080 });
  if (options.metricsPort === undefined) return port;
  const metricsServer = await metrics.serve(options.metricsPort);
  closing.add(async () => await closeServer(metricsServer));
  return port;
}

async function databaseAnswers({ db }: Pick<GatewayDeps, "db">): Promise<boolean> {
  return await sql`SELECT 1`.execute(db).then(
    () => true,
    () => false,
  );
}

function createSealer({ primitives, random, secrets }: GatewayDeps, { sender }: GatewayOptions): Sealer {
  if (sender === "home") return createHomeSender({ primitives, random }, secrets.home).sealContact;
  return (input) => sealContact({ primitives, random }, input);
}

const appsFolder = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const defaultWidgetFolder = join(appsFolder, "widget", "dist");
const defaultPagesFolder = join(appsFolder, "web", "dist", "site");
