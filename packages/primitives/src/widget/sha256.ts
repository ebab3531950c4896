/**
 * SHA-256 (FIPS 180-4), written for size: the library's costs the widget 2.5 kB for generality it does not use. The widget
 * hashes public data only. The tests compare it with the other backends on every length around its block limits.
 */
import type { Bytes } from "@coterie/bytes";

/** The first 32 bits of the fractions of square roots (initial value) and cube roots (rounds) of the first primes. */
const { initial, rounds } = rootConstants();

/** 32 bytes. */
export function sha256(message: Uint8Array): Bytes {
  const padded = pad(message);
  const view = new DataView(padded.buffer);
  const state = Uint32Array.from(initial);
  const schedule = new Uint32Array(64);
  for (let offset = 0; offset < padded.length; offset += 64) {
    for (let i = 0; i < 16; i++) schedule[i] = view.getUint32(offset + 4 * i);
    for (let i = 16; i < 64; i++) schedule[i] = extend(schedule, i);
    compress(state, schedule);
  }
  const digest = new Uint8Array(32);
  const output = new DataView(digest.buffer);
  state.forEach((word, i) => {
    output.setUint32(4 * i, word);
  });
  return digest;
}

// §5.1.1: a one bit, zeros, and the length in bits as 64 bits at the end of a block of 64 bytes.
function pad(message: Uint8Array): Bytes {
  const padded = new Uint8Array(Math.ceil((message.length + 9) / 64) * 64);
  padded.set(message);
  padded[message.length] = 0x80;
  new DataView(padded.buffer).setBigUint64(padded.length - 8, BigInt(message.length) * 8n);
  return padded;
}

// §6.2.2, step 1.
function extend(schedule: Uint32Array, i: number): number {
  const [near, far] = [word(schedule, i - 2), word(schedule, i - 15)];
  const sigma1 = rotate(near, 17) ^ rotate(near, 19) ^ (near >>> 10);
  const sigma0 = rotate(far, 7) ^ rotate(far, 18) ^ (far >>> 3);
  return sigma1 + word(schedule, i - 7) + sigma0 + word(schedule, i - 16);
}

// §6.2.2, steps 2 to 4; names as in the standard.
function compress(state: Uint32Array, schedule: Uint32Array): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let i = 0; i < 64; i++) {
    const sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const t1 = (h + sum1 + ((e & f) ^ (~e & g)) + word(rounds, i) + word(schedule, i)) | 0;
    const sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const t2 = (sum0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((value, i) => {
    state[i] = word(state, i) + value;
  });
}

function rootConstants(): { readonly initial: Uint32Array; readonly rounds: Uint32Array } {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < 64; candidate++) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  }
  const fractionBits = (root: number): number => (root % 1) * 2 ** 32;
  return {
    initial: Uint32Array.from(primes.slice(0, 8), (prime) => fractionBits(Math.sqrt(prime))),
    rounds: Uint32Array.from(primes, (prime) => fractionBits(Math.cbrt(prime))),
  };
}

function rotate(value: number, bits: number): number {
  return (value >>> bits) | (value << (32 - bits));
}

function word(words: Uint32Array, index: number): number {
  return words[index] ?? 0;
}
