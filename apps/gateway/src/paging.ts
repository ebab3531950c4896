/** Lists in pages, ordered by name: a page token is the last name of the page before. */
import { decodeBase64Url, decodeUtf8, encodeBase64Url, encodeUtf8 } from "@coterie/bytes";
import { protocolLimits } from "@coterie/protocol";
import { RefusedError } from "./errors.ts";
import { parseSlug } from "./texts.ts";

/** Which part of a list is asked for. */
export interface PageRequest {
  readonly pageSize: number;
  readonly pageToken: string;
}

/** The part in terms of the table: names greater than `after`, one more than is shown. */
export interface ListRange {
  readonly after: string;
  readonly size: number;
}

/** Reads a request's size (0 means the most) and token. Throws RefusedError "invalid". */
export function parseListRange({ pageSize, pageToken }: PageRequest): ListRange {
  if (pageSize < 0 || pageSize > protocolLimits.pageSize) throw new RefusedError("invalid");
  return {
    after: pageToken === "" ? "" : parseToken(pageToken),
    size: pageSize === 0 ? protocolLimits.pageSize : pageSize,
  };
}

/** Splits rows, of which `size + 1` were read, into the page and the token of the next one ("" on the last). */
export function takePage<Row extends { readonly name: string }>(
  rows: readonly Row[],
  { size }: ListRange,
): { readonly page: readonly Row[]; readonly nextPageToken: string } {
  const page = rows.slice(0, size);
  const last = page.at(-1);
  const nextPageToken = rows.length > size && last !== undefined ? encodeBase64Url(encodeUtf8(last.name)) : "";
  return { page, nextPageToken };
}

function parseToken(token: string): string {
  try {
    return parseSlug(decodeUtf8(decodeBase64Url(token)));
  } catch {
    throw new RefusedError("invalid");
  }
}
