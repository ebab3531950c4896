/**
 * The file that lists the state (docs/protocol/rooms.md §9.4): twice the same copy, each a CRC-32C (4 bytes, little-endian) and length-prefixed
 * fields. One copy is enough to read it.
 */
import {
  type Bytes,
  concatBytes,
  FieldReader,
  FieldWriter,
  MalformedBytesError,
  MalformedTextError,
} from "@coterie/bytes";
import { oplogLimits } from "../limits.ts";
import { crc32c } from "./crc32c.ts";

/** A value in the list itself, or in a file of its own. */
export type StateValue =
  | { readonly kind: "inline"; readonly bytes: Bytes }
  | { readonly kind: "file"; readonly file: number; readonly lengthBytes: number; readonly checksum: number };

/** The state, and the position that the log begins with. */
export interface State {
  readonly first: number;
  readonly values: ReadonlyMap<string, StateValue>;
}

/** What a file says: a state (`repaired`: copies that were damaged beside it), or nothing that can be read. */
export type DecodedState =
  | { readonly kind: "state"; readonly state: State; readonly repaired: number }
  | { readonly kind: "damaged" };

const format = "coterie/oplog/state/1";

/** Both copies. */
export function encodeState({ first, values }: State): Bytes {
  const writer = new FieldWriter().text(format).number(first).number(values.size);
  for (const [key, value] of values) {
    writer.text(key);
    if (value.kind === "inline") writer.number(0).bytes(value.bytes);
    else writer.number(1).number(value.file).number(value.lengthBytes).number(value.checksum);
  }
  const fields = writer.finish();
  const checksum = new Uint8Array(4);
  new DataView(checksum.buffer).setUint32(0, crc32c(fields), true);
  return concatBytes(checksum, fields, checksum, fields);
}

/** Reads the first copy that is whole. */
export function decodeState(bytes: Uint8Array): DecodedState {
  const half = Math.floor(bytes.length / 2);
  const copies = [bytes.subarray(0, half), bytes.subarray(half)].map(decodeCopy);
  const state = copies.find((copy) => copy !== undefined);
  if (state === undefined) return { kind: "damaged" };
  return { kind: "state", state, repaired: copies.filter((copy) => copy === undefined).length };
}

function decodeCopy(copy: Uint8Array): State | undefined {
  if (copy.length < 4) return undefined;
  const fields = copy.subarray(4);
  if (new DataView(copy.buffer, copy.byteOffset).getUint32(0, true) !== crc32c(fields)) return undefined;
  try {
    return decodeFields(new FieldReader(fields));
  } catch (error) {
    // The checksum fits by chance, or the file is of another version.
    if (error instanceof MalformedBytesError || error instanceof MalformedTextError) return undefined;
    throw error;
  }
}

function decodeFields(reader: FieldReader): State {
  if (reader.text() !== format) throw new MalformedBytesError("not a state of this version");
  const first = reader.number();
  const values = new Map<string, StateValue>();
  for (let left = reader.number(); left > 0; left--)
    values.set(reader.text(oplogLimits.stateKeyBytes), decodeValue(reader));
  reader.end();
  return { first, values };
}

function decodeValue(reader: FieldReader): StateValue {
  if (reader.number() === 0) return { kind: "inline", bytes: reader.bytes(oplogLimits.stateValueBytes) };
  return { kind: "file", file: reader.number(), lengthBytes: reader.number(), checksum: reader.number() };
}
