/**
 * Return addresses that say which mail came back (docs/protocol/mails.md §5): "b." the mail's id, ".", and ten bytes of HMAC-SHA-256
 * over it, all in lower-case hexadecimal, since servers may change the case. Nobody else can make one, and it says nothing about anybody.
 */
import { type Bytes, decodeHex, encodeFields, encodeHex, equalBytes, type SecretKey } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";

/** Makes and reads return addresses. */
export interface ReturnPaths {
  readonly encode: (mailId: Uint8Array) => string;
  /** The mail's id, or undefined where the address is not one that this gateway made. */
  readonly decode: (address: string) => Bytes | undefined;
}

/** Return addresses at `domain`. */
export function createReturnPaths(
  { primitives, key }: { readonly primitives: Pick<Primitives, "hmacSha256">; readonly key: SecretKey<"bounces"> },
  domain: string,
): ReturnPaths {
  const tagOf = (mailId: Uint8Array): Bytes =>
    primitives.hmacSha256(key.exposeSecretBytes(), encodeFields("coterie/return-path/1", mailId)).slice(0, 10);
  return {
    encode: (mailId) => `b.${encodeHex(mailId)}.${encodeHex(tagOf(mailId))}@${domain}`,
    decode: (address) => {
      const [, id, tag, at] = /^b\.([0-9a-f]{32})\.([0-9a-f]{20})@(.{1,255})$/.exec(address.toLowerCase()) ?? [];
      if (id === undefined || tag === undefined || at !== domain.toLowerCase()) return undefined;
      const mailId = decodeHex(id);
      return equalBytes(tagOf(mailId), decodeHex(tag)) ? mailId : undefined;
    },
  };
}

/**
 * Whether a message that came back says that delivery failed for good (RFC 3464): not that it is delayed, and not that somebody is on
 * holiday. Reads the machine-readable part alone.
 */
export function isPermanentFailure(message: string): boolean {
  const action = /^Action:[ \t]*([a-z]+)[ \t]*\r?$/im.exec(message)?.[1]?.toLowerCase();
  const status = /^Status:[ \t]*([245])\.(\d{1,3})\.\d{1,3}\b/im.exec(message);
  // 5.1: the address; 5.2: its mailbox. 5.7 and others are about this gateway, or this mail.
  return action === "failed" && status?.[1] === "5" && (status[2] === "1" || status[2] === "2");
}
