/**
 * Proof that a key authority signed two histories (docs/protocol/key-log.md §8): two entries of one organisation with one
 * seq. It needs no trust in who shows it, so that whoever sees a fork can convince everybody else.
 */
import { type Bytes, CoterieError, encodeFields, equalBytes } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { decodeKeyLogEntry, type SignedKeyLogEntry, strictly } from "./entry.ts";
import { KeyLogMalformedError } from "./errors.ts";
import type { KeyLogDeps } from "./key-log.ts";
import { keyLogLabels } from "./labels.ts";
import { keyLogLimits } from "./limits.ts";

/** Two encoded entries that cannot both be true. */
export interface ForkProof {
  readonly left: Bytes;
  readonly right: Bytes;
}

/**
 * Whether `authority` (32 bytes) signed both entries of the proof, and they are two of one organisation and seq. False,
 * never a throw, for anything else: who shows a false proof proves nothing.
 */
export async function verifyForkProof(
  { sha256, verify }: KeyLogDeps,
  { proof, authority }: { readonly proof: ForkProof; readonly authority: Uint8Array },
): Promise<boolean> {
  const left = findEntry({ sha256 }, proof.left);
  const right = findEntry({ sha256 }, proof.right);
  if (left === undefined || right === undefined || !contradict(left, right)) return false;
  return (await verify(authority, left.body, left.signature)) && (await verify(authority, right.body, right.signature));
}

/**
 * The first place where two logs differ, as a proof to be verified, or undefined where one is the beginning of the other.
 * For whoever kept a whole log, such as an organisation's premises.
 */
export function findFork(
  { sha256 }: Pick<Primitives, "sha256">,
  { left, right }: { readonly left: readonly Uint8Array[]; readonly right: readonly Uint8Array[] },
): ForkProof | undefined {
  for (const [seq, mine] of left.entries()) {
    const theirs = right[seq];
    if (theirs === undefined) return undefined;
    const [first, second] = [findEntry({ sha256 }, mine), findEntry({ sha256 }, theirs)];
    if (first === undefined || second === undefined) return undefined;
    if (contradict(first, second)) return { left: first.encoded, right: second.encoded };
  }
  return undefined;
}

/** The proof as it is stored and sent. */
export function encodeForkProof({ left, right }: ForkProof): Bytes {
  return encodeFields(keyLogLabels.forkProof, left, right);
}

/**
 * A proof in bytes from outside; `verifyForkProof` says whether it is one.
 * @throws KeyLogMalformedError where the bytes do not follow their format
 */
export function decodeForkProof(encoded: Uint8Array): ForkProof {
  return strictly(encoded, (reader) => {
    if (reader.text() !== keyLogLabels.forkProof) throw new KeyLogMalformedError("not a fork proof");
    return { left: reader.bytes(keyLogLimits.entryLengthBytes), right: reader.bytes(keyLogLimits.entryLengthBytes) };
  });
}

function contradict(left: SignedKeyLogEntry, right: SignedKeyLogEntry): boolean {
  return left.organisation === right.organisation && left.seq === right.seq && !equalBytes(left.body, right.body);
}

function findEntry(deps: Pick<Primitives, "sha256">, encoded: Uint8Array): SignedKeyLogEntry | undefined {
  try {
    return decodeKeyLogEntry(deps, encoded);
  } catch (error) {
    if (error instanceof CoterieError) return undefined;
    throw error;
  }
}
