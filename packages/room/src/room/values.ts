/** The values of a block: one block is one batch, applied whole (docs/protocol/rooms.md §2.2). */
import { type Bytes, copyBytes, createPool, Plaintext } from "@coterie/bytes";
import { ByteReader, ByteWriter, MalformedBlockError, varintLength } from "@coterie/oplog";
import { ContentTooLargeError, MalformedRoomError } from "../errors.ts";
import { roomLimits } from "../limits.ts";

const takeContent = createPool();

/**
 * The content of a block with these values, in their order: `varint n || n × (varint length || value)`.
 * @throws ContentTooLargeError where there are none, too many, or together they are too long
 */
export function encodeValues(values: readonly Uint8Array[]): Plaintext {
  if (values.length === 0 || values.length > roomLimits.valuesPerBlock)
    throw new ContentTooLargeError("a block has at least one value and not too many");
  let lengthBytes = varintLength(values.length);
  for (const value of values) lengthBytes += value.length + varintLength(value.length);
  if (lengthBytes > roomLimits.contentBytes) throw new ContentTooLargeError("the values do not fit into one block");
  const writer = new ByteWriter(lengthBytes, takeContent).varint(values.length);
  for (const value of values) writer.sizedBytes(value);
  return Plaintext.own(writer.finish());
}

/** The values in a content, copied. Throws MalformedRoomError where it is not of the one form. */
export function decodeValues(content: Plaintext): readonly Bytes[] {
  try {
    const reader = new ByteReader(content.exposePlainBytes());
    const count = reader.varint();
    if (count === 0 || count > roomLimits.valuesPerBlock)
      throw new MalformedRoomError("a number of values out of range");
    const values: Bytes[] = [];
    for (let i = 0; i < count; i++) values.push(copyBytes(reader.sizedBytes()));
    reader.end();
    return values;
  } catch (error) {
    if (error instanceof MalformedBlockError) throw new MalformedRoomError("the content holds no values");
    throw error;
  }
}
