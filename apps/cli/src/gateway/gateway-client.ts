/** Typed calls to one gateway, over HTTP/1.1 with protobuf bodies. */
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { type Client, createClient, type Interceptor } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import type { RandomSource } from "@coterie/primitives";
import { ActionService, AdministrationService, OrganisationService } from "@coterie/protocol";
import { parseGatewayAddress } from "./gateway-address.ts";
import { createRetryingTransport } from "./retrying-transport.ts";

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
  readonly actions: Client<typeof ActionService>;
  readonly close: () => void;
}

const timeoutMs = 30_000;
/** 1,000 contacts of the largest size, with what stands around them. */
const largestAnswerBytes = 16 * 1024 * 1024;

/** Connects to a gateway; the first call opens the connection. */
export function connectGateway(deps: GatewayDeps, { address, token, patienceMs }: GatewayAccess): Gateway {
  const baseUrl = parseGatewayAddress(address);
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
    organisations: createClient(OrganisationService, transport),
    administration: createClient(AdministrationService, transport),
    actions: createClient(ActionService, transport),
    close: () => agent.destroy(),
  };
}

function authorise(token: string): Interceptor {
  return (next) => (request) => {
    request.header.set("authorization", `Bearer ${token}`);
    return next(request);
  };
}
