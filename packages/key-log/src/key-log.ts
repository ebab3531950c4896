/** A verified key log: every entry follows the one before, keeps the rules and is signed by who had to sign it. */
import type { Bytes } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { counterSignedBytes } from "./entry.ts";
import { KeyLogBadSignatureError, KeyLogTruncatedError } from "./errors.ts";
import type { Replay } from "./replay.ts";

declare const verified: unique symbol;

/**
 * A log all of whose signatures were verified. It says nothing about time, and is only as believable as the pin or the
 * premises that it was compared with. A value of this type comes from this package alone.
 */
export interface KeyLog extends Replay {
  readonly [verified]: true;
}

/** What verification needs. `verify` follows libsodium's rule (`Primitives.verify`, the widget's `createSignatureVerifier`). */
export interface KeyLogDeps extends Pick<Primitives, "sha256"> {
  readonly verify: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean | Promise<boolean>;
}

/** The log of a replay whose signatures all hold. Throws KeyLogBadSignatureError. */
export async function verifySignatures({ verify }: KeyLogDeps, replay: Replay): Promise<KeyLog> {
  for (const [seq, entry] of replay.entries.entries()) {
    const signer = replay.signers[seq];
    if (signer === undefined || !(await verify(signer, entry.body, entry.signature)))
      throw new KeyLogBadSignatureError();
    if (!(await counterSignatureHolds(verify, entry))) throw new KeyLogBadSignatureError();
  }
  // brand: every signature was verified just now
  return replay as KeyLog;
}

async function counterSignatureHolds(
  verify: KeyLogDeps["verify"],
  { change, body, counterSignature }: Replay["entries"][number],
): Promise<boolean> {
  if (change.kind !== "authority") return true;
  return counterSignature !== undefined && verify(change.authority, counterSignedBytes(body), counterSignature);
}

/** The last entry of a log. */
export function headOf({ entries }: Replay): { readonly seq: number; readonly hash: Bytes; readonly encoded: Bytes } {
  const head = entries.at(-1);
  if (head === undefined) throw new KeyLogTruncatedError();
  return head;
}
