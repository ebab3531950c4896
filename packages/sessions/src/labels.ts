/** Every label of the protocol, as bytes: what keeps keys of different purposes apart. They are fixed by compatibility. */
import { type Bytes, encodeUtf8 } from "@coterie/bytes";

const braid = "Signal_PQCKA_V1_MLKEM768:";

/** What each label keeps apart. */
export type LabelName =
  | "handshake"
  | "root"
  | "messageKeys"
  | "senderKey"
  | "quantumChainStart"
  | "quantumChainEpoch"
  | "quantumChainNext"
  | "quantumSecret"
  | "authenticator"
  | "header"
  | "ciphertext"
  | "storedRecord"
  | "storedPrekey";

/** The label of each purpose. */
export const labels: Readonly<Record<LabelName, Bytes>> = {
  handshake: encodeUtf8("WhisperText_X25519_SHA-256_CRYSTALS-KYBER-1024"),
  root: encodeUtf8("WhisperRatchet"),
  messageKeys: encodeUtf8("WhisperMessageKeys"),
  senderKey: encodeUtf8("WhisperGroup"),
  quantumChainStart: encodeUtf8("Signal PQ Ratchet V1 Chain  Start"),
  quantumChainEpoch: encodeUtf8("Signal PQ Ratchet V1 Chain Add Epoch"),
  quantumChainNext: encodeUtf8("Signal PQ Ratchet V1 Chain Next"),
  quantumSecret: encodeUtf8(`${braid}SCKA Key`),
  authenticator: encodeUtf8(`${braid}Authenticator Update`),
  header: encodeUtf8(`${braid}ekheader`),
  ciphertext: encodeUtf8(`${braid}ciphertext`),
  storedRecord: encodeUtf8("coterie/sessions/record/1"),
  storedPrekey: encodeUtf8("coterie/sessions/prekey/1"),
};

/** 32 zero bytes: the empty salt of HKDF, and the first root of the authenticator. */
export const zeroSalt: Bytes = new Uint8Array(32);
