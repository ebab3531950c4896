/** The control part of an opened block, as far as it can be judged without other blocks. */
import { type Bytes, equalBytes } from "@coterie/bytes";
import { MalformedBlockError } from "../errors.ts";
import { type DecodedControl, decodeControlPrefix } from "../format/control-prefix.ts";
import type { Envelope } from "../format/envelope.ts";
import { blockFlags } from "../format/header.ts";

/** Undefined where it does not have the form that docs/protocol/rooms.md §2.2 fixes, or contradicts the envelope. */
export function readControl(envelope: Envelope, control: Bytes): DecodedControl | undefined {
  try {
    const decoded = decodeControlPrefix(control);
    return contradicts(envelope, decoded) ? undefined : decoded;
  } catch (error) {
    if (error instanceof MalformedBlockError) return undefined;
    throw error;
  }
}

function contradicts({ header: { flags, previous } }: Envelope, { links, rest }: DecodedControl): boolean {
  // Padding begins with kind 0: what an acknowledgement holds is nothing else.
  if ((flags & blockFlags.ack) !== 0 && (rest[0] ?? 0) !== 0) return true;
  return links.some((link) => equalBytes(link, previous));
}
