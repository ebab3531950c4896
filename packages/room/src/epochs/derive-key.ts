/** The one way in which keys of a room follow from a secret: HKDF-SHA-256 with an empty salt (docs/protocol/rooms.md). */
import { type Bytes, concatBytes } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";

const noSalt: Bytes = new Uint8Array(0);

/** 32 bytes, or `lengthBytes`, from `secret` for the purpose that `info` names and the `context` behind it. The caller wipes them. */
export function deriveKey(
  primitives: Pick<Primitives, "hkdfSha256">,
  {
    secret,
    info,
    context = [],
    lengthBytes = 32,
  }: {
    readonly secret: Uint8Array;
    readonly info: Uint8Array;
    readonly context?: readonly Uint8Array[];
    readonly lengthBytes?: number;
  },
): Bytes {
  return primitives.hkdfSha256({ secret, salt: noSalt, info: concatBytes(info, ...context), lengthBytes });
}
