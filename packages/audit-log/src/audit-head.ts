/** What a gateway signs about its log (docs/protocol/audit.md §4). Two heads that do not fit together prove what it did. */
import { type Bytes, CoterieError, encodeFields, FieldReader } from "@coterie/bytes";
import type { Primitives, SigningKeyPair } from "@coterie/primitives";
import { AuditBadSignatureError, AuditMalformedError } from "./errors.ts";
import { auditLabels } from "./labels.ts";
import { auditLogLimits } from "./limits.ts";

/** The state of a log. */
export interface AuditHead {
  /** 16 bytes. */
  readonly logId: Uint8Array;
  /** How many events. */
  readonly size: number;
  /** The last link's hash, 32 bytes; none in an empty log. */
  readonly hash: Uint8Array;
  readonly signedAtMs: number;
}

/** A head with the gateway's signature, 64 bytes. */
export interface SignedAuditHead extends AuditHead {
  readonly signature: Uint8Array;
}

/** Signs a head. */
export function signAuditHead(
  { sign }: Pick<Primitives, "sign">,
  { head, signing }: { readonly head: AuditHead; readonly signing: SigningKeyPair },
): SignedAuditHead {
  return { ...head, signature: sign(signing.secretKey, statementOf(head)) };
}

/** Throws AuditBadSignatureError unless the gateway signed the head, AuditMalformedError where it is none. */
export function requireSignedHead(
  { verify }: Pick<Primitives, "verify">,
  { head, gatewaySigningKey }: { readonly head: SignedAuditHead; readonly gatewaySigningKey: Uint8Array },
): void {
  const { logId, size, hash, signedAtMs } = head;
  const numbersFit = [size, signedAtMs].every((number) => Number.isSafeInteger(number) && number >= 0);
  if (logId.length !== 16 || !numbersFit || hash.length !== (size === 0 ? 0 : 32)) {
    throw new AuditMalformedError("the head of the audit log has another form");
  }
  if (!verify(gatewaySigningKey, statementOf(head), head.signature)) throw new AuditBadSignatureError();
}

/** The head as bytes, for passing it to others. */
export function encodeAuditHead({ logId, size, hash, signedAtMs, signature }: SignedAuditHead): Bytes {
  return encodeFields(auditLabels.signedHead, logId, size, hash, signedAtMs, signature);
}

/** The head from bytes; its signature is not checked here. Throws AuditMalformedError. */
export function decodeAuditHead(encoded: Uint8Array): SignedAuditHead {
  if (encoded.length > auditLogLimits.headLengthBytes) throw new AuditMalformedError("not a head of an audit log");
  return strictly(() => {
    const reader = new FieldReader(encoded);
    if (reader.text(64) !== auditLabels.signedHead) throw new AuditMalformedError("not a head of an audit log");
    const head = {
      logId: reader.bytes(16),
      size: reader.number(),
      hash: reader.bytes(32),
      signedAtMs: reader.number(),
      signature: reader.bytes(64),
    };
    reader.end();
    return head;
  });
}

/** Runs a reading, with this package's one error for bytes of another form. */
export function strictly<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (error instanceof CoterieError && error.code.startsWith("bytes/")) {
      throw new AuditMalformedError("not what an audit log stores");
    }
    throw error;
  }
}

function statementOf({ logId, size, hash, signedAtMs }: AuditHead): Bytes {
  return encodeFields(auditLabels.head, logId, size, hash, signedAtMs);
}
