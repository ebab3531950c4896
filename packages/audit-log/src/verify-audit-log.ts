/**
 * The check of a whole log against what was seen before (docs/protocol/audit.md §6): every link is calculated anew, the
 * organisation's own events are hashed, and the chain has to lead through every head that is remembered or that others saw.
 */
import { type Bytes, encodeFields, equalBytes } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { type AuditEvent, hashAuditEvent } from "./audit-event.ts";
import { requireSignedHead, type SignedAuditHead } from "./audit-head.ts";
import { linkAuditHash } from "./audit-link.ts";
import type { AuditMemory } from "./audit-memory.ts";
import {
  AuditBrokenChainError,
  AuditEventChangedError,
  AuditEventMissingError,
  AuditForkedError,
  AuditOtherLogError,
  AuditRolledBackError,
} from "./errors.ts";
import { auditLabels } from "./labels.ts";

/** What is checked, against what. */
export interface AuditVerifierInput {
  /** The head that the gateway signs now. */
  readonly head: SignedAuditHead;
  /** Pinned at first contact, 32 bytes. */
  readonly gatewaySigningKey: Uint8Array;
  /** Who checks, 16 bytes. */
  readonly organisationId: Uint8Array;
  /** What the last check left; undefined only at the first. */
  readonly remembered: AuditMemory | undefined;
  /** Heads that others saw, such as another organisation of the same gateway. */
  readonly seenByOthers: readonly SignedAuditHead[];
}

/** A link as the gateway shows it: with its event where that is the organisation's own. */
export interface SeenLink {
  readonly eventHash: Uint8Array;
  readonly event: Omit<AuditEvent, "organisationId"> | undefined;
}

/** Takes the links from the first to the last. All of its functions throw AuditLogErrors. */
export interface AuditVerifier {
  readonly add: (link: SeenLink) => void;
  /** Ends the check. What to remember from now on. */
  readonly finish: () => AuditMemory;
}

/**
 * Begins a check: signatures, and that it is the log that was seen before and no shorter.
 * @throws AuditBadSignatureError, AuditMalformedError, AuditOtherLogError, AuditRolledBackError
 */
export function createAuditVerifier(
  deps: Pick<Primitives, "sha256" | "verify">,
  input: AuditVerifierInput,
): AuditVerifier {
  const { head, gatewaySigningKey, remembered, seenByOthers } = input;
  const known = remembered === undefined ? seenByOthers : [remembered.head, ...seenByOthers];
  for (const one of [head, ...known]) requireSignedHead(deps, { head: one, gatewaySigningKey });
  if (known.some(({ logId }) => !equalBytes(logId, head.logId))) throw new AuditOtherLogError();
  if (known.some(({ size }) => size > head.size)) throw new AuditRolledBackError();
  return new ChainVerifier(deps, { ...input, known });
}

class ChainVerifier implements AuditVerifier {
  readonly #deps: Pick<Primitives, "sha256">;
  readonly #input: AuditVerifierInput;
  readonly #knownBySize = new Map<number, SignedAuditHead[]>();
  #seq = 0;
  #hash: Uint8Array = new Uint8Array(0);
  #ownEvents = 0;
  #ownDigest: Bytes;

  constructor(
    deps: Pick<Primitives, "sha256">,
    { known, ...input }: AuditVerifierInput & { readonly known: readonly SignedAuditHead[] },
  ) {
    this.#deps = deps;
    this.#input = input;
    for (const head of known) this.#knownBySize.set(head.size, [...(this.#knownBySize.get(head.size) ?? []), head]);
    this.#ownDigest = deps.sha256(encodeFields(auditLabels.ownEvents));
  }

  add({ eventHash, event }: SeenLink): void {
    const { head, remembered } = this.#input;
    if (this.#seq >= head.size || eventHash.length !== 32) throw new AuditBrokenChainError();
    this.#seq++;
    if (event !== undefined) this.#addOwn(event, eventHash);
    const { logId } = head;
    this.#hash = linkAuditHash(this.#deps, { logId, seq: this.#seq, before: this.#hash, eventHash });
    for (const known of this.#knownBySize.get(this.#seq) ?? []) {
      if (!equalBytes(known.hash, this.#hash)) throw new AuditForkedError([known, head]);
    }
    if (remembered?.head.size === this.#seq) this.#requireSameOwn(remembered);
  }

  finish(): AuditMemory {
    const { head } = this.#input;
    if (this.#seq !== head.size || !equalBytes(head.hash, this.#hash)) throw new AuditBrokenChainError();
    return { head, ownEvents: this.#ownEvents, ownDigest: this.#ownDigest };
  }

  #addOwn(event: Omit<AuditEvent, "organisationId">, eventHash: Uint8Array): void {
    const { organisationId } = this.#input;
    if (!equalBytes(hashAuditEvent(this.#deps, { ...event, organisationId }), eventHash)) {
      throw new AuditEventChangedError(this.#seq);
    }
    if (event.organisationSeq !== this.#ownEvents + 1) throw new AuditEventMissingError();
    this.#ownEvents++;
    this.#ownDigest = this.#deps.sha256(encodeFields(auditLabels.ownEvents, this.#ownDigest, this.#seq));
  }

  // The chain alone would not show that an event is passed off as somebody else's: its hash is still there.
  #requireSameOwn({ ownEvents, ownDigest }: AuditMemory): void {
    if (ownEvents !== this.#ownEvents || !equalBytes(ownDigest, this.#ownDigest)) throw new AuditEventMissingError();
  }
}
