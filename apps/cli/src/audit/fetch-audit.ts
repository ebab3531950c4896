/** The audit log as the gateway serves it, in the form that is verified. */
import { type AuditMemory, createAuditVerifier, type SeenLink, type SignedAuditHead } from "@coterie/audit-log";
import { CoterieError, decodeTextForm } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import type { AuditEvent, AuditHead, AuditLink } from "@coterie/protocol";
import type { Gateway } from "../gateway/gateway-client.ts";
import { organisationIdBytes } from "../gateway/organisation-gateway.ts";
import type { OrganisationFolder } from "../premises/organisation-folder.ts";
import { GatewayMisbehavedError, InterruptedError } from "../terminal/errors.ts";

/** What verifying needs. */
export interface VerifyDeps {
  readonly gateway: Pick<Gateway, "audit">;
  readonly primitives: Primitives;
  readonly signal: AbortSignal;
  readonly onLinks: (seen: number, size: number) => void;
}

/** Whose log, against what. */
export interface VerifyInput {
  readonly folder: OrganisationFolder;
  readonly remembered: AuditMemory | undefined;
  readonly seenByOthers: readonly SignedAuditHead[];
}

const linksAtOnce = 5000;

/** Verifies the whole log. What to remember from now on. Throws AuditLogError, GatewayMisbehavedError, InterruptedError. */
export async function verifyAuditLog(deps: VerifyDeps, input: VerifyInput): Promise<AuditMemory> {
  const { folder, remembered, seenByOthers } = input;
  const { audit } = deps.gateway;
  const head = readHead((await audit.getAuditHead({})).head);
  const verifier = createAuditVerifier(deps.primitives, {
    head,
    gatewaySigningKey: folder.profile.gatewaySigningKey,
    organisationId: organisationIdBytes(folder),
    remembered,
    seenByOthers,
  });
  for (let seen = 0; seen < head.size; ) {
    if (deps.signal.aborted) throw new InterruptedError();
    const { links } = await audit.listAuditLinks({ afterSeq: BigInt(seen), limit: linksAtOnce });
    // The log may have grown meanwhile; what is behind the head is verified the next time.
    const part = links.slice(0, head.size - seen);
    // Without links before the head: the verifier says what that means.
    if (part.length === 0) break;
    for (const link of part) verifier.add(readLink(link));
    seen += part.length;
    deps.onLinks(seen, head.size);
  }
  return verifier.finish();
}

function readHead(head: AuditHead | undefined): SignedAuditHead {
  if (head === undefined) throw new GatewayMisbehavedError("the gateway gave no head of its audit log");
  const { logId, size, hash, signedAtMs, signature } = head;
  return { logId, size: Number(size), hash, signedAtMs: Number(signedAtMs), signature };
}

function readLink({ eventHash, event }: AuditLink): SeenLink {
  return { eventHash, event: event === undefined ? undefined : readEvent(event) };
}

function readEvent(wire: AuditEvent): NonNullable<SeenLink["event"]> {
  const { organisationSeq, actor, tokenId, event, subject, amount, atMs, salt } = wire;
  return {
    salt,
    organisationSeq: Number(organisationSeq),
    actor,
    tokenId: readTokenId(tokenId),
    event,
    subject,
    amount: Number(amount),
    atMs: Number(atMs),
  };
}

function readTokenId(text: string): Uint8Array {
  if (text === "") return new Uint8Array(0);
  try {
    return decodeTextForm("ctid", text, { lengthBytes: 16 });
  } catch (error) {
    if (error instanceof CoterieError) throw new GatewayMisbehavedError("the audit log names a token wrongly");
    throw error;
  }
}
