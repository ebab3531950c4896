/** The document that a room begins with (docs/protocol/rooms.md §3.2): part of every invitation, never sent to the relay. */
import { type Bytes, equalBytes, FieldReader, FieldWriter, MalformedBytesError } from "@coterie/bytes";
import { InvalidPublicKeyError, type Primitives, randomBytes, type RandomSource } from "@coterie/primitives";
import { MalformedRoomError } from "../errors.ts";
import { roomLabels } from "../labels.ts";
import { roomLimits } from "../limits.ts";

/** How many indexers make a quorum (§4.2): more than half, or more than two thirds. */
export type RoomMode = "majority" | "strict";

/** What the founder fixes for the life of the room. */
export interface GenesisInput {
  /** The founder's identity key, Ed25519, 32 bytes. */
  readonly identity: Bytes;
  /** The founder's sealing key, X25519, 32 bytes. */
  readonly sealingKey: Bytes;
  /** The founder's first writer key, Ed25519, 32 bytes: the first indexer. */
  readonly writer: Bytes;
  readonly mode: RoomMode;
  /** Final blocks from one checkpoint to the next, 1 to 2^32 - 1. */
  readonly checkpointInterval: number;
}

/** A decoded genesis. `nonce`: 32 random bytes, so that two rooms of one founder differ. */
export interface Genesis extends GenesisInput {
  readonly nonce: Bytes;
}

const keyLengthBytes = 32;
const maxLabelBytes = 64;

/**
 * A new room. Throws MalformedRoomError where a key has another length, or the sealing key is one that nobody can be sealed to.
 *
 * @example
 * import { nodePrimitives, systemRandom } from "@coterie/primitives/node";
 * import { createGenesis, deriveLogId } from "@coterie/room";
 *
 * const { publicKey: identity } = nodePrimitives.deriveSigningKeyPair(new Uint8Array(32).fill(1));
 * const { publicKey: writer } = nodePrimitives.deriveSigningKeyPair(new Uint8Array(32).fill(2));
 * const { publicKey: sealingKey } = nodePrimitives.deriveAgreementKeyPair(new Uint8Array(32).fill(3));
 * const deps = { primitives: nodePrimitives, random: systemRandom };
 * const genesis = createGenesis(deps, { identity, sealingKey, writer, mode: "majority", checkpointInterval: 10_000 });
 * deriveLogId(nodePrimitives, genesis); // 32 bytes
 */
export function createGenesis(
  {
    primitives,
    random,
  }: { readonly primitives: Pick<Primitives, "checkAgreementPublicKey">; readonly random: RandomSource },
  input: GenesisInput,
): Genesis {
  return checked(primitives, { ...input, nonce: randomBytes(random, 32) });
}

/** The bytes of a genesis. */
export function encodeGenesis({ nonce, identity, sealingKey, writer, mode, checkpointInterval }: Genesis): Bytes {
  return new FieldWriter()
    .bytes(roomLabels.genesis)
    .bytes(nonce)
    .bytes(identity)
    .bytes(sealingKey)
    .bytes(writer)
    .text(mode)
    .number(checkpointInterval)
    .finish();
}

/**
 * The genesis in `bytes`; its fields are copies.
 * @throws MalformedRoomError where the bytes do not have the one form, or a key must not be used
 */
export function decodeGenesis(primitives: Pick<Primitives, "checkAgreementPublicKey">, bytes: Uint8Array): Genesis {
  const reader = new FieldReader(bytes);
  try {
    if (!equalBytes(reader.bytes(maxLabelBytes), roomLabels.genesis))
      throw new MalformedRoomError("not a genesis of version 1");
    const key = (): Bytes => reader.bytes(keyLengthBytes);
    const keys = { nonce: key(), identity: key(), sealingKey: key(), writer: key() };
    const genesis = { ...keys, mode: readMode(reader), checkpointInterval: reader.number() };
    reader.end();
    return checked(primitives, genesis);
  } catch (error) {
    if (error instanceof MalformedBytesError) throw new MalformedRoomError("the bytes are no genesis");
    throw error;
  }
}

/** The id of the room's log: SHA-256 of the genesis, 32 bytes. Its first 16 are the log tag in every block. */
export function deriveLogId({ sha256 }: Pick<Primitives, "sha256">, genesis: Genesis): Bytes {
  return sha256(encodeGenesis(genesis));
}

function readMode(reader: FieldReader): RoomMode {
  const mode = reader.text(maxLabelBytes);
  if (mode !== "majority" && mode !== "strict") throw new MalformedRoomError("a mode that is unknown");
  return mode;
}

function checked({ checkAgreementPublicKey }: Pick<Primitives, "checkAgreementPublicKey">, genesis: Genesis): Genesis {
  const { nonce, identity, sealingKey, writer, checkpointInterval } = genesis;
  if ([nonce, identity, sealingKey, writer].some(({ length }) => length !== keyLengthBytes))
    throw new MalformedRoomError("a key of the genesis has another length");
  const isWhole = Number.isInteger(checkpointInterval);
  if (!isWhole || checkpointInterval < 1 || checkpointInterval > roomLimits.checkpointInterval)
    throw new MalformedRoomError("the checkpoint interval is out of its range");
  try {
    checkAgreementPublicKey(sealingKey);
  } catch (error) {
    if (error instanceof InvalidPublicKeyError) throw new MalformedRoomError("the sealing key must not be used");
    throw error;
  }
  return genesis;
}
