/** Checking the gateway's audit log, in the worker of key jobs: the chain is long, and the page stays quick meanwhile. */
import { fromBinary } from "@bufbuild/protobuf";
import {
  type AuditMemory,
  createAuditVerifier,
  decodeAuditMemory,
  encodeAuditMemory,
  type SeenLink,
  type SignedAuditHead,
} from "@coterie/audit-log";
import { type Bytes, decodeTextForm } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { type AuditEvent, type AuditHead, AuditHeadSchema, ListAuditLinksResponseSchema } from "@coterie/protocol";

/** A whole log to check. */
export interface VerifyAuditJob {
  readonly kind: "verify-audit";
  /** An AuditHead. */
  readonly head: Uint8Array;
  /** ListAuditLinksResponses, from the first link to the last. */
  readonly pages: readonly Uint8Array[];
  /** What the last check gave. */
  readonly remembered: Uint8Array | undefined;
  readonly gatewaySigningKey: Uint8Array;
  /** "corg1…" */
  readonly organisation: string;
}

/** What a check gave. */
export interface VerifiedAudit {
  readonly size: number;
  readonly ownEvents: number;
  /** To be remembered in place of the memory before. */
  readonly memory: Bytes;
}

/** Checks the log. Throws AuditLogError of `@coterie/audit-log` with the first thing that is wrong. */
export function verifyAudit({ primitives }: { readonly primitives: Primitives }, job: VerifyAuditJob): VerifiedAudit {
  const head = headOf(fromBinary(AuditHeadSchema, job.head));
  const remembered: AuditMemory | undefined =
    job.remembered === undefined ? undefined : decodeAuditMemory(job.remembered);
  const { gatewaySigningKey, organisation } = job;
  const organisationId = decodeTextForm("corg", organisation, { lengthBytes: 16 });
  const verifier = createAuditVerifier(primitives, {
    head,
    gatewaySigningKey,
    organisationId,
    remembered,
    seenByOthers: [],
  });
  for (const page of job.pages) {
    for (const { eventHash, event } of fromBinary(ListAuditLinksResponseSchema, page).links)
      verifier.add({ eventHash, event: event === undefined ? undefined : eventOf(event) });
  }
  const memory = verifier.finish();
  return { size: head.size, ownEvents: memory.ownEvents, memory: encodeAuditMemory(memory) };
}

function headOf({ logId, size, hash, signedAtMs, signature }: AuditHead): SignedAuditHead {
  return { logId, size: Number(size), hash, signedAtMs: Number(signedAtMs), signature };
}

function eventOf(event: AuditEvent): NonNullable<SeenLink["event"]> {
  const { salt, actor, tokenId, subject } = event;
  return {
    salt,
    organisationSeq: Number(event.organisationSeq),
    actor,
    tokenId: tokenId === "" ? new Uint8Array() : decodeTextForm("ctid", tokenId, { lengthBytes: 16 }),
    event: event.event,
    subject,
    amount: Number(event.amount),
    atMs: Number(event.atMs),
  };
}
