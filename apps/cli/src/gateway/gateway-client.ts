/** Typed calls to one gateway, over HTTP/1.1 with protobuf bodies. */
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Client, Interceptor } from "@connectrpc/connect";
import type { RandomSource } from "@coterie/primitives";
import type {
  AdministrationService,
  AuditService,
  KeyLogService,
  MailService,
  ModerationService,
  NoticeService,
  OrganisationService,
  RewrapService,
  RightsService,
  SettingsService,
  StatisticsService,
  WebhookService,
} from "@coterie/protocol";
import { parseGatewayAddress } from "./gateway-address.ts";

/** What a gateway client needs from outside. */
export interface GatewayDeps {
  readonly random: RandomSource;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** Which gateway, and as whom. */
export interface GatewayAccess {
  readonly address: string;
  /** An organisation's or the operator's token; none for what anybody may ask. */
  readonly token?: string;
  readonly patienceMs: number;
}

/** The services of one gateway. `close` ends its connections. */
export interface Gateway {
  readonly organisations: Client<typeof OrganisationService>;
  readonly administration: Client<typeof AdministrationService>;
  readonly keyLogs: Client<typeof KeyLogService>;
  readonly rewraps: Client<typeof RewrapService>;
  readonly rights: Client<typeof RightsService>;
  readonly webhooks: Client<typeof WebhookService>;
  readonly moderation: Client<typeof ModerationService>;
  readonly audit: Client<typeof AuditService>;
  readonly notices: Client<typeof NoticeService>;
  readonly settings: Client<typeof SettingsService>;
  readonly mails: Client<typeof MailService>;
  readonly statistics: Client<typeof StatisticsService>;
  readonly close: () => void;
}

const timeoutMs = 30_000;
/** 1,000 contacts of the largest size, with what stands around them. */
const largestAnswerBytes = 16 * 1024 * 1024;

/**
 * Connects to a gateway; the first call opens the connection. What speaks to gateways is loaded here and not before:
 * commands that ask nobody start faster and stay smaller.
 */
export async function connectGateway(
  deps: GatewayDeps,
  { address, token, patienceMs }: GatewayAccess,
): Promise<Gateway> {
  const baseUrl = parseGatewayAddress(address);
  const [{ createClient }, { createConnectTransport }, protocol, { createRetryingTransport }] = await Promise.all([
    import("@connectrpc/connect"),
    import("@connectrpc/connect-node"),
    import("@coterie/protocol"),
    import("./retrying-transport.ts"),
  ]);
  const agent = baseUrl.startsWith("https:") ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const inner = createConnectTransport({
    baseUrl,
    httpVersion: "1.1",
    useBinaryFormat: true,
    readMaxBytes: largestAnswerBytes,
    // Ciphertext does not shrink.
    acceptCompression: [],
    interceptors: token === undefined ? [] : [authorise(token)],
    nodeOptions: { agent },
  });
  const transport = createRetryingTransport({ inner, ...deps }, { patienceMs, timeoutMs });
  return {
    organisations: createClient(protocol.OrganisationService, transport),
    administration: createClient(protocol.AdministrationService, transport),
    keyLogs: createClient(protocol.KeyLogService, transport),
    rewraps: createClient(protocol.RewrapService, transport),
    rights: createClient(protocol.RightsService, transport),
    webhooks: createClient(protocol.WebhookService, transport),
    moderation: createClient(protocol.ModerationService, transport),
    audit: createClient(protocol.AuditService, transport),
    notices: createClient(protocol.NoticeService, transport),
    settings: createClient(protocol.SettingsService, transport),
    mails: createClient(protocol.MailService, transport),
    statistics: createClient(protocol.StatisticsService, transport),
    close: () => agent.destroy(),
  };
}

function authorise(token: string): Interceptor {
  return (next) => (request) => {
    request.header.set("authorization", `Bearer ${token}`);
    return next(request);
  };
}
