/**
 * The chain and the rules of a key log (docs/protocol/key-log.md §5): a pure function of its entries, without time and
 * without signatures, which come after it: who has to have signed an entry follows from the entries before.
 */
import { type Bytes, equalBytes, isAllZero } from "@coterie/bytes";
import {
  checkAgreementPublicKey,
  deriveKeyId,
  InvalidPublicKeyError,
  isUsableSigningKey,
  type KeyId,
  type Primitives,
} from "@coterie/primitives";
import { decodeKeyLogEntry, type KeyLogChange, type SignedKeyLogEntry } from "./entry.ts";
import {
  KeyLogAgainstRulesError,
  KeyLogBrokenChainError,
  KeyLogInvalidKeyError,
  KeyLogOtherOrganisationError,
  KeyLogTooLargeError,
  KeyLogTruncatedError,
} from "./errors.ts";
import { keyLogLimits } from "./limits.ts";
import { type LogId, logIdOf } from "./log-id.ts";

/** One entry of kind "activate". A key may be activated again, which renews it. */
export interface Activation {
  readonly seq: number;
  readonly keyId: KeyId;
  readonly publicKey: Bytes;
  readonly validFromMs: number;
  readonly validUntilMs: number;
}

/** What a chain of entries says, before any signature was verified. */
export interface Replay {
  /** "corg1…". */
  readonly organisation: string;
  readonly logId: LogId;
  readonly entries: readonly SignedKeyLogEntry[];
  /** Who has to have signed the entry of each seq. */
  readonly signers: readonly Bytes[];
  /** Who signs the next entry. */
  readonly authority: Bytes;
  readonly activations: readonly Activation[];
  readonly retirements: ReadonlyMap<KeyId, { readonly seq: number; readonly graceUntilMs: number }>;
  readonly revocations: ReadonlyMap<KeyId, { readonly seq: number; readonly sinceMs: number }>;
}

/** The growing half of {@link Replay}. */
interface Keys {
  readonly activations: Activation[];
  readonly retirements: Map<KeyId, { readonly seq: number; readonly graceUntilMs: number }>;
  readonly revocations: Map<KeyId, { readonly seq: number; readonly sinceMs: number }>;
  readonly authorities: Bytes[];
}

/** Follows a log from its first entry. Throws the first fault (§7, steps 1 to 4). */
export function replayEntries(deps: Pick<Primitives, "sha256">, encoded: readonly Uint8Array[]): Replay {
  if (encoded.length > keyLogLimits.entries) throw new KeyLogTooLargeError("a key log has too many entries");
  const keys: Keys = { activations: [], retirements: new Map(), revocations: new Map(), authorities: [] };
  const entries: SignedKeyLogEntry[] = [];
  const signers: Bytes[] = [];
  for (const bytes of encoded) {
    const entry = decodeKeyLogEntry(deps, bytes);
    requireSuccessor(entry, entries);
    const signer = keys.authorities.at(-1);
    applyChange(deps, { keys, entry });
    entries.push(entry);
    // The first entry names its own signer: nothing but a pin makes it believable.
    signers.push(signer ?? lastAuthority(keys));
  }
  const [genesis] = entries;
  if (genesis === undefined) throw new KeyLogTruncatedError();
  const { activations, retirements, revocations } = keys;
  const { organisation } = genesis;
  const authority = lastAuthority(keys);
  return {
    organisation,
    logId: logIdOf(genesis.hash),
    entries,
    signers,
    authority,
    activations,
    retirements,
    revocations,
  };
}

function requireSuccessor(entry: SignedKeyLogEntry, entries: readonly SignedKeyLogEntry[]): void {
  const before = entries.at(-1);
  if (before === undefined) {
    if (entry.seq !== 0 || entry.change.kind !== "genesis") throw new KeyLogTruncatedError();
    if (!isAllZero(entry.previous)) throw new KeyLogBrokenChainError();
    return;
  }
  if (entry.organisation !== before.organisation) throw new KeyLogOtherOrganisationError();
  if (entry.seq !== before.seq + 1 || !equalBytes(entry.previous, before.hash)) throw new KeyLogBrokenChainError();
  if (entry.createdAtMs < before.createdAtMs) throw new KeyLogAgainstRulesError("the time of an entry goes backwards");
}

function applyChange(
  deps: Pick<Primitives, "sha256">,
  { keys, entry }: { readonly keys: Keys; readonly entry: SignedKeyLogEntry },
): void {
  const { change, seq } = entry;
  switch (change.kind) {
    case "genesis":
      if (seq !== 0) throw new KeyLogAgainstRulesError("a log begins once");
      return addAuthority(keys, change.authority);
    case "authority":
      return addAuthority(keys, change.authority);
    case "activate":
      return activate(keys, {
        ...change,
        keyId: usableKeyId(deps, change.publicKey),
        seq,
        createdAtMs: entry.createdAtMs,
      });
    case "retire":
      return retire(keys, { ...change, seq });
    case "revoke":
      return revoke(keys, { ...change, seq, createdAtMs: entry.createdAtMs });
  }
}

function addAuthority(keys: Keys, authority: Bytes): void {
  if (!isUsableSigningKey(authority)) throw new KeyLogInvalidKeyError();
  // Also what keeps an old, perhaps stolen, authority key from coming back.
  if (keys.authorities.some((known) => equalBytes(known, authority)))
    throw new KeyLogAgainstRulesError("this key was the authority before");
  keys.authorities.push(authority);
}

function activate(keys: Keys, activation: Activation & { readonly createdAtMs: number }): void {
  const { seq, keyId, publicKey, validFromMs, validUntilMs, createdAtMs } = activation;
  if (keys.revocations.has(keyId)) throw new KeyLogAgainstRulesError("a revoked key is activated again");
  if (validFromMs >= validUntilMs || createdAtMs >= validUntilMs)
    throw new KeyLogAgainstRulesError("a key is activated whose validity is over");
  if (validUntilMs - createdAtMs > keyLogLimits.validityMs)
    throw new KeyLogAgainstRulesError("a key is valid for longer than two years");
  keys.activations.push({ seq, keyId, publicKey, validFromMs, validUntilMs });
}

function retire(
  keys: Keys,
  { seq, keyId, graceUntilMs }: Extract<KeyLogChange, { kind: "retire" }> & { readonly seq: number },
): void {
  const activation = requireLiving(keys, keyId);
  if (graceUntilMs > activation.validUntilMs)
    throw new KeyLogAgainstRulesError("the grace of a key ends after its validity");
  keys.retirements.set(keyId, { seq, graceUntilMs });
}

function revoke(
  keys: Keys,
  {
    seq,
    keyId,
    sinceMs,
    createdAtMs,
  }: Extract<KeyLogChange, { kind: "revoke" }> & {
    readonly seq: number;
    readonly createdAtMs: number;
  },
): void {
  requireLiving(keys, keyId);
  if (sinceMs > createdAtMs) throw new KeyLogAgainstRulesError("a revocation lies in the future");
  keys.revocations.set(keyId, { seq, sinceMs });
}

function requireLiving({ activations, revocations }: Keys, keyId: KeyId): Activation {
  const activation = activations.findLast((one) => one.keyId === keyId);
  if (activation === undefined) throw new KeyLogAgainstRulesError("a key was never activated");
  if (revocations.has(keyId)) throw new KeyLogAgainstRulesError("a key is revoked already");
  return activation;
}

function usableKeyId(deps: Pick<Primitives, "sha256">, publicKey: Bytes): KeyId {
  try {
    checkAgreementPublicKey(publicKey);
  } catch (error) {
    if (error instanceof InvalidPublicKeyError) throw new KeyLogInvalidKeyError();
    throw error;
  }
  return deriveKeyId(deps, publicKey);
}

function lastAuthority({ authorities }: Keys): Bytes {
  const authority = authorities.at(-1);
  if (authority === undefined) throw new KeyLogTruncatedError();
  return authority;
}
