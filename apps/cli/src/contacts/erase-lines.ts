/**
 * Taking contacts out of the store. A contact's line is replaced by one of the same length that holds its record of the index and
 * nothing else, so that every place in the store stays where it is, exports go on at their checkpoints, and a redelivery is still
 * recognised. A segment is written anew beside the old one and takes its name in one step.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { replacePrivateFile } from "../premises/private-files.ts";
import { createIndexRecord } from "./contact-index.ts";
import { isErasedLine, writeErased } from "./erased-line.ts";
import { isMarkLine } from "./store-mark.ts";
import { parseIndexed } from "./store-reader.ts";

const lineFeed = 0x0a;

/**
 * Replaces the lines of a segment that `isGone` says. How many; the file is untouched where it is 0.
 * @throws FileUnusableError where the file cannot be read or written
 */
export async function eraseLines(path: string, isGone: (line: string) => boolean): Promise<number> {
  const bytes = await readFile(path);
  let erased = 0;
  let batchStart = 0;
  let isChanged = false;
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(lineFeed, start);
    if (end < 0) break;
    if (isMarkLine(bytes, start)) {
      if (isChanged) renewMark(bytes, { batchStart, start, end });
      isChanged = false;
      batchStart = end + 1;
    } else if (end > start && !isErasedLine(bytes, start)) {
      const line = bytes.toString("utf8", start, end);
      if (isGone(line)) {
        writeErased(bytes, { start, end, record: createIndexRecord(parseIndexed(line)) });
        erased++;
        isChanged = true;
      }
    }
    start = end + 1;
  }
  if (erased > 0) await replacePrivateFile(path, bytes);
  return erased;
}

const shaStart = '"sha256":"';
const shaCharacters = 43;

/** The mark of a batch that changed: the same mark over the new bytes. */
function renewMark(
  bytes: Buffer,
  { batchStart, start, end }: { readonly batchStart: number; readonly start: number; readonly end: number },
): void {
  const sha256 = createHash("sha256").update(bytes.subarray(batchStart, start)).digest("base64url");
  const at = bytes.lastIndexOf(shaStart, end);
  if (at > start) bytes.write(sha256, at + shaStart.length, shaCharacters, "latin1");
}
