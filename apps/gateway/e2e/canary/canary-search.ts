// Searches bytes for many needles at once: a bit set of the needles' first four bytes lets most offsets pass in one look-up.
// What looks like a gzip or zlib stream is inflated and searched as well.
import { constants, inflateRawSync, inflateSync } from "node:zlib";
import type { Needle } from "./needles.ts";

export interface Hit {
  readonly place: string;
  readonly canary: string;
  readonly encoding: string;
}

/** Looks for needles in one chunk of bytes after another. */
export class CanarySearch {
  readonly #byHead = new Map<number, Needle[]>();
  readonly #filter = new Uint8Array(2 ** 21);
  readonly longestBytes: number;

  constructor(needles: readonly Needle[]) {
    let longest = 0;
    for (const needle of needles) {
      if (needle.bytes.length < 8) throw new Error("needles have at least 8 bytes");
      longest = Math.max(longest, needle.bytes.length);
      const head = needle.bytes.readInt32LE(0);
      const slot = slotOf(head);
      this.#filter[slot >>> 3] = (this.#filter[slot >>> 3] ?? 0) | (1 << (slot & 7));
      const same = this.#byHead.get(head);
      if (same === undefined) this.#byHead.set(head, [needle]);
      else same.push(needle);
    }
    this.longestBytes = longest;
  }

  /** All hits in `bytes`, also inside compressed streams. */
  search(place: string, bytes: Buffer): Hit[] {
    return [
      ...this.#scan(place, bytes),
      ...inflatedParts(bytes).flatMap(({ kind, content }) => this.#scan(`${place} (${kind})`, content)),
    ];
  }

  #scan(place: string, bytes: Buffer): Hit[] {
    const hits: Hit[] = [];
    const filter = this.#filter;
    const last = bytes.length - 8;
    // Four bytes as a signed number: unsigned ones above 2^31 would be allocated, one for every offset.
    let head = bytes.length >= 4 ? bytes.readInt32LE(0) : 0;
    for (let at = 0; at <= last; at++) {
      const slot = slotOf(head);
      if (((filter[slot >>> 3] ?? 0) & (1 << (slot & 7))) !== 0) {
        for (const needle of this.#byHead.get(head) ?? none) {
          if (
            bytes.compare(
              needle.bytes,
              0,
              needle.bytes.length,
              at,
              Math.min(at + needle.bytes.length, bytes.length),
            ) === 0
          ) {
            hits.push({ place, canary: needle.canary, encoding: needle.encoding });
          }
        }
      }
      head = (head >>> 8) | ((bytes[at + 4] ?? 0) << 24);
    }
    return hits;
  }
}

const none: readonly Needle[] = [];

function slotOf(head: number): number {
  return Math.imul(head, 0x9e3779b1) >>> 8;
}

interface InflatedPart {
  readonly kind: string;
  readonly content: Buffer;
}

/** The content of every gzip and zlib stream that begins anywhere, as far as it can be inflated. */
function inflatedParts(bytes: Buffer): InflatedPart[] {
  const parts: InflatedPart[] = [];
  for (let at = bytes.indexOf(0x1f); at !== -1; at = bytes.indexOf(0x1f, at + 1)) {
    if (bytes[at + 1] !== 0x8b || bytes[at + 2] !== 8) continue;
    // As a raw stream behind the header: what follows a stream in a file makes gunzip itself refuse it.
    const content = attempt(() => inflateRawSync(bytes.subarray(gzipBodyStart(bytes, at)), options));
    if (content !== undefined) parts.push({ kind: "gzip", content });
  }
  for (let at = bytes.indexOf(0x78); at !== -1; at = bytes.indexOf(0x78, at + 1)) {
    // The header's check bits, and no preset dictionary; then a block type that exists.
    const flags = bytes[at + 1] ?? 0;
    if ((0x7800 + flags) % 31 !== 0 || (flags & 0x20) !== 0 || ((bytes[at + 2] ?? 0) & 6) === 6) continue;
    const content = attempt(() => inflateSync(bytes.subarray(at, at + 65_536), options));
    if (content !== undefined && content.length >= 8) parts.push({ kind: "zlib", content });
  }
  return parts;
}

/** Behind the fixed header and the optional extra field, name and comment (RFC 1952). */
function gzipBodyStart(bytes: Buffer, at: number): number {
  const flags = bytes[at + 3] ?? 0;
  let start = at + 10;
  if ((flags & 4) !== 0) start += 2 + (bytes[start] ?? 0) + 256 * (bytes[start + 1] ?? 0);
  if ((flags & 8) !== 0) start = bytes.indexOf(0, start) + 1;
  if ((flags & 16) !== 0) start = bytes.indexOf(0, start) + 1;
  return start + ((flags & 2) === 0 ? 0 : 2);
}

// A stream that breaks off still gives what came before; nothing inflates beyond 16 MiB.
const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 16 * 1024 * 1024 };

function attempt(inflate: () => Buffer): Buffer | undefined {
  try {
    return inflate();
  } catch {
    return undefined;
  }
}
