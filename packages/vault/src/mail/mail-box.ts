/** Mail boxes: an address and a first name sealed to a short-lived mail key (docs/protocol/vault.md §6). */
import type { Bytes, Ciphertext, SecretKey } from "@coterie/bytes";
import {
  type AgreementKeyPair,
  AuthenticationFailedError,
  generateAgreementKeyPair,
  InvalidPublicKeyError,
  type Primitives,
  type RandomSource,
  randomBytes,
} from "@coterie/primitives";
import {
  InvalidMailKeyError,
  MailContextMismatchError,
  MalformedMailBoxError,
  NotAuthenticError,
  UnknownMailKeyError,
} from "../errors.ts";
import { createMailPlaintext, type MailContent, mailPlaintextBytes } from "../mail-plaintext.ts";
import { deriveMailKeyId, type MailKeyId } from "./mail-key.ts";
import { type OpenedMail, parseMailPlaintext } from "./parse-mail.ts";

/** A sealed address, as it is stored and sent. */
export interface MailBox {
  readonly keyId: MailKeyId;
  /** 32 bytes: X25519, thrown away by whoever sealed. */
  readonly senderPublicKey: Bytes;
  /** 24 bytes. */
  readonly nonce: Bytes;
  /** 528 bytes: NaCl crypto_box, tag first. */
  readonly payload: Ciphertext<"mail">;
}

/** A mail box from outside, whose lengths nobody checked. */
export interface ReceivedMailBox {
  readonly keyId: MailKeyId;
  readonly senderPublicKey: Uint8Array;
  readonly nonce: Uint8Array;
  readonly payload: Uint8Array;
}

/** What is sealed and to which key. */
export interface SealForMailInput extends MailContent {
  readonly mailPublicKey: Uint8Array;
  /** The id of that key, as the gateway named it. */
  readonly keyId: MailKeyId;
}

/** A box, the secret of the key it names, and the action it must belong to. */
export interface OpenMailBoxInput {
  readonly box: ReceivedMailBox;
  readonly secretKey: SecretKey<"x25519">;
  readonly actionId: string;
}

/** What sealing for mails needs. */
export interface MailSealingDeps {
  readonly primitives: Primitives;
  readonly random: RandomSource;
}

/**
 * Seals an address for the gateway's mails, from a throw-away key pair. Whoever holds the database and its log but not the mail
 * key cannot read it, and nobody can once the mail key is destroyed. Every box has the same length. It does not say who sealed it.
 * @throws MalformedMailError, MailTooLargeError, InvalidPublicKeyError
 * @throws InvalidMailKeyError where id and public key do not belong together
 */
export function sealForMail({ primitives, random }: MailSealingDeps, input: SealForMailInput): MailBox {
  const { mailPublicKey, keyId } = input;
  primitives.checkAgreementPublicKey(mailPublicKey);
  if (deriveMailKeyId(primitives, mailPublicKey) !== keyId) {
    throw new InvalidMailKeyError("the id of a mail key is another one's");
  }
  const plaintext = createMailPlaintext(input);
  const sender = generateAgreementKeyPair(primitives, random);
  const nonce = randomBytes(random, 24);
  try {
    const payload = useAndDestroy(primitives.deriveBoxKey(sender.secretKey, mailPublicKey), (boxKey) =>
      primitives.encryptBox(boxKey, nonce, plaintext.exposePlainBytes()),
    );
    // brand: just encrypted
    return { keyId, senderPublicKey: sender.publicKey, nonce, payload: payload as Ciphertext<"mail"> };
  } finally {
    sender.secretKey.destroy();
    plaintext.destroy();
  }
}

/**
 * A mail box from outside with its lengths checked, so that it may be stored. That it opens, only opening tells.
 * @throws MalformedMailBoxError
 */
export function parseMailBox({ keyId, senderPublicKey, nonce, payload }: ReceivedMailBox): MailBox {
  const isWellFormed =
    senderPublicKey.length === 32 && nonce.length === 24 && payload.length === 16 + mailPlaintextBytes;
  if (!isWellFormed) throw new MalformedMailBoxError("a mail box has parts of 32, 24 and 528 bytes");
  return {
    keyId,
    senderPublicKey: new Uint8Array(senderPublicKey),
    nonce: new Uint8Array(nonce),
    // brand: has the one length of a mail box; what a sender put in instead of a ciphertext is the sender's own choice
    payload: new Uint8Array(payload) as Ciphertext<"mail">,
  };
}

/**
 * The content of a box, which the caller destroys. Releases nothing of a box that belongs to another action.
 * @throws MalformedMailBoxError, UnknownMailKeyError where the box names another key, NotAuthenticError, MalformedMailError,
 * MailContextMismatchError
 */
export function openMailBox({ primitives }: { readonly primitives: Primitives }, input: OpenMailBoxInput): OpenedMail {
  const { secretKey, actionId } = input;
  const box = parseMailBox(input.box);
  const pair = primitives.deriveAgreementKeyPair(secretKey.exposeSecretBytes());
  try {
    // One key for one box, whatever its bytes: NaCl's box itself does not commit to a key.
    if (deriveMailKeyId(primitives, pair.publicKey) !== box.keyId) throw new UnknownMailKeyError();
    return openPadded(decryptMailBox(primitives, { box, pair }), actionId);
  } finally {
    pair.secretKey.destroy();
  }
}

function openPadded(padded: Bytes, actionId: string): OpenedMail {
  try {
    const opened = parseMailPlaintext(padded);
    if (opened.actionId === actionId) return opened;
    opened.destroy();
    throw new MailContextMismatchError();
  } finally {
    padded.fill(0);
  }
}

function decryptMailBox(
  primitives: Primitives,
  { box, pair }: { readonly box: MailBox; readonly pair: AgreementKeyPair },
): Bytes {
  try {
    return useAndDestroy(primitives.deriveBoxKey(pair.secretKey, box.senderPublicKey), (boxKey) =>
      primitives.decryptBox(boxKey, box.nonce, box.payload),
    );
  } catch (error) {
    const isRefused = error instanceof AuthenticationFailedError || error instanceof InvalidPublicKeyError;
    throw isRefused ? new NotAuthenticError() : error;
  }
}

function useAndDestroy(boxKey: SecretKey<"box">, use: (boxKey: SecretKey<"box">) => Bytes): Bytes {
  try {
    return use(boxKey);
  } finally {
    boxKey.destroy();
  }
}
