/**
 * The keys that the post-quantum ratchet gives to messages: one chain per epoch and direction (docs/protocol/sessions.md §7.5).
 * Every function leaves its argument alone.
 */
import { type Bytes, concatBytes } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { ChainExhaustedError } from "../errors.ts";
import { labels, zeroSalt } from "../labels.ts";
import { sessionLimits } from "../limits.ts";
import { encodeUint32 } from "../numbers.ts";

/** Who speaks first is the initiator. */
export type Role = "initiator" | "responder";

/** A chain of one direction: its key, and the number of the last message key that it gave. */
export interface DirectionChain {
  readonly key: Bytes;
  readonly index: number;
}

/** A message key that was skipped. */
export interface SkippedKey {
  readonly index: number;
  readonly key: Bytes;
}

/** The chains of one epoch; an old epoch sends no more. */
export interface EpochChains {
  readonly epoch: number;
  readonly sending: DirectionChain | undefined;
  readonly receiving: DirectionChain;
  readonly skipped: readonly SkippedKey[];
}

/** All chains that are kept, the oldest epoch first. */
export interface QuantumChain {
  readonly role: Role;
  readonly nextRoot: Bytes;
  readonly epochs: readonly EpochChains[];
}

type Hkdf = Pick<Primitives, "hkdfSha256">;

/** The chains of epoch 0, from the key that the handshake gave. */
export function createQuantumChain(
  { hkdfSha256 }: Hkdf,
  { role, handshakeKey }: { readonly role: Role; readonly handshakeKey: Uint8Array },
): QuantumChain {
  const info = labels.quantumChainStart;
  const derived = hkdfSha256({ salt: zeroSalt, secret: handshakeKey, info, lengthBytes: 96 });
  return { role, nextRoot: derived.slice(0, 32), epochs: [epochOf({ role, epoch: 0, derived })] };
}

/** With the chains of the next epoch. */
export function addQuantumEpoch(
  { hkdfSha256 }: Hkdf,
  { chain, secret }: { readonly chain: QuantumChain; readonly secret: Uint8Array },
): QuantumChain {
  const { role, nextRoot, epochs } = chain;
  const derived = hkdfSha256({ salt: nextRoot, secret, info: labels.quantumChainEpoch, lengthBytes: 96 });
  const epoch = (epochs.at(-1)?.epoch ?? -1) + 1;
  return { role, nextRoot: derived.slice(0, 32), epochs: [...epochs, epochOf({ role, epoch, derived })] };
}

/** A message key with the chains after it. */
export interface ChainStep {
  readonly chain: QuantumChain;
  readonly index: number;
  readonly key: Bytes;
}

/** The next key for sending in `epoch`. Chains for sending in epochs before it are forgotten, and all of those two before. */
export function nextSendingKey(
  hkdf: Hkdf,
  { chain, epoch }: { readonly chain: QuantumChain; readonly epoch: number },
): ChainStep {
  const sending = chain.epochs.find((chains) => chains.epoch === epoch)?.sending;
  if (sending === undefined || sending.index >= sessionLimits.counter) throw new ChainExhaustedError();
  const step = advance(hkdf, sending);
  const epochs = chain.epochs
    .filter((chains) => chains.epoch >= epoch - 1)
    .map((chains) => {
      if (chains.epoch === epoch) return { ...chains, sending: step.next };
      return chains.epoch < epoch ? { ...chains, sending: undefined } : chains;
    });
  return { chain: { ...chain, epochs }, index: step.next.index, key: step.key };
}

/** What became of the search for a key. */
export type FoundKey =
  | { readonly kind: "found"; readonly chain: QuantumChain; readonly key: Bytes }
  /** It was given out before, or forgotten. */
  | { readonly kind: "used" }
  | { readonly kind: "too-far" }
  | { readonly kind: "unknown-epoch" };

/** The key number `index` of `epoch` for receiving; those before it are kept. */
export function findReceivingKey(
  hkdf: Hkdf,
  {
    chain,
    epoch,
    index,
    forwardJumps,
  }: {
    readonly chain: QuantumChain;
    readonly epoch: number;
    readonly index: number;
    readonly forwardJumps: number;
  },
): FoundKey {
  const chains = chain.epochs.find((one) => one.epoch === epoch);
  if (chains === undefined) return { kind: "unknown-epoch" };
  const replace = (changed: EpochChains): QuantumChain => ({
    ...chain,
    epochs: chain.epochs.map((one) => (one === chains ? changed : one)),
  });
  if (index <= chains.receiving.index) {
    const kept = chains.skipped.find((one) => one.index === index);
    if (kept === undefined) return { kind: "used" };
    const skipped = chains.skipped.filter((one) => one !== kept);
    return { kind: "found", chain: replace({ ...chains, skipped }), key: kept.key };
  }
  if (index - chains.receiving.index > forwardJumps) return { kind: "too-far" };
  const { receiving, passed, key } = advanceTo(hkdf, { from: chains.receiving, index });
  const skipped = [...chains.skipped, ...passed].slice(-sessionLimits.skippedKeysPerChain);
  return { kind: "found", chain: replace({ ...chains, receiving, skipped }), key };
}

function advanceTo(
  hkdf: Hkdf,
  { from, index }: { readonly from: DirectionChain; readonly index: number },
): { readonly receiving: DirectionChain; readonly passed: readonly SkippedKey[]; readonly key: Bytes } {
  const passed: SkippedKey[] = [];
  let step = advance(hkdf, from);
  while (step.next.index < index) {
    // Older ones than are kept need no memory.
    if (index - step.next.index <= sessionLimits.skippedKeysPerChain) {
      passed.push({ index: step.next.index, key: step.key });
    }
    step = advance(hkdf, step.next);
  }
  return { receiving: step.next, passed, key: step.key };
}

function advance(
  { hkdfSha256 }: Hkdf,
  { key, index }: DirectionChain,
): { readonly next: DirectionChain; readonly key: Bytes } {
  const info = concatBytes(encodeUint32(index + 1), labels.quantumChainNext);
  const derived = hkdfSha256({ salt: zeroSalt, secret: key, info, lengthBytes: 64 });
  return { next: { key: derived.slice(0, 32), index: index + 1 }, key: derived.slice(32) };
}

function epochOf({
  role,
  epoch,
  derived,
}: {
  readonly role: Role;
  readonly epoch: number;
  readonly derived: Bytes;
}): EpochChains {
  const fromInitiator = { key: derived.slice(32, 64), index: 0 };
  const fromResponder = { key: derived.slice(64), index: 0 };
  const [sending, receiving] = role === "initiator" ? [fromInitiator, fromResponder] : [fromResponder, fromInitiator];
  return { epoch, sending, receiving, skipped: [] };
}
