/**
 * Padded plaintexts (docs/protocol/rooms.md §2.2): lengths show only their magnitude, and one content has one padded form, so that two
 * readers cannot read it differently.
 */
import { type Bytes, createPool, isAllZero } from "@coterie/bytes";
import { ByteReader, MalformedBlockError, oplogLimits, varintLength } from "@coterie/oplog";
import { padmeLength } from "@coterie/sealed-box/seal";
import { MalformedRoomError } from "../errors.ts";
import { roomLimits } from "../limits.ts";

/** The shortest control plaintext: most blocks have one, two links and no operation. */
const minControlBytes = 64;
/** The shortest content plaintext. */
const minContentBytes = 32;
const hashLengthBytes = 32;
const takePlain = createPool();

/** Prefix and operations with their padding. What begins with `control` is checked, as {@link unpadControl} will. */
export function padControl(control: Uint8Array): Bytes {
  const padded = takePlain(paddedLength(control.length, minControlBytes));
  padded.set(control);
  // An operation of kind 0, or one that is cut off, would be taken for padding, or not be read at all.
  if (operationsEnd(control) !== control.length) throw new MalformedRoomError("the operations are not well-formed");
  return padded;
}

/** A view on what {@link padControl} was given. Throws MalformedRoomError, MalformedBlockError on every other form. */
export function unpadControl(padded: Bytes): Bytes {
  return unpadded(padded, { end: operationsEnd(padded), minBytes: minControlBytes });
}

/** A value with its length before it and padding behind it. */
export function padContent(value: Uint8Array): Bytes {
  if (value.length > roomLimits.contentBytes) throw new MalformedRoomError("the content is longer than its limit");
  const prefixBytes = varintLength(value.length);
  const padded = takePlain(paddedLength(prefixBytes + value.length, minContentBytes));
  writeVarint(padded, value.length);
  padded.set(value, prefixBytes);
  return padded;
}

/** A view on what {@link padContent} was given. Throws MalformedRoomError, MalformedBlockError on every other form. */
export function unpadContent(padded: Bytes): Bytes {
  const reader = new ByteReader(padded);
  const lengthBytes = reader.varint();
  if (lengthBytes > roomLimits.contentBytes) throw new MalformedRoomError("the content is longer than its limit");
  const start = reader.offset;
  reader.bytes(lengthBytes);
  return unpadded(padded, { end: reader.offset, minBytes: minContentBytes }).subarray(start);
}

/** Where the operations of a control plaintext end and its padding, if any, begins. */
function operationsEnd(control: Uint8Array): number {
  const reader = new ByteReader(control);
  const links = reader.varint();
  if (links > oplogLimits.linksPerBlock) throw new MalformedBlockError("too many links");
  reader.bytes(links * hashLengthBytes);
  reader.varint();
  reader.varint();
  while (reader.remaining > 0 && control[reader.offset] !== 0) {
    reader.varint();
    reader.sizedBytes();
  }
  return reader.offset;
}

function unpadded(padded: Bytes, { end, minBytes }: { readonly end: number; readonly minBytes: number }): Bytes {
  if (paddedLength(end, minBytes) !== padded.length || !isAllZero(padded.subarray(end)))
    throw new MalformedRoomError("the padding is not the one form");
  return padded.subarray(0, end);
}

function paddedLength(lengthBytes: number, minBytes: number): number {
  return padmeLength(Math.max(lengthBytes, minBytes));
}

function writeVarint(target: Bytes, value: number): void {
  let rest = value;
  let at = 0;
  for (; rest >= 0x80; rest >>>= 7) target[at++] = (rest & 0x7f) | 0x80;
  target[at] = rest;
}
