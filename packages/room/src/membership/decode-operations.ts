/**
 * Operations from the bytes of a block (docs/protocol/rooms.md §2.2, §5.1). What this says is what a block asks for, not whether anybody
 * may: see membership-log.ts. A kind that is unknown is refused with its block, since version 1 is closed: skipping it would let two
 * programs disagree on who is a member.
 */
import { type Bytes, copyBytes, isAllZero } from "@coterie/bytes";
import { ByteReader, MalformedBlockError } from "@coterie/oplog";
import { InvalidPublicKeyError, type Primitives } from "@coterie/primitives";
import { epochLevels } from "../epochs/level-secret.ts";
import { MalformedRoomError } from "../errors.ts";
import { roomLimits } from "../limits.ts";
import { checkCount, checkOperation } from "./check-operation.ts";
import {
  type EpochRecipient,
  type EpochWrap,
  memberHistories,
  memberRoles,
  type Operation,
  operationKinds,
  type WriterCap,
} from "./operation.ts";

const none: readonly Operation[] = [];

/**
 * The operations at the beginning of `bytes`, which is what follows the control prefix, with or without its padding; fields are copies. Of
 * the padding this checks that it is zeros; its length, which depends on the whole control plaintext, was checked with the decryption.
 * @throws MalformedRoomError where the bytes do not have the one form, or name a sealing key that nobody can seal to
 */
export function decodeOperations(
  primitives: Pick<Primitives, "checkAgreementPublicKey">,
  bytes: Uint8Array,
): readonly Operation[] {
  // Almost every block has none; nothing is allocated for it.
  if (bytes.length === 0 || bytes[0] === 0) {
    checkPadding(bytes);
    return none;
  }
  try {
    const operations = readOperations(bytes);
    for (const operation of operations) {
      if (operation.kind === "add" || operation.kind === "update-key")
        primitives.checkAgreementPublicKey(operation.sealingKey);
    }
    return operations;
  } catch (error) {
    if (error instanceof MalformedBlockError) throw new MalformedRoomError("the bytes are no operations");
    // One such key would stop every rotation that has to seal to it.
    if (error instanceof InvalidPublicKeyError) throw new MalformedRoomError("a sealing key that must not be used");
    throw error;
  }
}

function readOperations(bytes: Uint8Array): readonly Operation[] {
  const reader = new ByteReader(bytes);
  const operations: Operation[] = [];
  while (reader.remaining > 0 && bytes[reader.offset] !== 0) {
    checkCount(operations.length + 1, roomLimits.operationsPerBlock);
    const kind = operationKinds[reader.varint()];
    if (kind === undefined) throw new MalformedRoomError("an operation of a kind that is unknown");
    const body = new BodyReader(reader.sizedBytes());
    const operation = readBody(body, kind);
    body.end();
    checkOperation(operation);
    operations.push(operation);
  }
  checkPadding(bytes.subarray(reader.offset));
  return operations;
}

function checkPadding(rest: Uint8Array): void {
  if (!isAllZero(rest)) throw new MalformedRoomError("the padding is not zeros");
}

function readBody(reader: BodyReader, kind: Operation["kind"]): Operation {
  switch (kind) {
    case "add": {
      const keys = { identity: reader.fixed(32), sealingKey: reader.fixed(32) };
      return { kind, ...keys, role: reader.choice(memberRoles), history: reader.choice(memberHistories) };
    }
    case "remove":
      return { kind, identity: reader.fixed(32), caps: readCaps(reader) };
    case "role":
      return { kind, identity: reader.fixed(32), role: reader.choice(memberRoles), caps: readCaps(reader) };
    case "add-writer":
      return { kind, identity: reader.fixed(32), writer: reader.fixed(32), signature: reader.fixed(64) };
    case "revoke-writer":
      return { kind, cap: readCap(reader) };
    case "update-key": {
      const keys = { identity: reader.fixed(32), sealingKey: reader.fixed(32) };
      return { kind, ...keys, version: reader.varint(), signature: reader.fixed(64) };
    }
    case "set-indexers":
      return { kind, writers: reader.list(roomLimits.indexers, () => reader.fixed(32)) };
    case "fork":
      return { kind, proof: reader.rest(roomLimits.forkProofBytes) };
    case "rotate":
      return { kind, recipients: readRecipients(reader), wraps: readWraps(reader) };
    case "grant":
      return { kind, epochId: reader.fixed(16), identity: reader.fixed(32), level: reader.choice(epochLevels) };
    case "vote": {
      const hashes = { era: reader.varint(), checkpoint: reader.fixed(32), views: reader.fixed(32) };
      return { kind, ...hashes, signature: reader.fixed(64) };
    }
  }
}

function readCaps(reader: BodyReader): readonly WriterCap[] {
  return reader.list(roomLimits.capsPerOperation, () => readCap(reader));
}

function readCap(reader: BodyReader): WriterCap {
  return { writer: reader.fixed(32), next: reader.varint(), hash: reader.fixed(32) };
}

function readRecipients(reader: BodyReader): readonly EpochRecipient[] {
  const read = (): EpochRecipient => ({ identity: reader.fixed(32), level: reader.choice(epochLevels) });
  return reader.list(roomLimits.members, read);
}

function readWraps(reader: BodyReader): readonly EpochWrap[] {
  const read = (): EpochWrap => {
    const epochId = reader.fixed(16);
    const full = reader.choice([false, true]) ? reader.fixed(48) : undefined;
    return { epochId, full, control: reader.fixed(48) };
  };
  return reader.list(roomLimits.wrapsPerRotate, read);
}

/** Reads the fields of one operation. Fields are copies: they outlive the plaintext that they came in. */
class BodyReader {
  readonly #reader: ByteReader;

  constructor(bytes: Uint8Array) {
    this.#reader = new ByteReader(bytes);
  }

  fixed(lengthBytes: number): Bytes {
    return copyBytes(this.#reader.bytes(lengthBytes));
  }

  varint(): number {
    return this.#reader.varint();
  }

  /** One byte: the place among `choices`. */
  choice<Choice>(choices: readonly Choice[]): Choice {
    const chosen = choices[this.#reader.byte()];
    if (chosen === undefined) throw new MalformedRoomError("a choice that is unknown");
    return chosen;
  }

  /** The limit is checked first, and nothing is allocated ahead of what is there. */
  list<Item>(limit: number, read: () => Item): readonly Item[] {
    const count = checkCount(this.#reader.varint(), limit);
    const items: Item[] = [];
    for (let i = 0; i < count; i++) items.push(read());
    return items;
  }

  rest(limitBytes: number): Bytes {
    checkCount(this.#reader.remaining, limitBytes);
    return copyBytes(this.#reader.rest());
  }

  end(): void {
    this.#reader.end();
  }
}
