/** Reading our own CSV files again, record by record: quotes protect line breaks (RFC 4180). */
import { createReadStream } from "node:fs";

/** Every record of a file as it stands there, with its line end. The last one may lack it. */
export async function* readCsvRecords(path: string): AsyncGenerator<string> {
  let rest = "";
  let isQuoted = false;
  let looked = 0;
  for await (const chunk of createReadStream(path, { encoding: "utf8", highWaterMark: 1024 * 1024 })) {
    rest += String(chunk);
    let start = 0;
    for (; looked < rest.length; looked++) {
      const code = rest.charCodeAt(looked);
      if (code === quote) isQuoted = !isQuoted;
      else if (code === lineFeed && !isQuoted) {
        yield rest.slice(start, looked + 1);
        start = looked + 1;
      }
    }
    rest = rest.slice(start);
    looked -= start;
  }
  if (rest !== "") yield rest;
}

const quote = 0x22;
const lineFeed = 0x0a;

/** The texts of a record. */
export function csvTexts(record: string): readonly string[] {
  const texts: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;
  for (let match = cell.exec(record); match !== null; match = cell.exec(record)) {
    texts.push(match[1] === undefined ? (match[2] ?? "") : match[1].replaceAll('""', '"'));
    if (match[3] !== ",") break;
  }
  return texts;
}
