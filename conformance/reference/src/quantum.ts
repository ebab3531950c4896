/** Keys of the sparse post-quantum ratchet (docs/protocol/sessions.md §7.1, §7.5), changed in place. */
import { type Braid, newBraid, type Piece, receive, send } from "./braid.ts";
import { bigEndian, hkdf, join, type Kems, type Raw, text } from "./crypto.ts";
import { readVarint, varint } from "./wire.ts";

const zeros = new Uint8Array(32);

interface Direction {
  key: Raw;
  index: number;
}

interface Epoch {
  sending: Direction | undefined;
  receiving: Direction;
  skipped: Map<number, Raw>;
}

/** Both parts of the ratchet. */
export interface Quantum {
  readonly isInitiator: boolean;
  readonly braid: Braid;
  nextRoot: Raw;
  newest: number;
  epochs: Map<number, Epoch>;
}

export function newQuantum(isInitiator: boolean, handshakeKey: Raw): Quantum {
  const quantum: Quantum = {
    isInitiator,
    braid: newBraid(isInitiator, handshakeKey),
    nextRoot: zeros,
    newest: -1,
    epochs: new Map(),
  };
  addEpoch(quantum, hkdf(zeros, handshakeKey, text("Signal PQ Ratchet V1 Chain  Start"), 96));
  return quantum;
}

function addEpoch(quantum: Quantum, derived: Raw): void {
  const [initiators, responders] = [derived.slice(32, 64), derived.slice(64)];
  quantum.nextRoot = derived.slice(0, 32);
  quantum.epochs.set(++quantum.newest, {
    sending: { key: quantum.isInitiator ? initiators : responders, index: 0 },
    receiving: { key: quantum.isInitiator ? responders : initiators, index: 0 },
    skipped: new Map(),
  });
}

function addSecret(quantum: Quantum, secret: Raw | undefined): void {
  if (secret === undefined) return;
  addEpoch(quantum, hkdf(quantum.nextRoot, secret, text("Signal PQ Ratchet V1 Chain Add Epoch"), 96));
}

function step(direction: Direction): Raw {
  direction.index++;
  const info = join(bigEndian(direction.index, 4), text("Signal PQ Ratchet V1 Chain Next"));
  const derived = hkdf(zeros, direction.key, info, 64);
  direction.key = derived.slice(0, 32);
  return derived.slice(32);
}

/** The next message and the key of what carries it. */
export function sendQuantum(kems: Kems, quantum: Quantum): { readonly message: Raw; readonly key: Raw } {
  const { piece, secret } = send(kems, quantum.braid);
  addSecret(quantum, secret);
  const sends = piece.epoch - 1;
  for (const [number, epoch] of quantum.epochs) {
    if (number < sends) epoch.sending = undefined;
    if (number < sends - 1) quantum.epochs.delete(number);
  }
  const direction = quantum.epochs.get(sends)?.sending;
  if (direction === undefined) throw new Error("the model cannot send in this epoch");
  const key = step(direction);
  const head = join(varint(1), varint(piece.epoch), varint(direction.index), Uint8Array.of(piece.kind));
  return { key, message: piece.chunk === undefined ? head : join(head, varint(piece.place), piece.chunk) };
}

function readPiece(message: Raw): Piece & { readonly index: number } {
  const epoch = readVarint(message, 1);
  const index = readVarint(message, epoch.next);
  const kind = message[index.next] ?? 0;
  const common = { epoch: epoch.value, index: index.value, kind };
  if (kind === 0 || kind === 4) return { ...common, place: 0, chunk: undefined };
  const place = readVarint(message, index.next + 1);
  return { ...common, place: place.value, chunk: message.slice(place.next, place.next + 32) };
}

/** The key of what carries a message, or why there is none. */
export function receiveQuantum(kems: Kems, quantum: Quantum, message: Raw): Raw | "tampered" | "too-far" | "gone" {
  const piece = readPiece(message);
  const received = receive(kems, quantum.braid, piece);
  if (received === "tampered") return "tampered";
  addSecret(quantum, received.secret);
  const epoch = quantum.epochs.get(piece.epoch - 1);
  if (epoch === undefined) return piece.epoch - 1 < Math.min(...quantum.epochs.keys()) ? "gone" : "tampered";
  if (piece.index <= epoch.receiving.index) {
    const kept = epoch.skipped.get(piece.index);
    epoch.skipped.delete(piece.index);
    return kept ?? "gone";
  }
  if (piece.index - epoch.receiving.index > 25_000) return "too-far";
  for (;;) {
    const key = step(epoch.receiving);
    if (epoch.receiving.index === piece.index) return key;
    epoch.skipped.set(epoch.receiving.index, key);
    if (epoch.skipped.size > 2000) epoch.skipped.delete(Math.min(...epoch.skipped.keys()));
  }
}
