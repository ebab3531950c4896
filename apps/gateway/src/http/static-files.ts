/** Built files of the widget and of the organisation pages: few, small, one level of folders; each read again only when it changed. */
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { type Answer, textAnswer } from "./answer.ts";

/** One file in memory. */
export interface StaticFile {
  readonly bytes: Uint8Array;
  readonly contentType: string;
  /** Subresource integrity, "sha384-…". */
  readonly integrity: string;
  /** The bytes in an encoding: made at the first call, and kept. */
  readonly encoded: (encoding: Encoding) => Promise<Uint8Array>;
}

/** Content encodings (RFC 9110 §8.4.1), the smaller first. */
export type Encoding = "br" | "gzip";

/** Files of one folder. */
export interface StaticFiles {
  /** The file, or undefined where there is none of a kind that is served. */
  readonly find: (name: string) => Promise<StaticFile | undefined>;
}

const contentTypes: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** Serves `folder` and one level of folders in it. */
export function createStaticFiles(folder: string): StaticFiles {
  const known = new Map<string, StaticFile & { readonly mtimeMs: number }>();
  return {
    find: async (name) => {
      const contentType = contentTypes[extname(name)];
      // No dot at the start of a part: neither "..", nor hidden files.
      if (contentType === undefined || !/^(\w[\w-]*\/)?\w[\w.-]*$/.test(name)) return undefined;
      const path = join(folder, name);
      const found = await stat(path).catch(() => undefined);
      if (found?.isFile() !== true) return undefined;
      const last = known.get(name);
      if (last?.mtimeMs === found.mtimeMs) return last;
      const bytes = await readFile(path);
      const integrity = `sha384-${createHash("sha384").update(bytes).digest("base64")}`;
      const file = { bytes, contentType, integrity, encoded: encodeOnce(bytes), mtimeMs: found.mtimeMs };
      known.set(name, file);
      return file;
    },
  };
}

/** A file as an answer. Any site may load it: it says nothing about whoever asks. */
export async function fileAnswer(
  file: StaticFile | undefined,
  { name, request }: { readonly name: string; readonly request: IncomingMessage },
): Promise<Answer> {
  if (file === undefined) return textAnswer(404, "not found");
  const cacheControl = isNameOfContent(name) ? immutable : "public, max-age=60";
  return await encodedAnswer(file, {
    request,
    headers: {
      "cache-control": cacheControl,
      "access-control-allow-origin": "*",
      "cross-origin-resource-policy": "cross-origin",
    },
  });
}

/** For names that change with their content. */
export const immutable = "public, max-age=31536000, immutable";

/** Names that end in 16 hexadecimal digits of a hash, as the widget's build writes them. */
function isNameOfContent(name: string): boolean {
  return /-[0-9a-f]{16}\.js$/.test(name);
}

/** The file in the best encoding that the request takes, or the news that it did not change. */
export async function encodedAnswer(
  file: StaticFile,
  { request, headers }: { readonly request: IncomingMessage; readonly headers: Readonly<Record<string, string>> },
): Promise<Answer> {
  const encoding = compressible.has(file.contentType) ? acceptedEncoding(request) : undefined;
  const etag = `"${file.integrity}${encoding === undefined ? "" : `-${encoding}`}"`;
  const all = { ...headers, "content-type": file.contentType, vary: "accept-encoding", etag };
  if (request.headers["if-none-match"] === etag) return { status: 304, headers: all, body: "" };
  if (encoding === undefined) return { status: 200, headers: all, body: file.bytes };
  return { status: 200, headers: { ...all, "content-encoding": encoding }, body: await file.encoded(encoding) };
}

const compressible: ReadonlySet<string> = new Set(
  Object.entries(contentTypes).flatMap(([extension, type]) => (extension === ".woff2" ? [] : [type])),
);

/** What the client names without forbidding it ("br;q=0"). */
function acceptedEncoding(request: IncomingMessage): Encoding | undefined {
  const given = (request.headers["accept-encoding"] ?? "").slice(0, 1024);
  const accepted = given
    .toLowerCase()
    .split(",")
    .map((part) => part.split(";").map((text) => text.trim()))
    .filter(([, weight = "q=1"]) => !/^q=0(\.0*)?$/.test(weight))
    .map(([name]) => name);
  return encodings.find((encoding) => accepted.includes(encoding));
}

const encodings: readonly Encoding[] = ["br", "gzip"];

function encodeOnce(bytes: Uint8Array): StaticFile["encoded"] {
  const made = new Map<Encoding, Promise<Uint8Array>>();
  return async (encoding) => {
    const known = made.get(encoding) ?? compress(bytes, encoding);
    made.set(encoding, known);
    return await known;
  };
}

async function compress(bytes: Uint8Array, encoding: Encoding): Promise<Uint8Array> {
  if (encoding === "gzip") return await promisify(gzip)(bytes, { level: 9 });
  const params = {
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  return await promisify(brotliCompress)(bytes, { params });
}
