/**
 * bech32m (BIP 350) in the widget's own few lines: the build puts it in the place of `@scure/base`, whose general radix
 * conversion would cost every visitor 2 kB. Same names, same results; the tests compare it with the library.
 */
const alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const checksumConstant = 0x2bc830a3;
const generators: readonly number[] = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

/** A decoded text: its prefix and its words of 5 bits without the checksum. */
export interface Decoded {
  readonly prefix: string;
  readonly words: number[];
}

/** The part of `@scure/base` that `@coterie/bytes` uses. Lengths are the caller's to limit. */
export const bech32m: {
  readonly encode: (prefix: string, words: readonly number[], limit?: number | false) => string;
  readonly decodeUnsafe: (text: string, limit?: number | false) => Decoded | undefined;
  readonly toWords: (bytes: Uint8Array) => number[];
  readonly fromWordsUnsafe: (words: readonly number[]) => Uint8Array<ArrayBuffer> | undefined;
} = {
  encode: (prefix, words) => {
    const checksum = polymod([...expandPrefix(prefix), ...words, 0, 0, 0, 0, 0, 0]) ^ checksumConstant;
    const tail = [25, 20, 15, 10, 5, 0].map((shift) => (checksum >>> shift) & 31);
    return `${prefix}1${[...words, ...tail].map((word) => alphabet[word]).join("")}`;
  },
  decodeUnsafe: (text) => {
    const lower = text.toLowerCase();
    if (text !== lower && text !== text.toUpperCase()) return undefined;
    const separator = lower.lastIndexOf("1");
    const prefix = lower.slice(0, Math.max(separator, 0));
    const words = lower
      .slice(separator + 1)
      .split("")
      .map((symbol) => alphabet.indexOf(symbol));
    if (!/^[!-~]+$/.test(prefix) || words.length < 6 || words.includes(-1)) return undefined;
    if (polymod([...expandPrefix(prefix), ...words]) !== checksumConstant) return undefined;
    return { prefix, words: words.slice(0, -6) };
  },
  toWords: (bytes) => regroup([...bytes], { from: 8, to: 5 }).groups,
  fromWordsUnsafe: (words) => {
    const { groups, rest, restBits } = regroup(words, { from: 5, to: 8 });
    // What fills up the last word: less than a word, and zero.
    if (restBits >= 5 || rest !== 0) return undefined;
    return Uint8Array.from(groups.slice(0, Math.floor((words.length * 5) / 8)));
  },
};

interface Regrouped {
  readonly groups: number[];
  readonly rest: number;
  readonly restBits: number;
}

// Big-endian; the last group of the wider kind is filled up with zeros.
function regroup(values: readonly number[], { from, to }: { readonly from: number; readonly to: number }): Regrouped {
  const groups: number[] = [];
  let carry = 0;
  let bits = 0;
  for (const value of values) {
    carry = ((carry << from) | value) & 0xfff;
    bits += from;
    while (bits >= to) {
      bits -= to;
      groups.push((carry >>> bits) & ((1 << to) - 1));
    }
  }
  const rest = carry & ((1 << bits) - 1);
  if (bits > 0) groups.push((rest << (to - bits)) & ((1 << to) - 1));
  return { groups, rest, restBits: bits };
}

function expandPrefix(prefix: string): readonly number[] {
  const codes = prefix.split("").map((symbol) => symbol.charCodeAt(0));
  return [...codes.map((code) => code >>> 5), 0, ...codes.map((code) => code & 31)];
}

function polymod(values: readonly number[]): number {
  let checksum = 1;
  for (const value of values) {
    const top = checksum >>> 25;
    checksum = ((checksum & 0x1ffffff) << 5) ^ value;
    generators.forEach((generator, bit) => {
      if ((top >>> bit) & 1) checksum ^= generator;
    });
  }
  return checksum;
}
