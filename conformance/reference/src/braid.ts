/**
 * The ML-KEM Braid (docs/protocol/sessions.md §7.4) without states: what a side has decides what it sends. Objects are changed in
 * place; who may have to undo a step works on a copy.
 */
import { SecretKey } from "@coterie/bytes";
import { bigEndian, hkdf, hmac, isSame, join, type Kems, type Raw, random, text } from "./crypto.ts";
import { decodeChunks, encodeChunk } from "./chunks.ts";

const label = "Signal_PQCKA_V1_MLKEM768:";
const zeros = new Uint8Array(32);

/** Kinds on the wire. */
export const kinds = { none: 0, header: 1, vector: 2, vectorWithAck: 3, ack: 4, first: 5, second: 6 } as const;

export interface Piece {
  readonly epoch: number;
  readonly kind: number;
  readonly place: number;
  readonly chunk: Raw | undefined;
}

/** Everything that one side has in an epoch. */
export interface Braid {
  epoch: number;
  sendsKey: boolean;
  authRoot: Raw;
  authKey: Raw;
  sent: Record<number, number>;
  got: Record<number, Map<number, Raw>>;
  seed: Raw | undefined;
  vector: Raw | undefined;
  header: Raw | undefined;
  first: Raw | undefined;
  encapsulation: Raw | undefined;
  isAcknowledged: boolean;
  second: Raw | undefined;
}

export function newBraid(sendsKey: boolean, handshakeKey: Raw): Braid {
  const braid = { authRoot: zeros, authKey: zeros, ...epochOf(1, sendsKey) };
  authenticate(braid, 1, handshakeKey);
  return braid;
}

function epochOf(epoch: number, sendsKey: boolean): Omit<Braid, "authRoot" | "authKey"> {
  return {
    epoch,
    sendsKey,
    sent: {},
    got: {},
    seed: undefined,
    vector: undefined,
    header: undefined,
    first: undefined,
    encapsulation: undefined,
    isAcknowledged: false,
    second: undefined,
  };
}

function authenticate(braid: Braid, epoch: number, secret: Raw): void {
  const info = join(text(`${label}Authenticator Update`), bigEndian(epoch, 8));
  const derived = hkdf(zeros, join(braid.authRoot, secret), info, 64);
  [braid.authRoot, braid.authKey] = [derived.slice(0, 32), derived.slice(32)];
}

function macOf(braid: Braid, what: "ekheader" | "ciphertext", message: Raw): Raw {
  return hmac(braid.authKey, join(text(label + what), bigEndian(braid.epoch, 8), message));
}

function epochSecret(epoch: number, shared: SecretKey<"shared">): Raw {
  return hkdf(zeros, shared.exposeSecretBytes(), join(text(`${label}SCKA Key`), bigEndian(epoch, 8)), 32);
}

function secretOf<Use extends string>(use: Use, bytes: Raw | undefined): SecretKey<Use> {
  if (bytes === undefined) throw new Error("the model has no such secret");
  return SecretKey.copyOf(use, bytes);
}

/** What to send next; the secret of a new epoch, where this step gives one. */
export function send(kems: Kems, braid: Braid): { readonly piece: Piece; readonly secret?: Raw } {
  const none = { piece: { epoch: braid.epoch, kind: kinds.none, place: 0, chunk: undefined } };
  const chunkOf = (kind: number, message: Raw, counter = kind): { readonly piece: Piece } => {
    const place = braid.sent[counter] ?? 0;
    braid.sent[counter] = place + 1;
    return { piece: { epoch: braid.epoch, kind, place, chunk: encodeChunk(message, place) } };
  };
  if (braid.sendsKey) {
    if (braid.seed === undefined) {
      braid.seed = random(64);
      Object.assign(braid, keyOf(kems, braid.seed));
    }
    const { header = new Uint8Array(0), vector = new Uint8Array(0) } = braid;
    if (countOf(braid, kinds.second) > 0) return none;
    if (countOf(braid, kinds.first) >= 30) return chunkOf(kinds.vectorWithAck, vector, kinds.vector);
    if (countOf(braid, kinds.first) > 0) return chunkOf(kinds.vector, vector);
    return chunkOf(kinds.header, join(header, macOf(braid, "ekheader", header)));
  }
  if (braid.header === undefined) return none;
  if (braid.second !== undefined) return chunkOf(kinds.second, braid.second);
  if (braid.isAcknowledged) return none;
  if (braid.first !== undefined) return chunkOf(kinds.first, braid.first);
  const made = kems.mlKem768Parts.encapsulateFirst(
    { fill: (target) => target.set(random(target.length)) },
    braid.header,
  );
  braid.first = made.first;
  braid.encapsulation = made.state.exposeSecretBytes().slice();
  const secret = epochSecret(braid.epoch, made.sharedSecret);
  authenticate(braid, braid.epoch, secret);
  return { ...chunkOf(kinds.first, braid.first), secret };
}

function keyOf(kems: Kems, seed: Raw): { readonly header: Raw; readonly vector: Raw } {
  const { header, vector } = kems.mlKem768Parts.deriveKeyPair(seed);
  return { header, vector };
}

function countOf(braid: Braid, kind: number): number {
  return braid.got[kind]?.size ?? 0;
}

/** Collects a chunk, as long as any is wanted. */
function collect(braid: Braid, kind: number, { place, chunk }: Piece, wanted: number): boolean {
  const chunks = (braid.got[kind] ??= new Map());
  if (chunk !== undefined && chunks.size < wanted && !chunks.has(place)) chunks.set(place, chunk);
  return chunks.size >= wanted;
}

/** Takes a piece in; "tampered" where no honest peer sends it. The secret of a new epoch, where this completes one. */
export function receive(kems: Kems, braid: Braid, piece: Piece): "tampered" | { readonly secret?: Raw } {
  if (piece.epoch < braid.epoch) return {};
  if (piece.epoch > braid.epoch) {
    if (braid.second === undefined || piece.epoch !== braid.epoch + 1) return "tampered";
    Object.assign(braid, epochOf(piece.epoch, true));
    return {};
  }
  return braid.sendsKey ? receiveText(kems, braid, piece) : receiveKey(kems, braid, piece);
}

function receiveText(kems: Kems, braid: Braid, piece: Piece): "tampered" | { readonly secret?: Raw } {
  if (braid.seed === undefined) return {};
  const hasFirst = countOf(braid, kinds.first) >= 30;
  if (piece.kind === kinds.first && !hasFirst) collect(braid, kinds.first, piece, 30);
  if (piece.kind !== kinds.second || !hasFirst || !collect(braid, kinds.second, piece, 5)) return {};
  const first = decodeChunks(braid.got[kinds.first] ?? new Map(), 30);
  const whole = decodeChunks(braid.got[kinds.second] ?? new Map(), 5);
  const [second, mac] = [whole.slice(0, 128), whole.slice(128)];
  const shared = kems.mlKem768Parts.decapsulate(secretOf("ml-kem", braid.seed), { first, second });
  const secret = epochSecret(braid.epoch, shared);
  authenticate(braid, braid.epoch, secret);
  if (!isSame(mac, macOf(braid, "ciphertext", join(first, second)))) return "tampered";
  Object.assign(braid, epochOf(braid.epoch + 1, false));
  return { secret };
}

function receiveKey(kems: Kems, braid: Braid, piece: Piece): "tampered" | { readonly secret?: Raw } {
  if (braid.header === undefined) {
    if (piece.kind !== kinds.header || !collect(braid, kinds.header, piece, 3)) return {};
    const whole = decodeChunks(braid.got[kinds.header] ?? new Map(), 3);
    if (!isSame(whole.slice(64), macOf(braid, "ekheader", whole.slice(0, 64)))) return "tampered";
    braid.header = whole.slice(0, 64);
    return {};
  }
  const isVector = piece.kind === kinds.vector || piece.kind === kinds.vectorWithAck;
  if (braid.first === undefined || braid.second !== undefined || (!isVector && piece.kind !== kinds.ack)) return {};
  if (piece.kind !== kinds.vector) braid.isAcknowledged = true;
  if (!collect(braid, kinds.vector, piece, 36) || !braid.isAcknowledged) return {};
  const vector = decodeChunks(braid.got[kinds.vector] ?? new Map(), 36);
  const state = secretOf("encapsulation", braid.encapsulation);
  const second = kems.mlKem768Parts.encapsulateSecond(state, { header: braid.header, vector });
  braid.second = join(second, macOf(braid, "ciphertext", join(braid.first, second)));
  return {};
}
