/** Built files of the widget and of the organisation pages: few, small, one level of folders; each read again only when it changed. */
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { type Answer, textAnswer } from "./answer.ts";

/** One file in memory. */
export interface StaticFile {
  readonly bytes: Uint8Array;
  readonly contentType: string;
  /** Subresource integrity, "sha384-…". */
  readonly integrity: string;
}

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
      const file = { bytes, contentType, integrity, mtimeMs: found.mtimeMs };
      known.set(name, file);
      return file;
    },
  };
}

/** A file as an answer. Any site may load it: it says nothing about whoever asks. */
export function fileAnswer(file: StaticFile | undefined, ifNoneMatch: string | undefined): Answer {
  if (file === undefined) return textAnswer(404, "not found");
  const etag = `"${file.integrity}"`;
  const headers = {
    "content-type": file.contentType,
    "cache-control": "public, max-age=60",
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    etag,
  };
  return ifNoneMatch === etag ? { status: 304, headers, body: "" } : { status: 200, headers, body: file.bytes };
}
