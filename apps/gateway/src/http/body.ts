/** Request bodies: never larger than their limit, in memory or on the way. */
import type { IncomingMessage } from "node:http";
import { RefusedError } from "../errors.ts";
import { gatewayLimits } from "../limits.ts";
import { decodeUtf8 } from "@coterie/bytes";

/** The whole body. Throws RefusedError "too-large" as soon as it is known to be larger, "invalid" where it breaks off. */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Uint8Array> {
  if (Number(request.headers["content-length"] ?? 0) > limitBytes) throw new RefusedError("too-large");
  const chunks: Buffer[] = [];
  let lengthBytes = 0;
  return await new Promise((resolve, reject) => {
    request.on("data", (chunk: Buffer) => {
      lengthBytes += chunk.length;
      if (lengthBytes <= limitBytes) chunks.push(chunk);
      else reject(new RefusedError("too-large"));
    });
    request.once("end", () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.once("error", () => reject(new RefusedError("invalid")));
    request.once("close", () => {
      if (!request.complete) reject(new RefusedError("invalid"));
    });
  });
}

/** A value of JSON. */
export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/**
 * The JSON value of a body. Throws RefusedError "invalid" on what is not JSON in UTF-8, and on deep nesting before anything
 * is parsed, since code that walks a value does so recursively.
 */
export function parseJson(body: Uint8Array): Json {
  try {
    const text = decodeUtf8(body);
    if (depthOf(text) > gatewayLimits.jsonDepth) throw new RefusedError("invalid");
    // cast: JSON.parse returns just these kinds of values
    return JSON.parse(text) as Json;
  } catch {
    throw new RefusedError("invalid");
  }
}

/** The deepest level of brackets outside strings. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === backslash) at++;
      else if (code === quote) inString = false;
    } else if (code === quote) inString = true;
    else if (code === openBrace || code === openBracket) deepest = Math.max(deepest, ++depth);
    else if (code === closeBrace || code === closeBracket) depth--;
  }
  return deepest;
}

const quote = 0x22;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
