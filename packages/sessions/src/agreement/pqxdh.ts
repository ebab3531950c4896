/**
 * PQXDH (signal.org/docs/specifications/pqxdh, docs/protocol/sessions.md §4): the secrets that both sides of a new session
 * start from.
 */
import { type Bytes, type SecretKey } from "@coterie/bytes";
import type { AgreementKeyPair, Primitives } from "@coterie/primitives";
import { labels, zeroSalt } from "../labels.ts";
import { joinSecrets } from "../ratchet/message-keys.ts";

/** Three keys of 32 bytes: of the ratchet's root, of the responder's first chain, and of the post-quantum ratchet. */
export interface HandshakeKeys {
  readonly rootKey: Bytes;
  readonly chainKey: Bytes;
  readonly quantumKey: Bytes;
}

/** The initiator's part: own identity and ephemeral key, and the bundle's public keys. */
export interface InitiatorInput {
  readonly identity: AgreementKeyPair;
  readonly baseKeyPair: AgreementKeyPair;
  readonly remoteIdentity: Bytes;
  readonly remoteSignedPrekey: Bytes;
  readonly remoteOneTimePrekey: Bytes | undefined;
  /** Of the encapsulation to the KEM prekey; destroyed here. */
  readonly kemSecret: SecretKey<"shared">;
}

/** The responder's part: the secrets behind the bundle, and the initiator's public keys. */
export interface ResponderInput {
  readonly identity: AgreementKeyPair;
  readonly signedPrekey: AgreementKeyPair;
  readonly oneTimePrekey: AgreementKeyPair | undefined;
  readonly remoteIdentity: Bytes;
  readonly remoteBaseKey: Bytes;
  /** Of the decapsulation; destroyed here. */
  readonly kemSecret: SecretKey<"shared">;
}

type AgreementPrimitives = Pick<Primitives, "agree" | "hkdfSha256">;

/** 32 bytes of 0xff: no X25519 key is spelled so, which keeps these inputs apart from other uses (XEdDSA §2.5). */
const discontinuity = new Uint8Array(32).fill(0xff);

/** @throws InvalidPublicKeyError where a key of the bundle cannot be agreed with */
export function agreeAsInitiator(primitives: AgreementPrimitives, input: InitiatorInput): HandshakeKeys {
  const { identity, baseKeyPair, remoteIdentity, remoteSignedPrekey, remoteOneTimePrekey, kemSecret } = input;
  const agree = agreeWith(primitives);
  return deriveKeys(primitives, {
    agreed: [
      agree(identity.secretKey, remoteSignedPrekey),
      agree(baseKeyPair.secretKey, remoteIdentity),
      agree(baseKeyPair.secretKey, remoteSignedPrekey),
      ...(remoteOneTimePrekey === undefined ? [] : [agree(baseKeyPair.secretKey, remoteOneTimePrekey)]),
    ],
    kemSecret,
  });
}

/** @throws InvalidPublicKeyError where a key of the message cannot be agreed with */
export function agreeAsResponder(primitives: AgreementPrimitives, input: ResponderInput): HandshakeKeys {
  const { identity, signedPrekey, oneTimePrekey, remoteIdentity, remoteBaseKey, kemSecret } = input;
  const agree = agreeWith(primitives);
  return deriveKeys(primitives, {
    agreed: [
      agree(signedPrekey.secretKey, remoteIdentity),
      agree(identity.secretKey, remoteBaseKey),
      agree(signedPrekey.secretKey, remoteBaseKey),
      ...(oneTimePrekey === undefined ? [] : [agree(oneTimePrekey.secretKey, remoteBaseKey)]),
    ],
    kemSecret,
  });
}

function agreeWith({ agree }: AgreementPrimitives): (secretKey: SecretKey<"x25519">, publicKey: Bytes) => Bytes {
  return (secretKey, publicKey) => {
    const shared = agree(secretKey, publicKey);
    const bytes = shared.exposeSecretBytes().slice();
    shared.destroy();
    return bytes;
  };
}

function deriveKeys(
  { hkdfSha256 }: AgreementPrimitives,
  { agreed, kemSecret }: { readonly agreed: readonly Bytes[]; readonly kemSecret: SecretKey<"shared"> },
): HandshakeKeys {
  const secret = joinSecrets(discontinuity.slice(), ...agreed, kemSecret.exposeSecretBytes().slice());
  kemSecret.destroy();
  const derived = hkdfSha256({ secret, salt: zeroSalt, info: labels.handshake, lengthBytes: 96 });
  secret.fill(0);
  return { rootKey: derived.slice(0, 32), chainKey: derived.slice(32, 64), quantumKey: derived.slice(64) };
}
