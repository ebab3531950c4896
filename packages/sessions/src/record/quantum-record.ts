/** The post-quantum ratchet within a record (docs/protocol/sessions.md §10). */
import { UnreadableRecordError } from "../errors.ts";
import { sessionLimits } from "../limits.ts";
import { braidLengths, type BraidState, type Sending } from "../post-quantum/braid-state.ts";
import { chunkLengthBytes, type Collected } from "../post-quantum/erasure-code.ts";
import type { DirectionChain, EpochChains, QuantumChain } from "../post-quantum/quantum-chain.ts";
import type { QuantumRatchet } from "../post-quantum/quantum-ratchet.ts";
import type { RecordReader, RecordWriter } from "./record-writer.ts";

/** The numbers of the states in a record: never reused. */
const stateKinds = [
  "keys-unsampled",
  "keys-sampled",
  "header-sent",
  "first-received",
  "vector-sent",
  "no-header-received",
  "header-received",
  "first-sampled",
  "vector-received",
  "first-acknowledged",
  "second-sampled",
] as const satisfies readonly BraidState["kind"][];

const roles = ["initiator", "responder"] as const;

const seedLengthBytes = 64;
/** More epochs than any run keeps: the newest, the one that sends and the one before it. */
const mostEpochs = 8;

/** Writes the ratchet. */
export function writeQuantumRatchet(writer: RecordWriter, { braid, chain }: QuantumRatchet): void {
  writer.fixed(braid.authenticator.root).fixed(braid.authenticator.macKey);
  writeBraidState(writer, braid.state);
  writer.number(roles.indexOf(chain.role)).fixed(chain.nextRoot);
  writer.list(chain.epochs, ({ epoch, sending, receiving, skipped }) => {
    writer.number(epoch).optional(sending, (direction) => writeDirection(writer, direction));
    writeDirection(writer, receiving);
    writer.list(skipped, ({ index, key }) => writer.number(index).fixed(key));
  });
}

/** Reads the ratchet. */
export function readQuantumRatchet(reader: RecordReader): QuantumRatchet {
  const authenticator = { root: reader.fixed(32), macKey: reader.fixed(32) };
  const state = readBraidState(reader);
  return { braid: { authenticator, state }, chain: readChain(reader) };
}

function readChain(reader: RecordReader): QuantumChain {
  const role = roles[reader.number()];
  if (role === undefined) throw new UnreadableRecordError("the session record has a role that is unknown here");
  const nextRoot = reader.fixed(32);
  const epochs = reader.list(mostEpochs, (): EpochChains => {
    const epoch = reader.number();
    const sending = reader.optional(() => readDirection(reader));
    const receiving = readDirection(reader);
    const skipped = reader.list(sessionLimits.skippedKeysPerChain, () => ({
      index: reader.number(),
      key: reader.fixed(32),
    }));
    return { epoch, sending, receiving, skipped };
  });
  return { role, nextRoot, epochs };
}

function writeDirection(writer: RecordWriter, { key, index }: DirectionChain): void {
  writer.fixed(key).number(index);
}

function readDirection(reader: RecordReader): DirectionChain {
  return { key: reader.fixed(32), index: reader.number() };
}

function writeBraidState(writer: RecordWriter, state: BraidState): void {
  writer.number(stateKinds.indexOf(state.kind)).number(state.epoch);
  switch (state.kind) {
    case "keys-unsampled":
      return;
    case "keys-sampled":
      writer.fixed(state.seed);
      return writeSending(writer, state.header);
    case "header-sent":
      writer.fixed(state.seed);
      writeSending(writer, state.vector);
      return writeCollected(writer, state.first);
    case "first-received":
      writer.fixed(state.seed);
      writeSending(writer, state.vector);
      writer.fixed(state.first);
      return;
    case "vector-sent":
      writer.fixed(state.seed).fixed(state.first);
      return writeCollected(writer, state.second);
    case "no-header-received":
      return writeCollected(writer, state.header);
    case "header-received":
      writer.fixed(state.header);
      return;
    case "first-sampled":
      writer.fixed(state.header).fixed(state.secret);
      writeSending(writer, state.first);
      return writeCollected(writer, state.vector);
    case "vector-received":
      writer.fixed(state.header).fixed(state.secret);
      writeSending(writer, state.first);
      writer.fixed(state.vector);
      return;
    case "first-acknowledged":
      writer.fixed(state.header).fixed(state.secret).fixed(state.first);
      return writeCollected(writer, state.vector);
    case "second-sampled":
      return writeSending(writer, state.second);
  }
}

function readBraidState(reader: RecordReader): BraidState {
  const kind = stateKinds[reader.number()];
  if (kind === undefined) throw new UnreadableRecordError("the session record has a state that is unknown here");
  const epoch = reader.number();
  const { header, vector, first, headerWithMac, secondWithMac } = braidLengths;
  switch (kind) {
    case "keys-unsampled":
      return { kind, epoch };
    case "keys-sampled":
      return { kind, epoch, seed: reader.fixed(seedLengthBytes), header: readSending(reader, headerWithMac) };
    case "header-sent": {
      const [seed, sending] = [reader.fixed(seedLengthBytes), readSending(reader, vector)];
      return { kind, epoch, seed, vector: sending, first: readCollected(reader, first) };
    }
    case "first-received": {
      const [seed, sending] = [reader.fixed(seedLengthBytes), readSending(reader, vector)];
      return { kind, epoch, seed, vector: sending, first: reader.fixed(first) };
    }
    case "vector-sent": {
      const [seed, whole] = [reader.fixed(seedLengthBytes), reader.fixed(first)];
      return { kind, epoch, seed, first: whole, second: readCollected(reader, secondWithMac) };
    }
    case "no-header-received":
      return { kind, epoch, header: readCollected(reader, headerWithMac) };
    case "header-received":
      return { kind, epoch, header: reader.fixed(header) };
    case "first-sampled": {
      const [key, secret, sending] = [reader.fixed(header), reader.fixed(32), readSending(reader, first)];
      return { kind, epoch, header: key, secret, first: sending, vector: readCollected(reader, vector) };
    }
    case "vector-received": {
      const [key, secret, sending] = [reader.fixed(header), reader.fixed(32), readSending(reader, first)];
      return { kind, epoch, header: key, secret, first: sending, vector: reader.fixed(vector) };
    }
    case "first-acknowledged": {
      const [key, secret, whole] = [reader.fixed(header), reader.fixed(32), reader.fixed(first)];
      return { kind, epoch, header: key, secret, first: whole, vector: readCollected(reader, vector) };
    }
    case "second-sampled":
      return { kind, epoch, second: readSending(reader, secondWithMac) };
  }
}

function writeSending(writer: RecordWriter, { message, nextIndex }: Sending): void {
  writer.fixed(message).number(nextIndex);
}

function readSending(reader: RecordReader, lengthBytes: number): Sending {
  return { message: reader.fixed(lengthBytes), nextIndex: reader.number() };
}

function writeCollected(writer: RecordWriter, { chunks }: Collected): void {
  writer.list(chunks, ({ index, bytes }) => writer.number(index).fixed(bytes));
}

function readCollected(reader: RecordReader, lengthBytes: number): Collected {
  const needed = lengthBytes / chunkLengthBytes;
  const chunks = reader.list(needed, () => ({ index: reader.number(), bytes: reader.fixed(chunkLengthBytes) }));
  return { needed, chunks };
}
