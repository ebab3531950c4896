/** The log's file. A line that cannot be written (the disk is full) is lost: it neither ends the gateway nor keeps it from ending. */
import { openSync, writeSync } from "node:fs";
import type { DestinationStream } from "pino";

/** Opens the file at its end, readable by its owner only, for as long as the process runs. Throws where that cannot be done. */
export function openLogFile(path: string): DestinationStream {
  const file = openSync(path, "a", 0o600);
  let isLineWhole = true;
  return {
    write: (line) => {
      try {
        const bytes = Buffer.from(isLineWhole ? line : `\n${line}`, "utf8");
        isLineWhole = writeSync(file, bytes) === bytes.length;
      } catch {
        // There is no place left to say it.
      }
    },
  };
}
