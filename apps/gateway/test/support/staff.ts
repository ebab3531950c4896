// The services by which an organisation's staff looks after its gateway, and the check of the audit log as an organisation runs it.
import { createClient, type Client } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { type AuditMemory, createAuditVerifier, type SeenLink, type SignedAuditHead } from "@coterie/audit-log";
import { CoterieError, decodeTextForm } from "@coterie/bytes";
import { nodePrimitives } from "@coterie/primitives/node";
import { type AuditHead, type AuditLink, AuditService, NoticeService, SettingsService } from "@coterie/protocol";
import type { TestOrganisation } from "./coalition.ts";

export interface StaffClients {
  readonly audit: Client<typeof AuditService>;
  readonly notices: Client<typeof NoticeService>;
  readonly settings: Client<typeof SettingsService>;
}

export function staffClients(gateway: { readonly address: string }, { token }: { token: string }): StaffClients {
  const transport = createConnectTransport({
    baseUrl: gateway.address,
    httpVersion: "1.1",
    interceptors: [
      (next) => async (request) => {
        request.header.set("authorization", `Bearer ${token}`);
        return await next(request);
      },
    ],
  });
  return {
    audit: createClient(AuditService, transport),
    notices: createClient(NoticeService, transport),
    settings: createClient(SettingsService, transport),
  };
}

export interface Checking {
  readonly owner: TestOrganisation;
  readonly remembered?: AuditMemory | undefined;
  readonly seenByOthers?: readonly SignedAuditHead[];
  /** Few, so that short logs have several pages too. */
  readonly linksAtOnce?: number;
}

/** Verifies the whole log over the wire; throws an AuditLogError where it is not what it was. */
export async function checkLog(
  gateway: { readonly address: string },
  { owner, remembered, seenByOthers = [], linksAtOnce = 7 }: Checking,
): Promise<AuditMemory> {
  const { audit } = staffClients(gateway, owner);
  const { gatewaySigningKey } = await owner.clients.organisations.getOrganisation({});
  const head = headOf((await audit.getAuditHead({})).head);
  const organisationId = decodeTextForm("corg", owner.organisation.id, { lengthBytes: 16 });
  const verifier = createAuditVerifier(nodePrimitives, {
    head,
    gatewaySigningKey,
    organisationId,
    remembered,
    seenByOthers,
  });
  for (let seen = 0; seen < head.size; ) {
    const { links } = await audit.listAuditLinks({ afterSeq: BigInt(seen), limit: linksAtOnce });
    if (links.length === 0) break;
    for (const link of links.slice(0, head.size - seen)) verifier.add(linkOf(link));
    seen += links.length;
  }
  return verifier.finish();
}

/** "accepted", or the code of what was found. */
export async function findingOf(check: Promise<unknown>): Promise<string> {
  try {
    await check;
    return "accepted";
  } catch (error) {
    if (error instanceof CoterieError) return error.code;
    throw error;
  }
}

export function headOf(head: AuditHead | undefined): SignedAuditHead {
  if (head === undefined) throw new Error("no head");
  const { logId, size, hash, signedAtMs, signature } = head;
  return { logId, size: Number(size), hash, signedAtMs: Number(signedAtMs), signature };
}

function linkOf({ eventHash, event }: AuditLink): SeenLink {
  if (event === undefined) return { eventHash, event };
  const { organisationSeq, actor, tokenId, subject, amount, atMs, salt } = event;
  return {
    eventHash,
    event: {
      salt,
      organisationSeq: Number(organisationSeq),
      actor,
      tokenId: tokenId === "" ? new Uint8Array() : decodeTextForm("ctid", tokenId, { lengthBytes: 16 }),
      event: event.event,
      subject,
      amount: Number(amount),
      atMs: Number(atMs),
    },
  };
}
