/**
 * Sender keys (docs/protocol/sessions.md §12): cheap for large groups, at a price. Who learns a chain key reads all later messages
 * of that sender until the key is renewed, there is no post-quantum ratchet, and messages are signed, so not deniable.
 */
import { type Bytes, concatBytes, equalBytes, SecretKey } from "@coterie/bytes";
import { AuthenticationFailedError, generateAgreementKeyPair, type Primitives, randomBytes } from "@coterie/primitives";
import { ChainExhaustedError, MessageTooLongError } from "../errors.ts";
import { labels, zeroSalt } from "../labels.ts";
import { sessionLimits } from "../limits.ts";
import { type Chain, messageSeedOf, nextChain } from "../ratchet/message-keys.ts";
import { takeSeed } from "../ratchet/receiving-chain.ts";
import type { SessionDeps } from "../session/start-session.ts";
import {
  type DecodedSenderKeyMessage,
  encodeSenderKeyMessage,
  type SenderKeyDistribution,
} from "./sender-key-message.ts";
import type { SenderKeyRecord, SenderKeyState } from "./sender-key-state.ts";

/** How opening a group message ends. */
export type SenderKeyDecryptStep =
  | { readonly kind: "opened"; readonly record: SenderKeyRecord; readonly plaintext: Bytes }
  /** The sender's distribution message has not arrived, or that version of its key is gone. */
  | { readonly kind: "no-session" }
  | { readonly kind: "duplicate" }
  | { readonly kind: "out-of-sync"; readonly reason: "too-far-ahead" | "key-gone" }
  | { readonly kind: "tampered" };

/** A fresh key of our own, for a new group or after somebody left. Older versions of it are dropped. */
export function generateSenderKey(deps: SessionDeps, distributionId: Bytes): SenderKeyRecord {
  const { primitives, random } = deps;
  const { publicKey, secretKey } = generateAgreementKeyPair(primitives, random);
  const [a = 0, b = 0, c = 0, d = 0] = randomBytes(random, 4);
  const state: SenderKeyState = {
    chainId: ((a & 0x7f) << 24) | (b << 16) | (c << 8) | d,
    chain: { key: randomBytes(random, 32), index: 0 },
    signingKey: publicKey,
    signingSecret: secretKey.exposeSecretBytes().slice(),
    skipped: [],
    forgottenBelow: 0,
  };
  secretKey.destroy();
  return { distributionId, states: [state] };
}

/** What members get to read us from the next message on; undefined where the record holds no key of our own. */
export function distributionOf({ distributionId, states }: SenderKeyRecord): SenderKeyDistribution | undefined {
  const [state] = states;
  if (state?.signingSecret === undefined) return undefined;
  const { chainId, chain, signingKey } = state;
  return { distributionId, chainId, iteration: chain.index, chainKey: chain.key, signingKey };
}

/** Takes a sender's distribution in; `record` is what is kept of that sender in that distribution so far. */
export function receiveDistribution(
  primitives: Pick<Primitives, "checkPrimeOrderPublicKey">,
  {
    record,
    distribution,
  }: { readonly record: SenderKeyRecord | undefined; readonly distribution: SenderKeyDistribution },
): SenderKeyRecord {
  const { distributionId, chainId, iteration, chainKey, signingKey } = distribution;
  primitives.checkPrimeOrderPublicKey(signingKey);
  const states = record?.states ?? [];
  const known = states.find((state) => state.chainId === chainId);
  // A repeated distribution must not bring back keys that were used, nor change who signs.
  if (known !== undefined) return { distributionId, states };
  const chain: Chain = { key: chainKey, index: iteration };
  const state: SenderKeyState = {
    chainId,
    chain,
    signingKey,
    signingSecret: undefined,
    skipped: [],
    forgottenBelow: 0,
  };
  return { distributionId, states: [state, ...states].slice(0, sessionLimits.senderKeyStates) };
}

/** Encrypts for the group; undefined where the record holds no key of our own. */
export function encryptWithSenderKey(
  { primitives, random }: SessionDeps,
  { record, plaintext }: { readonly record: SenderKeyRecord; readonly plaintext: Uint8Array },
): { readonly record: SenderKeyRecord; readonly bytes: Bytes } | undefined {
  if (plaintext.length > sessionLimits.plaintextBytes) throw new MessageTooLongError();
  const [state, ...others] = record.states;
  if (state?.signingSecret === undefined) return undefined;
  const { chain, chainId, signingSecret } = state;
  if (chain.index >= sessionLimits.counter) throw new ChainExhaustedError();
  const keys = deriveKeys(primitives, messageSeedOf(primitives, chain));
  const signed = encodeSenderKeyMessage({
    distributionId: record.distributionId,
    chainId,
    iteration: chain.index,
    ciphertext: primitives.encryptAes256Cbc(keys.cipherKey, keys.iv, plaintext),
  });
  const secretKey = SecretKey.copyOf("x25519", signingSecret);
  const signature = primitives.signWithAgreementKey(secretKey, { message: signed, random: randomBytes(random, 64) });
  secretKey.destroy();
  const next = { ...state, chain: nextChain(primitives, chain) };
  return { record: { ...record, states: [next, ...others] }, bytes: concatBytes(signed, signature) };
}

/** Opens a message of the sender whose keys `record` holds. */
export function decryptWithSenderKey(
  primitives: Primitives,
  { record, message }: { readonly record: SenderKeyRecord | undefined; readonly message: DecodedSenderKeyMessage },
): SenderKeyDecryptStep {
  const state = record?.states.find(({ chainId }) => chainId === message.chainId);
  if (record === undefined || state === undefined || !equalBytes(record.distributionId, message.distributionId)) {
    return { kind: "no-session" };
  }
  if (!primitives.verifyWithAgreementKey(state.signingKey, message.signed, message.signature)) {
    return { kind: "tampered" };
  }
  const found = takeSeed(primitives, { receiving: state, index: message.iteration });
  if (found.kind !== "found") return found;
  const keys = deriveKeys(primitives, found.seed);
  try {
    const plaintext = primitives.decryptAes256Cbc(keys.cipherKey, keys.iv, message.ciphertext);
    const states = record.states.map((one) => (one === state ? { ...state, ...found.receiving } : one));
    return { kind: "opened", plaintext, record: { ...record, states } };
  } catch (error) {
    if (error instanceof AuthenticationFailedError) return { kind: "tampered" };
    throw error;
  }
}

function deriveKeys(
  { hkdfSha256 }: Pick<Primitives, "hkdfSha256">,
  seed: Bytes,
): { readonly iv: Bytes; readonly cipherKey: Bytes } {
  const derived = hkdfSha256({ secret: seed, salt: zeroSalt, info: labels.senderKey, lengthBytes: 48 });
  return { iv: derived.slice(0, 16), cipherKey: derived.slice(16) };
}
