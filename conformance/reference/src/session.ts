/** PQXDH and the Double Ratchet of one session (docs/protocol/sessions.md §4 to §6), changed in place. */
import { SecretKey } from "@coterie/bytes";
import {
  agree,
  decryptCbc,
  encryptCbc,
  hkdf,
  hmac,
  isSame,
  join,
  type Kems,
  type KeyPair,
  newKeyPair,
  type Raw,
  random,
  text,
} from "./crypto.ts";
import { newQuantum, type Quantum, receiveQuantum, sendQuantum } from "./quantum.ts";
import { readFields, writeFields } from "./wire.ts";

const zeros = new Uint8Array(32);
const five = Uint8Array.of(5);
const version = Uint8Array.of(0x44);

interface Receiver {
  readonly key: Raw;
  chain: Raw;
  index: number;
  readonly skipped: Map<number, Raw>;
  forgottenBelow: number;
}

/** One session. */
export interface Session {
  readonly local: Raw;
  readonly remote: Raw;
  readonly baseKey: Raw;
  root: Raw;
  sendPair: KeyPair;
  sendChain: Raw;
  sendIndex: number;
  previous: number;
  receivers: Receiver[];
  /** What first messages repeat: fields 1, 5, 6, 7 and 8. */
  first: Record<number, number | Raw | undefined> | undefined;
  readonly quantum: Quantum;
}

/** Public keys of the peer, and their numbers. */
export interface Bundle {
  readonly identity: Raw;
  readonly signed: { readonly id: number; readonly key: Raw };
  readonly oneTime: { readonly id: number; readonly key: Raw } | undefined;
  readonly kem: { readonly id: number; readonly key: Raw };
}

/** The secrets behind a bundle; the KEM's is its seed. */
export interface BundleSecrets {
  readonly signed: KeyPair;
  readonly oneTime: KeyPair | undefined;
  readonly kem: Raw;
}

function handshake(agreements: readonly Raw[], kemSecret: Uint8Array): readonly [Raw, Raw, Raw] {
  const secret = join(new Uint8Array(32).fill(0xff), ...agreements, kemSecret);
  const derived = hkdf(zeros, secret, text("WhisperText_X25519_SHA-256_CRYSTALS-KYBER-1024"), 96);
  return [derived.slice(0, 32), derived.slice(32, 64), derived.slice(64)];
}

function rootStep(root: Raw, agreed: Raw): readonly [Raw, Raw] {
  const derived = hkdf(root, agreed, text("WhisperRatchet"), 64);
  return [derived.slice(0, 32), derived.slice(32)];
}

function receiverOf(key: Raw, chain: Raw): Receiver {
  return { key, chain, index: 0, skipped: new Map(), forgottenBelow: 0 };
}

export function initiate(kems: Kems, identity: KeyPair, bundle: Bundle, registrationId: number): Session {
  const { ciphertext, sharedSecret } = kems.kyber1024.encapsulate(
    { fill: (target) => target.set(random(target.length)) },
    bundle.kem.key,
  );
  const base = newKeyPair();
  const [root, chain, quantumKey] = handshake(
    [
      agree(identity.secretKey, bundle.signed.key),
      agree(base.secretKey, bundle.identity),
      agree(base.secretKey, bundle.signed.key),
      ...(bundle.oneTime === undefined ? [] : [agree(base.secretKey, bundle.oneTime.key)]),
    ],
    sharedSecret.exposeSecretBytes(),
  );
  const sendPair = newKeyPair();
  const [nextRoot, sendChain] = rootStep(root, agree(sendPair.secretKey, bundle.signed.key));
  return {
    local: identity.publicKey,
    remote: bundle.identity,
    baseKey: base.publicKey,
    root: nextRoot,
    sendPair,
    sendChain,
    sendIndex: 0,
    previous: 0,
    receivers: [receiverOf(bundle.signed.key, chain)],
    first: {
      1: bundle.oneTime?.id,
      5: registrationId,
      6: bundle.signed.id,
      7: bundle.kem.id,
      8: join(Uint8Array.of(8), ciphertext),
    },
    quantum: newQuantum(true, quantumKey),
  };
}

export function respond(kems: Kems, identity: KeyPair, secrets: BundleSecrets, message: Raw): Session {
  const { bytes } = readFields(message.slice(1));
  const [baseKey, remote] = [keyIn(bytes[2]), keyIn(bytes[3])];
  const kemSecret = kems.kyber1024.decapsulate(SecretKey.copyOf("kyber", secrets.kem), (bytes[8] ?? zeros).slice(1));
  const [root, chain, quantumKey] = handshake(
    [
      agree(secrets.signed.secretKey, remote),
      agree(identity.secretKey, baseKey),
      agree(secrets.signed.secretKey, baseKey),
      ...(secrets.oneTime === undefined ? [] : [agree(secrets.oneTime.secretKey, baseKey)]),
    ],
    kemSecret.exposeSecretBytes(),
  );
  return {
    local: identity.publicKey,
    remote,
    baseKey,
    root,
    sendPair: secrets.signed,
    sendChain: chain,
    sendIndex: 0,
    previous: 0,
    receivers: [],
    first: undefined,
    quantum: newQuantum(false, quantumKey),
  };
}

/** The 32 bytes of a key in a message. */
export function keyIn(encoded: Raw | undefined): Raw {
  return (encoded ?? zeros).slice(1);
}

function macOf(key: Raw, sender: Raw, recipient: Raw, message: Raw): Raw {
  return hmac(key, join(five, sender, five, recipient, message)).slice(0, 8);
}

function keysOf(seed: Raw, quantumKey: Raw): { readonly cipher: Raw; readonly mac: Raw; readonly iv: Raw } {
  const derived = hkdf(quantumKey, seed, text("WhisperMessageKeys"), 80);
  return { cipher: derived.slice(0, 32), mac: derived.slice(32, 64), iv: derived.slice(64) };
}

/** The next message. */
export function encrypt(kems: Kems, session: Session, plain: Uint8Array): Raw {
  const { message: quantum, key } = sendQuantum(kems, session.quantum);
  const keys = keysOf(hmac(session.sendChain, Uint8Array.of(1)), key);
  const fields = writeFields({
    1: join(five, session.sendPair.publicKey),
    2: session.sendIndex,
    3: session.previous,
    4: encryptCbc(keys.cipher, keys.iv, plain),
    5: quantum,
  });
  const authenticated = join(version, fields);
  const whole = join(authenticated, macOf(keys.mac, session.local, session.remote, authenticated));
  session.sendChain = hmac(session.sendChain, Uint8Array.of(2));
  session.sendIndex++;
  if (session.first === undefined) return whole;
  const outer = { 2: join(five, session.baseKey), 3: join(five, session.local), 4: whole, ...session.first };
  return join(version, writeFields(outer));
}

export type Outcome = { readonly kind: "opened"; readonly plain: Raw } | { readonly kind: string };

/** Opens a message; where that fails, the session is spoilt: work on a copy. */
export function decrypt(kems: Kems, session: Session, message: Raw): Outcome {
  const fields = readFields(message.slice(1, -8));
  const [ratchetKey, counter] = [keyIn(fields.bytes[1]), fields.numbers[2] ?? 0];
  let receiver = session.receivers.find(({ key }) => isSame(key, ratchetKey));
  const isNew = receiver === undefined;
  if (receiver === undefined) {
    const [root, chain] = rootStep(session.root, agree(session.sendPair.secretKey, ratchetKey));
    session.root = root;
    receiver = receiverOf(ratchetKey, chain);
    session.receivers = [...session.receivers, receiver].slice(-5);
  }
  const seed = takeSeed(receiver, counter);
  if (typeof seed === "string") return { kind: isNew ? "tampered" : seed };
  const key = receiveQuantum(kems, session.quantum, fields.bytes[5] ?? zeros);
  if (typeof key === "string") return { kind: isNew || key === "tampered" ? "tampered" : "out-of-sync" };
  const keys = keysOf(seed, key);
  if (!isSame(message.slice(-8), macOf(keys.mac, session.remote, session.local, message.slice(0, -8)))) {
    return { kind: "tampered" };
  }
  session.first = undefined;
  if (isNew) turn(session, ratchetKey);
  return { kind: "opened", plain: decryptCbc(keys.cipher, keys.iv, fields.bytes[4] ?? zeros) };
}

function takeSeed(receiver: Receiver, counter: number): Raw | "duplicate" | "out-of-sync" {
  if (counter < receiver.index) {
    const kept = receiver.skipped.get(counter);
    receiver.skipped.delete(counter);
    return kept ?? (counter < receiver.forgottenBelow ? "out-of-sync" : "duplicate");
  }
  if (counter - receiver.index > 25_000) return "out-of-sync";
  for (;;) {
    const seed = hmac(receiver.chain, Uint8Array.of(1));
    receiver.chain = hmac(receiver.chain, Uint8Array.of(2));
    if (receiver.index++ === counter) return seed;
    receiver.skipped.set(receiver.index - 1, seed);
    if (receiver.skipped.size > 2000) {
      receiver.skipped.delete(Math.min(...receiver.skipped.keys()));
      receiver.forgottenBelow = Math.min(...receiver.skipped.keys());
    }
  }
}

function turn(session: Session, ratchetKey: Raw): void {
  session.previous = Math.max(0, session.sendIndex - 1);
  session.sendPair = newKeyPair();
  const [root, chain] = rootStep(session.root, agree(session.sendPair.secretKey, ratchetKey));
  session.root = root;
  session.sendChain = chain;
  session.sendIndex = 0;
}
