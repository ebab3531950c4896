/**
 * Proof of work (`@coterie/actions/work`, docs/protocol/abuse.md §2): the puzzle that a gateway sets and a browser solves. Many
 * small parts instead of one large one: the time to solve them all varies little, so nobody waits five times as long as others.
 */
import type { Bytes } from "@coterie/bytes";

/** Sizes of challenges and solutions, and the most that a solver should take on. */
export const workLimits: {
  readonly parts: number;
  readonly challengeBytes: number;
  readonly solutionBytes: number;
  readonly mostHashes: number;
} = {
  parts: 16,
  /** Version, hashes for each part (4), end of its life (8), tag (32). */
  challengeBytes: 45,
  /** A number of 4 bytes for each part. */
  solutionBytes: 64,
  /** Of all parts together, on average. A challenge that asks for more is refused: whoever sets it would only burn batteries. */
  mostHashes: 2 ** 20,
};

/** What a challenge says to whoever solves it. */
export interface WorkChallenge {
  readonly bytes: Uint8Array;
  /** Hashes that one part takes on average. */
  readonly hashesPerPart: number;
  /** Milliseconds since 1970, by the gateway's clock. */
  readonly expiresAtMs: number;
  /** Only the gateway that made it can check it. */
  readonly tag: Uint8Array;
}

const version = 1;

/** The challenge's bytes: what is before the tag is what the tag is made of, beside page and action. */
export function encodeWorkChallenge({ hashesPerPart, expiresAtMs, tag }: Omit<WorkChallenge, "bytes">): Bytes {
  const bytes = new Uint8Array(workLimits.challengeBytes);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, version);
  view.setUint32(1, hashesPerPart);
  view.setBigUint64(5, BigInt(expiresAtMs));
  bytes.set(tag, 13);
  return bytes;
}

/** The challenge, or undefined where it is not one of this version, or asks for too much. */
export function parseWorkChallenge(bytes: Uint8Array): WorkChallenge | undefined {
  if (bytes.length !== workLimits.challengeBytes || bytes[0] !== version) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const hashesPerPart = view.getUint32(1);
  const expiresAtMs = Number(view.getBigUint64(5));
  if (hashesPerPart < 1 || hashesPerPart * workLimits.parts > workLimits.mostHashes) return undefined;
  return Number.isSafeInteger(expiresAtMs) ? { bytes, hashesPerPart, expiresAtMs, tag: bytes.slice(13) } : undefined;
}

/** The hash of the puzzle. */
export interface WorkDeps {
  /** SHA-256, 32 bytes. */
  readonly sha256: (message: Uint8Array) => Uint8Array;
}

/** A search that can be interrupted. */
export interface WorkSearch {
  /** Tries so many hashes; the solution once it is found. */
  readonly run: (hashes: number) => Bytes | undefined;
}

/** Begins to look for the solution of a challenge. */
export function searchWork({ sha256 }: WorkDeps, challenge: WorkChallenge): WorkSearch {
  const input = createInput({ sha256 }, challenge);
  const solution = new Uint8Array(workLimits.solutionBytes);
  const answers = new DataView(solution.buffer);
  const bound = boundOf(challenge);
  let part = 0;
  let number = 0;
  return {
    run: (hashes) => {
      for (let tried = 0; tried < hashes && part < workLimits.parts; tried++) {
        if (valueOf(sha256(input.with(part, number))) < bound) {
          answers.setUint32(4 * part++, number);
          number = 0;
        } else number++;
      }
      return part === workLimits.parts ? solution : undefined;
    },
  };
}

/** Whether `solution` solves the challenge: one hash for each part, and fewer where one is wrong. */
export function checkWork(
  { sha256 }: WorkDeps,
  { challenge, solution }: { readonly challenge: WorkChallenge; readonly solution: Uint8Array },
): boolean {
  if (solution.length !== workLimits.solutionBytes) return false;
  const input = createInput({ sha256 }, challenge);
  const answers = new DataView(solution.buffer, solution.byteOffset, solution.length);
  const bound = boundOf(challenge);
  for (let part = 0; part < workLimits.parts; part++) {
    if (valueOf(sha256(input.with(part, answers.getUint32(4 * part)))) >= bound) return false;
  }
  return true;
}

/** The hashed bytes: what this challenge's hashes begin with (32), the part (1), the number that is looked for (4). */
function createInput(
  { sha256 }: WorkDeps,
  { bytes }: WorkChallenge,
): { readonly with: (part: number, number: number) => Bytes } {
  const input = new Uint8Array(37);
  input.set(sha256(bytes));
  const view = new DataView(input.buffer);
  return {
    with: (part, number) => {
      view.setUint8(32, part);
      view.setUint32(33, number);
      return input;
    },
  };
}

// By hand: a view for each of a million hashes would cost a tenth of the time.
function valueOf(hash: Uint8Array): number {
  return (((hash[0] ?? 0) << 24) | ((hash[1] ?? 0) << 16) | ((hash[2] ?? 0) << 8) | (hash[3] ?? 0)) >>> 0;
}

function boundOf({ hashesPerPart }: WorkChallenge): number {
  return Math.floor(2 ** 32 / hashesPerPart);
}
