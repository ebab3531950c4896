/** Padding of a field (docs/protocol/vault.md §3): a length shows one of a few sizes, not the content. */
import { type Bytes, isAllZero } from "@coterie/bytes";
import { ContentTooLargeError, NotAuthenticError } from "../errors.ts";
import { vaultLimits } from "../limits.ts";

/** Names, addresses and numbers all fall into these; Padmé would tell their lengths to within 8 bytes. */
const smallSizes: readonly number[] = [64, 128, 256, 512];

const lengthPrefixBytes = 4;

/** Length (4 bytes), content, zeros. The caller wipes it. */
export function padField(content: Uint8Array): Bytes {
  if (content.length > vaultLimits.fieldContentBytes) {
    throw new ContentTooLargeError("the content does not fit into an encrypted field");
  }
  const padded = new Uint8Array(paddedLength(lengthPrefixBytes + content.length));
  new DataView(padded.buffer).setUint32(0, content.length);
  padded.set(content, lengthPrefixBytes);
  return padded;
}

/** The content, as a view on `padded`. Throws NotAuthenticError where `padField` would not have made these bytes. */
export function unpadField(padded: Bytes): Uint8Array {
  if (padded.length < lengthPrefixBytes) throw new NotAuthenticError();
  const end = lengthPrefixBytes + new DataView(padded.buffer, padded.byteOffset, lengthPrefixBytes).getUint32(0);
  const isExact = end <= padded.length && paddedLength(end) === padded.length && isAllZero(padded.subarray(end));
  if (!isExact) throw new NotAuthenticError();
  return padded.subarray(lengthPrefixBytes, end);
}

/** 64, 128, 256, 512, then Padmé: at most 12 % more. */
export function paddedLength(lengthBytes: number): number {
  return smallSizes.find((size) => lengthBytes <= size) ?? padmeLength(lengthBytes);
}

function padmeLength(lengthBytes: number): number {
  const exponent = 31 - Math.clz32(lengthBytes);
  const keptBits = 32 - Math.clz32(exponent);
  const step = 2 ** (exponent - keptBits);
  return Math.ceil(lengthBytes / step) * step;
}
