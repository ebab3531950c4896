/**
 * Marks: the lines of a segment that make what stands before them count. A batch of contacts and its mark are written and
 * flushed together; after a crash, everything behind the last mark whose batch is whole is cut off, and pulling goes on
 * from the mark's cursor. So no line is lost or doubled, wherever the crash struck.
 */
import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";

/** What a mark says. */
export interface StoreMark {
  /** Where the next pull starts. */
  readonly cursor: string;
  /** Contacts in the whole store up to here. */
  readonly contacts: number;
  /** Contacts of the same name and another content, kept aside, up to here. */
  readonly conflicts: number;
  /** Names of custom fields seen so far, in the order of their first appearance. */
  readonly customFields: readonly string[];
  /** Form schemas seen so far. */
  readonly formSchemas: readonly string[];
}

/** A mark and where the segment ends with it. */
export interface FoundMark {
  readonly mark: StoreMark;
  readonly endOffset: number;
  /** Whether a later mark was complete but its batch was not what it says: a torn write, or damage. */
  readonly sawDamage: boolean;
}

const markStart = '{"mark":';
const firstWindowBytes = 1024 * 1024;

/** Whether a line is a mark. `{"mark":` never starts a contact's line. */
export function isMarkLine(bytes: Uint8Array, offset: number): boolean {
  // The first letter after `{"` tells: "m" against "a" of "action".
  return bytes[offset + 2] === 0x6d;
}

/** The line of a mark, with its line feed. `batch` are the bytes of the contacts before it. */
export function encodeMark(mark: StoreMark, batch: Uint8Array): string {
  const sha256 = createHash("sha256").update(batch).digest("base64url");
  return `${JSON.stringify({ mark, bytes: batch.length, sha256 })}\n`;
}

/** The last mark of a segment whose batch is whole, or undefined where there is none. */
export async function findLastMark(file: FileHandle, sizeBytes: number): Promise<FoundMark | undefined> {
  let sawDamage = false;
  let endOffset = sizeBytes;
  for (;;) {
    const line = await findMarkLineBefore(file, endOffset);
    if (line === undefined) return undefined;
    const mark = await checkMark(file, line);
    if (mark !== undefined) return { mark, endOffset: line.endOffset, sawDamage };
    sawDamage = true;
    endOffset = line.startOffset;
  }
}

interface MarkLine {
  readonly text: string;
  readonly startOffset: number;
  /** Behind the line feed. */
  readonly endOffset: number;
}

/** The last complete line before `endOffset` that starts like a mark. */
async function findMarkLineBefore(file: FileHandle, endOffset: number): Promise<MarkLine | undefined> {
  for (let windowBytes = firstWindowBytes; ; windowBytes *= 4) {
    const startOffset = Math.max(0, endOffset - windowBytes);
    const window = await readExactly(file, { startOffset, endOffset });
    const found = findInWindow(window, startOffset);
    if (found !== undefined || startOffset === 0) return found;
  }
}

function findInWindow(window: Buffer, windowOffset: number): MarkLine | undefined {
  for (let from = window.length; from >= 0; ) {
    const at = window.lastIndexOf(markStart, from);
    if (at < 0) return undefined;
    const lineEnd = window.indexOf(0x0a, at);
    const startsLine = at === 0 ? windowOffset === 0 : window[at - 1] === 0x0a;
    if (startsLine && lineEnd >= 0) {
      const text = window.toString("utf8", at, lineEnd);
      return { text, startOffset: windowOffset + at, endOffset: windowOffset + lineEnd + 1 };
    }
    if (at === 0) return undefined;
    from = at - 1;
  }
  return undefined;
}

async function checkMark(file: FileHandle, line: MarkLine): Promise<StoreMark | undefined> {
  const parsed = parseMarkLine(line.text);
  if (parsed === undefined || parsed.bytes > line.startOffset) return undefined;
  const range = { startOffset: line.startOffset - parsed.bytes, endOffset: line.startOffset };
  const batch = await readExactly(file, range);
  const sha256 = createHash("sha256").update(batch).digest("base64url");
  return sha256 === parsed.sha256 ? parsed.mark : undefined;
}

interface ParsedMarkLine {
  readonly mark: StoreMark;
  readonly bytes: number;
  readonly sha256: string;
}

function parseMarkLine(text: string): ParsedMarkLine | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return isParsedMarkLine(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

function isParsedMarkLine(json: unknown): json is ParsedMarkLine {
  if (!isRecord(json) || !isRecord(json["mark"])) return false;
  const { cursor, contacts, conflicts, customFields, formSchemas } = json["mark"];
  const counts = [json["bytes"], contacts, conflicts];
  return (
    typeof cursor === "string" &&
    typeof json["sha256"] === "string" &&
    counts.every((count) => Number.isSafeInteger(count)) &&
    isTextList(customFields) &&
    isTextList(formSchemas)
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === "string");
}

async function readExactly(
  file: FileHandle,
  { startOffset, endOffset }: { readonly startOffset: number; readonly endOffset: number },
): Promise<Buffer> {
  const buffer = Buffer.alloc(endOffset - startOffset);
  for (let filled = 0; filled < buffer.length; ) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, startOffset + filled);
    if (bytesRead === 0) return buffer.subarray(0, filled);
    filled += bytesRead;
  }
  return buffer;
}
