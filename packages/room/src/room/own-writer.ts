/**
 * The writer key of this installation (docs/protocol/rooms.md §5.1, §9): made here, certified by the member's identity in the key's own first
 * block, never taken along in a backup. A copy of the storage that goes on with an old head would fork, so the head is confirmed first.
 */
import { type Bytes, FieldReader, FieldWriter, MalformedBytesError } from "@coterie/bytes";
import type { Signer } from "@coterie/oplog";
import { generateSigningKeyPair, type Primitives, type RandomSource, type SigningKeyPair } from "@coterie/primitives";
import { DeviceStateDamagedError, NotAWriterError } from "../errors.ts";
import { roomLabels } from "../labels.ts";
import type { RoomLog } from "./room-log.ts";

/** A writer of this device. */
export interface OwnWriter {
  readonly keyPair: SigningKeyPair;
  /** Where its head may be taken for the newest one: it was made in this run, or somebody confirmed it. */
  readonly isConfirmed: boolean;
}

/** A fresh writer. Whoever asked destroys its secret. */
export function generateOwnWriter(primitives: Primitives, random: RandomSource): OwnWriter {
  return { keyPair: generateSigningKeyPair(primitives, random), isConfirmed: true };
}

/** The port that signs blocks by a writer's key. */
export function createSigner({ sign }: Pick<Primitives, "sign">, { publicKey, secretKey }: SigningKeyPair): Signer {
  return { writer: publicKey, sign: (message) => sign(secretKey, message) };
}

/** The writer for storage; the caller encrypts it, and wipes this. */
export function encodeOwnWriter({ keyPair }: OwnWriter): Bytes {
  const writer = new FieldWriter().bytes(roomLabels.ownWriter).bytes(keyPair.secretKey.exposeSecretBytes());
  const encoded = writer.finish();
  writer.wipe();
  return encoded;
}

/** A stored writer, not confirmed. Throws DeviceStateDamagedError. */
export function decodeOwnWriter(primitives: Pick<Primitives, "deriveSigningKeyPair">, encoded: Bytes): OwnWriter {
  try {
    const reader = new FieldReader(encoded);
    reader.bytes(roomLabels.ownWriter.length);
    const seed = reader.bytes(32);
    reader.end();
    const keyPair = primitives.deriveSigningKeyPair(seed);
    seed.fill(0);
    return { keyPair, isConfirmed: false };
  } catch (error) {
    if (error instanceof MalformedBytesError) throw new DeviceStateDamagedError();
    throw error;
  }
}

/**
 * Whether a writer is still one. Of a member that was removed and added again, and after a fork, another one takes over; who revoked a writer
 * meant its device.
 * @throws NotAWriterError where it was revoked
 */
export function mayGoOn(log: RoomLog, { keyPair: { publicKey: writer } }: OwnWriter): boolean {
  const head = log.findHead(writer);
  if (head === undefined) return true;
  if (log.forkReports.hasForked(writer)) return false;
  const seq = log.dag.seq(head) + 1;
  const reason = log.membership.findCutReason({ writer, seq, hash: new Uint8Array(32), isInPastOf: () => false });
  if (reason?.kind === "revoked") throw new NotAWriterError();
  return reason === undefined;
}
