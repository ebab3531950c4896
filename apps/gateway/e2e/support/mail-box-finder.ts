// What an attacker with the files of the database does: finds every sealed address in them by the shape of its row, also in
// deleted rows, dead tuples and the write-ahead log, and tries keys on it.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeHex, encodeTextForm, type SecretKey } from "@coterie/bytes";
import { nodePrimitives } from "@coterie/primitives/node";
import { deriveMailKeyId, openMailBox, parseMailKeyId, type ReceivedMailBox } from "@coterie/vault";

export interface FoundBox {
  readonly place: string;
  readonly actionId: string;
  readonly box: ReceivedMailBox;
}

// A row of mail_boxes as PostgreSQL writes it: short values have one byte of length in front, (n + 1) * 2 + 1; the payload of 528 bytes has
// four, (528 + 4) * 4, aligned to four.
const lengths = { id: 0x23, sender: 0x43, nonce: 0x33 } as const;
const payloadHeader = Buffer.from([0x50, 0x08, 0, 0]);

/** Every box in every file below `folder`. */
export async function findMailBoxes(folder: string): Promise<FoundBox[]> {
  const found: FoundBox[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const place = join(entry.parentPath, entry.name);
    const bytes = await readFile(place);
    for (const variant of place.includes("pg_wal") ? [bytes, withoutPageHeaders(bytes)] : [bytes]) {
      found.push(...scan(place, variant));
    }
  }
  return found;
}

/** Records of the log run across its pages of 8 KiB, each of which begins with a header of 24 bytes (40 in a file's first). */
function withoutPageHeaders(bytes: Buffer): Buffer {
  const pages: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 8192) pages.push(bytes.subarray(at + (at === 0 ? 40 : 24), at + 8192));
  return Buffer.concat(pages);
}

function scan(place: string, bytes: Buffer): FoundBox[] {
  const found: FoundBox[] = [];
  for (let at = bytes.indexOf(payloadHeader); at !== -1; at = bytes.indexOf(payloadHeader, at + 1)) {
    // Up to three bytes of alignment stand before it.
    for (let padding = 0; padding < 4; padding++) {
      const nonceAt = at - padding - 24;
      const senderAt = nonceAt - 1 - 32;
      const keyAt = senderAt - 1 - 16;
      const actionAt = keyAt - 1 - 16;
      const isRow =
        actionAt > 0 &&
        bytes[nonceAt - 1] === lengths.nonce &&
        bytes[senderAt - 1] === lengths.sender &&
        bytes[keyAt - 1] === lengths.id &&
        bytes[actionAt - 1] === lengths.id;
      if (!isRow) continue;
      const payloadAt = at + payloadHeader.length;
      found.push({
        place,
        actionId: encodeTextForm("cact", bytes.subarray(actionAt, actionAt + 16)),
        box: {
          keyId: parseMailKeyId(encodeHex(bytes.subarray(keyAt, keyAt + 16))),
          senderPublicKey: bytes.subarray(senderAt, senderAt + 32),
          nonce: bytes.subarray(nonceAt, nonceAt + 24),
          payload: bytes.subarray(payloadAt, payloadAt + 528),
        },
      });
    }
  }
  return found;
}

/** "address name" of every box that one of the keys opens. `secrets` end with the 32 bytes of a key. */
export function openWithKeys(boxes: readonly FoundBox[], secrets: readonly Uint8Array[]): Set<string> {
  const opened = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < 32) continue;
    const { publicKey, secretKey } = nodePrimitives.deriveAgreementKeyPair(secret.slice(-32));
    const keyId = deriveMailKeyId(nodePrimitives, publicKey);
    for (const { box, actionId } of boxes) {
      // Also where the box names another key: naming is not what protects.
      const text = tryOpen({ ...box, keyId }, { secretKey, actionId });
      if (text !== undefined) opened.add(text);
    }
  }
  return opened;
}

function tryOpen(
  box: ReceivedMailBox,
  { secretKey, actionId }: { readonly secretKey: SecretKey<"x25519">; readonly actionId: string },
): string | undefined {
  if (box.payload.length !== 528) return undefined;
  try {
    const opened = openMailBox({ primitives: nodePrimitives }, { box, secretKey, actionId });
    return `${opened.email.exposeText()} ${opened.firstName.exposeText()}`;
  } catch {
    return undefined;
  }
}
