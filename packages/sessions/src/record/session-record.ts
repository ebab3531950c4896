/**
 * Session records as bytes (docs/protocol/sessions.md §10): a version, then all sessions with one device of a peer. Key pairs of
 * the post-quantum ratchet are kept as seeds. The bytes open conversations: they leave this package sealed only.
 */
import { type Bytes, Plaintext } from "@coterie/bytes";
import { UnreadableRecordError } from "../errors.ts";
import { sessionLimits } from "../limits.ts";
import type { Chain } from "../ratchet/message-keys.ts";
import type { ReceiverChain, SessionRecord, SessionState, UnacknowledgedPrekeys } from "../session/session-state.ts";
import { readQuantumRatchet, writeQuantumRatchet } from "./quantum-record.ts";
import { RecordReader, RecordWriter } from "./record-writer.ts";

const recordVersion = 1;
const kemCiphertextLengthBytes = 1568;
/** 32 bytes and a number of 32 bits. */
const keptKeyMostBytes = 37;
const sessionMostBytes = 8192;

/**
 * The bytes of a record. The oldest archived sessions are left out where all of them together would be longer than a record may be:
 * a peer that makes us keep as many keys as there may be must not make the record unreadable.
 */
export function encodeRecord({ current, archived }: SessionRecord): Plaintext {
  const writer = new RecordWriter();
  writer.number(recordVersion).optional(current, (state) => writeState(writer, state));
  writer.list(fitting(archived, sessionLimits.recordBytes - mostBytesOf(current)), (state) =>
    writeState(writer, state),
  );
  return Plaintext.own(writer.finish());
}

function fitting(states: readonly SessionState[], lengthBytes: number): readonly SessionState[] {
  let rest = lengthBytes;
  const firstTooMany = states.findIndex((state) => {
    rest -= mostBytesOf(state);
    return rest < 0;
  });
  return firstTooMany < 0 ? states : states.slice(0, firstTooMany);
}

/** More than a session takes: kept keys with their numbers, and everything else that it may hold. */
function mostBytesOf(state: SessionState | undefined): number {
  if (state === undefined) return 0;
  const chains = [...state.receivers, ...state.quantum.chain.epochs];
  return chains.reduce((sum, { skipped }) => sum + skipped.length * keptKeyMostBytes, sessionMostBytes);
}

/** @throws UnreadableRecordError */
export function decodeRecord(encoded: Plaintext): SessionRecord {
  const bytes = encoded.exposePlainBytes();
  if (bytes.length > sessionLimits.recordBytes) throw new UnreadableRecordError("the session record is too long");
  const reader = new RecordReader(bytes);
  if (reader.number() !== recordVersion) throw new UnreadableRecordError("the session record is of another version");
  const current = reader.optional(() => readState(reader));
  const archived = reader.list(sessionLimits.archivedSessions, () => readState(reader));
  reader.end();
  return { current, archived };
}

function writeState(writer: RecordWriter, state: SessionState): void {
  const { sender, receivers, unacknowledged } = state;
  writer.fixed(state.localIdentity).fixed(state.remoteIdentity);
  writer.number(state.localRegistrationId).number(state.remoteRegistrationId);
  writer.fixed(state.baseKey).fixed(state.rootKey).number(state.previousCounter);
  writer.fixed(sender.keyPair.publicKey).fixed(sender.keyPair.secretKey);
  writeChain(writer, sender.chain);
  writer.list(receivers, ({ ratchetKey, chain, skipped, forgottenBelow }) => {
    writer.fixed(ratchetKey);
    writeChain(writer, chain);
    writer.number(forgottenBelow);
    writer.list(skipped, ({ index, seed }) => writer.number(index).fixed(seed));
  });
  writer.optional(unacknowledged, (prekeys) => writeUnacknowledged(writer, prekeys));
  writeQuantumRatchet(writer, state.quantum);
}

function readState(reader: RecordReader): SessionState {
  const [localIdentity, remoteIdentity] = [reader.fixed(32), reader.fixed(32)];
  const [localRegistrationId, remoteRegistrationId] = [reader.number(), reader.number()];
  const [baseKey, rootKey, previousCounter] = [reader.fixed(32), reader.fixed(32), reader.number()];
  const keyPair = { publicKey: reader.fixed(32), secretKey: reader.fixed(32) };
  const sender = { keyPair, chain: readChain(reader) };
  const receivers = reader.list(sessionLimits.receiverChains, () => readReceiver(reader));
  const unacknowledged = reader.optional(() => readUnacknowledged(reader));
  return {
    localIdentity,
    remoteIdentity,
    localRegistrationId,
    remoteRegistrationId,
    baseKey,
    rootKey,
    sender,
    receivers,
    previousCounter,
    unacknowledged,
    quantum: readQuantumRatchet(reader),
  };
}

function readReceiver(reader: RecordReader): ReceiverChain {
  const ratchetKey = reader.fixed(32);
  const chain = readChain(reader);
  const forgottenBelow = reader.number();
  const skipped = reader.list(sessionLimits.skippedKeysPerChain, () => ({
    index: reader.number(),
    seed: reader.fixed(32),
  }));
  return { ratchetKey, chain, skipped, forgottenBelow };
}

function writeChain(writer: RecordWriter, { key, index }: Chain): void {
  writer.fixed(key).number(index);
}

function readChain(reader: RecordReader): Chain {
  const key: Bytes = reader.fixed(32);
  return { key, index: reader.number() };
}

function writeUnacknowledged(writer: RecordWriter, prekeys: UnacknowledgedPrekeys): void {
  writer.optional(prekeys.oneTimePrekeyId, (id) => writer.number(id));
  writer.number(prekeys.signedPrekeyId).number(prekeys.kemPrekeyId);
  writer.fixed(prekeys.kemCiphertext).number(prekeys.createdAtMs);
}

function readUnacknowledged(reader: RecordReader): UnacknowledgedPrekeys {
  const oneTimePrekeyId = reader.optional(() => reader.number());
  const [signedPrekeyId, kemPrekeyId] = [reader.number(), reader.number()];
  return {
    oneTimePrekeyId,
    signedPrekeyId,
    kemPrekeyId,
    kemCiphertext: reader.fixed(kemCiphertextLengthBytes),
    createdAtMs: reader.number(),
  };
}
