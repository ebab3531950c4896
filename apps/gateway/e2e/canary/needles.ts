// A canary is a unique text that was typed into a form. A needle is one of the byte strings it could be kept as.
import { createHash } from "node:crypto";

export interface Needle {
  readonly canary: string;
  readonly encoding: string;
  readonly bytes: Buffer;
}

/** Every form in which a canary of 8 or more characters is looked for: text, transport encodings, unsalted hashes. */
export function needlesOf(canary: string): Needle[] {
  const utf8 = Buffer.from(canary, "utf8");
  const utf16 = Buffer.from(canary, "utf16le");
  const forms: [string, Buffer][] = [
    ["utf-8", utf8],
    ["utf-16le", utf16],
    ["utf-16be", Buffer.from(utf16).swap16()],
    ["hex", Buffer.from(utf8.toString("hex"))],
    ["upper-case hex", Buffer.from(utf8.toString("hex").toUpperCase())],
    ["url-encoded", Buffer.from(encodeURIComponent(canary))],
    ["form-encoded", Buffer.from(new URLSearchParams([["", canary]]).toString().slice(1))],
    ["json-escaped", Buffer.from(escapeJson(canary))],
    ...base64Forms(utf8),
    ...["sha256", "sha1", "md5"].flatMap((algorithm) => digestForms(algorithm, utf8)),
  ];
  const distinct = new Map<string, Needle>();
  for (const [encoding, bytes] of forms) {
    const key = bytes.toString("latin1");
    if (!distinct.has(key)) distinct.set(key, { canary, encoding, bytes });
  }
  return [...distinct.values()];
}

/** The part of the base64 text that is the same whatever precedes and follows the canary, for each of the three alignments. */
function base64Forms(bytes: Buffer): [string, Buffer][] {
  return [0, 1, 2].flatMap((shift) => {
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes]);
    const firstCharacter = Math.ceil((shift * 8) / 6);
    const lastCharacter = Math.floor((shifted.length * 8) / 6);
    return (["base64", "base64url"] as const).map((encoding): [string, Buffer] => {
      const text = shifted.toString(encoding).slice(firstCharacter, lastCharacter);
      return [`${encoding} at alignment ${shift}`, Buffer.from(text)];
    });
  });
}

function digestForms(algorithm: string, bytes: Buffer): [string, Buffer][] {
  const digest = createHash(algorithm).update(bytes).digest();
  return [
    [algorithm, digest],
    [`${algorithm} in hex`, Buffer.from(digest.toString("hex"))],
    [`${algorithm} in upper-case hex`, Buffer.from(digest.toString("hex").toUpperCase())],
    ...base64Forms(digest).map(([name, form]): [string, Buffer] => [`${algorithm} in ${name}`, form]),
  ];
}

function escapeJson(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
