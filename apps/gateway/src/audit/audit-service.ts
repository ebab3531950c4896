/** The audit log over the wire: an organisation's own events, and the chain around them. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ConnectRouter, ServiceImpl } from "@connectrpc/connect";
import { AuditService, type AuditEventSchema } from "@coterie/protocol";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";
import { encodeId } from "../ids.ts";
import type { Authentication } from "../organisations/authentication.ts";
import { listOwnEvents, listStoredLinks, signStoredHead, type StoredAuditEvent } from "./stored-log.ts";

/** What the service needs. */
export interface AuditServiceDeps extends Pick<GatewayDeps, "db" | "primitives" | "secrets" | "now"> {
  readonly authentication: Authentication;
}

const mostLinks = 5000;
const mostEvents = 1000;
const usualEvents = 100;

/** Adds the service. */
export function registerAuditService(router: ConnectRouter, deps: AuditServiceDeps): void {
  const { requireOrganisation } = deps.authentication;
  const methods: ServiceImpl<typeof AuditService> = {
    getAuditHead: async (_request, context) => {
      await requireOrganisation(context);
      const { logId, size, hash, signedAtMs, signature } = await signStoredHead(deps);
      return {
        head: {
          logId: new Uint8Array(logId),
          size: BigInt(size),
          hash: new Uint8Array(hash),
          signedAtMs: BigInt(signedAtMs),
          signature: new Uint8Array(signature),
        },
      };
    },
    listAuditLinks: async ({ afterSeq, limit }, context) => {
      const { organisationId } = await requireOrganisation(context);
      const links = await listStoredLinks(deps, {
        organisationId,
        afterSeq: parsePlace(afterSeq),
        limit: parseLimit(limit, { most: mostLinks, usual: mostLinks }),
      });
      return {
        links: links.map(({ eventHash, event }) => ({
          eventHash,
          ...(event === undefined ? {} : { event: toAuditEventMessage(event) }),
        })),
      };
    },
    listAuditEvents: async ({ beforeSeq, limit }, context) => {
      const { organisationId } = await requireOrganisation(context);
      const events = await listOwnEvents(deps, {
        organisationId,
        beforeSeq: beforeSeq === 0n ? Number.MAX_SAFE_INTEGER : parsePlace(beforeSeq),
        limit: parseLimit(limit, { most: mostEvents, usual: usualEvents }),
      });
      return { events: events.map(toAuditEventMessage) };
    },
  };
  router.service(AuditService, methods);
}

/** A place in the log as it travels. Throws RefusedError "invalid". */
export function parsePlace(seq: bigint): number {
  if (seq < 0n || seq > BigInt(Number.MAX_SAFE_INTEGER)) throw new RefusedError("invalid");
  return Number(seq);
}

/** An event as it travels. */
export function toAuditEventMessage(event: StoredAuditEvent): MessageInitShape<typeof AuditEventSchema> {
  return {
    seq: BigInt(event.seq),
    organisationSeq: BigInt(event.organisation_seq),
    actor: event.actor,
    tokenId: event.token_id === null ? "" : encodeId("ctid", event.token_id),
    event: event.event,
    subject: event.subject,
    amount: BigInt(event.amount),
    atMs: BigInt(event.at_ms),
    salt: event.salt,
  };
}

function parseLimit(limit: number, { most, usual }: { readonly most: number; readonly usual: number }): number {
  if (limit < 0 || limit > most) throw new RefusedError("invalid");
  return limit === 0 ? usual : limit;
}
