/**
 * What is left of a contact that was taken out of the store: a line of the same length that holds its record of the index and nothing
 * else.
 */
import { indexRecordBytes } from "./contact-index.ts";

const erasedStart = '{"erased":"';
const space = 0x20;

/** Whether the line that starts at `offset` is what is left of a contact. */
export function isErasedLine(bytes: Uint8Array, offset: number): boolean {
  // `{"e` against `{"a` of contacts and `{"m` of marks.
  return bytes[offset + 2] === 0x65;
}

/** The index record of what is left of a contact, or undefined where the line is damaged. */
export function erasedRecord(line: string): Buffer | undefined {
  const hex = /^\{"erased":"([0-9a-f]+)"\} *$/.exec(line)?.[1];
  return hex?.length === indexRecordBytes * 2 ? Buffer.from(hex, "hex") : undefined;
}

/** A place in a larger memory, and what is left of the contact there. */
export interface ErasedLine {
  readonly start: number;
  readonly end: number;
  readonly record: Buffer;
}

/** Writes what is left over a contact's line. */
export function writeErased(bytes: Buffer, { start, end, record }: ErasedLine): void {
  // A contact is always longer than its record: its box alone has 528 bytes.
  bytes.fill(space, start, end);
  bytes.write(`${erasedStart}${record.toString("hex")}"}`, start, end - start, "latin1");
}
