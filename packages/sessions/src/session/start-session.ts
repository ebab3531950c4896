/** New sessions of both roles (docs/protocol/sessions.md §4). */
import { type Bytes, SecretKey } from "@coterie/bytes";
import {
  type AgreementKeyPair,
  generateAgreementKeyPair,
  InvalidPublicKeyError,
  type Primitives,
  type RandomSource,
} from "@coterie/primitives";
import { agreeAsInitiator, agreeAsResponder } from "../agreement/pqxdh.ts";
import { InvalidBundleError } from "../errors.ts";
import { checkBundle, type PrekeyBundle } from "../keys/bundle.ts";
import { createQuantumRatchet } from "../post-quantum/quantum-ratchet.ts";
import { type RootStep, stepRoot } from "../ratchet/message-keys.ts";
import type { DecodedPrekeyMessage } from "../messages/prekey-message.ts";
import type { RatchetKeyPair, SessionState } from "./session-state.ts";

/** What sessions are made and stepped with. */
export interface SessionDeps {
  readonly primitives: Primitives;
  readonly random: RandomSource;
}

/** Who we are. */
export interface LocalDevice {
  readonly identity: AgreementKeyPair;
  readonly registrationId: number;
}

/** The secrets behind the prekeys that a message names. */
export interface ResponderPrekeys {
  readonly signedPrekey: AgreementKeyPair;
  readonly oneTimePrekey: AgreementKeyPair | undefined;
  readonly kemPrekey: SecretKey<"kyber">;
}

/**
 * A session with the device that published `bundle`. It sends at once.
 * @throws InvalidBundleError
 */
export function initiateSession(
  deps: SessionDeps,
  { local, bundle, nowMs }: { readonly local: LocalDevice; readonly bundle: PrekeyBundle; readonly nowMs: number },
): SessionState {
  const { primitives, random } = deps;
  checkBundle(primitives, bundle);
  const { ciphertext, sharedSecret } = encapsulateTo(deps, bundle);
  const baseKeyPair = generateAgreementKeyPair(primitives, random);
  const { rootKey, chainKey, quantumKey } = agreeAsInitiator(primitives, {
    identity: local.identity,
    baseKeyPair,
    remoteIdentity: bundle.identityKey,
    remoteSignedPrekey: bundle.signedPrekey.publicKey,
    remoteOneTimePrekey: bundle.oneTimePrekey?.publicKey,
    kemSecret: sharedSecret,
  });
  baseKeyPair.secretKey.destroy();
  const keyPair = generateRatchetKeyPair(deps);
  const sending = agreeRoot(primitives, { rootKey, keyPair, remoteKey: bundle.signedPrekey.publicKey });
  return {
    localIdentity: local.identity.publicKey,
    remoteIdentity: bundle.identityKey,
    localRegistrationId: local.registrationId,
    remoteRegistrationId: bundle.registrationId,
    baseKey: baseKeyPair.publicKey,
    rootKey: sending.rootKey,
    sender: { keyPair, chain: sending.chain },
    receivers: [
      {
        ratchetKey: bundle.signedPrekey.publicKey,
        chain: { key: chainKey, index: 0 },
        skipped: [],
        forgottenBelow: 0,
      },
    ],
    previousCounter: 0,
    unacknowledged: {
      oneTimePrekeyId: bundle.oneTimePrekey?.id,
      signedPrekeyId: bundle.signedPrekey.id,
      kemPrekeyId: bundle.kemPrekey.id,
      kemCiphertext: ciphertext,
      createdAtMs: nowMs,
    },
    quantum: createQuantumRatchet(primitives, { role: "initiator", handshakeKey: quantumKey }),
  };
}

/** Only the owner of the identity key can sign a KEM key that cannot be used: the bundle is at fault all the same. */
function encapsulateTo(
  { primitives, random }: SessionDeps,
  { kemPrekey }: PrekeyBundle,
): ReturnType<Primitives["kyber1024"]["encapsulate"]> {
  try {
    return primitives.kyber1024.encapsulate(random, kemPrekey.publicKey);
  } catch (error) {
    if (error instanceof InvalidPublicKeyError) throw new InvalidBundleError("a key of the bundle cannot be used");
    throw error;
  }
}

/**
 * The session that a first message asks for. Nothing is authenticated before the message inside was opened with it.
 * @throws InvalidPublicKeyError where a key in the message cannot be agreed with
 */
export function respondToSession(
  { primitives }: Pick<SessionDeps, "primitives">,
  {
    local,
    prekeys,
    message,
  }: { readonly local: LocalDevice; readonly prekeys: ResponderPrekeys; readonly message: DecodedPrekeyMessage },
): SessionState {
  primitives.checkPrimeOrderPublicKey(message.baseKey);
  const { rootKey, chainKey, quantumKey } = agreeAsResponder(primitives, {
    identity: local.identity,
    signedPrekey: prekeys.signedPrekey,
    oneTimePrekey: prekeys.oneTimePrekey,
    remoteIdentity: message.identityKey,
    remoteBaseKey: message.baseKey,
    kemSecret: primitives.kyber1024.decapsulate(prekeys.kemPrekey, message.kemCiphertext),
  });
  const { publicKey, secretKey } = prekeys.signedPrekey;
  return {
    localIdentity: local.identity.publicKey,
    remoteIdentity: message.identityKey,
    localRegistrationId: local.registrationId,
    remoteRegistrationId: message.registrationId,
    baseKey: message.baseKey,
    rootKey,
    sender: {
      keyPair: { publicKey, secretKey: secretKey.exposeSecretBytes().slice() },
      chain: { key: chainKey, index: 0 },
    },
    receivers: [],
    previousCounter: 0,
    unacknowledged: undefined,
    quantum: createQuantumRatchet(primitives, { role: "responder", handshakeKey: quantumKey }),
  };
}

/** A fresh ratchet key pair, its secret as bytes for the record. */
export function generateRatchetKeyPair({ primitives, random }: SessionDeps): RatchetKeyPair {
  const { publicKey, secretKey } = generateAgreementKeyPair(primitives, random);
  const bytes = secretKey.exposeSecretBytes().slice();
  secretKey.destroy();
  return { publicKey, secretKey: bytes };
}

/** The root step of an agreement between our ratchet key and theirs. */
export function agreeRoot(
  primitives: Pick<Primitives, "agree" | "hkdfSha256">,
  input: { readonly rootKey: Bytes; readonly keyPair: RatchetKeyPair; readonly remoteKey: Bytes },
): RootStep {
  const secretKey = SecretKey.copyOf("x25519", input.keyPair.secretKey);
  const shared = primitives.agree(secretKey, input.remoteKey);
  secretKey.destroy();
  const agreed = shared.exposeSecretBytes().slice();
  shared.destroy();
  return stepRoot(primitives, { rootKey: input.rootKey, agreed });
}
