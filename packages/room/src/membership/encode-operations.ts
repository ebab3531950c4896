/** Operations as bytes (docs/protocol/rooms.md §2.2, §5.1). Padding is added by whoever encrypts the block. */
import type { Bytes } from "@coterie/bytes";
import { ByteWriter, oplogLimits } from "@coterie/oplog";
import { epochLevels } from "../epochs/level-secret.ts";
import { MalformedRoomError } from "../errors.ts";
import { roomLimits } from "../limits.ts";
import { checkCount, checkOperation } from "./check-operation.ts";
import { memberHistories, memberRoles, type Operation, operationKinds, type WriterCap } from "./operation.ts";

/**
 * `varint kind || varint length || bytes` of each operation, without padding; empty for none.
 * Sealing keys are not looked at: who proposes them has checked them.
 * @throws MalformedRoomError where `decodeOperations` would refuse the result: lengths, limits, order
 */
export function encodeOperations(operations: readonly Operation[]): Bytes {
  if (operations.length === 0) return new Uint8Array(0);
  checkCount(operations.length, roomLimits.operationsPerBlock);
  const writer = new ByteWriter();
  for (const operation of operations) {
    checkOperation(operation);
    writer.varint(operationKinds.indexOf(operation.kind)).sizedBytes(encodeBody(operation));
  }
  return writer.finish();
}

function encodeBody(operation: Operation): Bytes {
  const writer = new BodyWriter();
  switch (operation.kind) {
    case "add":
      writer.fixed(operation.identity, 32).fixed(operation.sealingKey, 32);
      return writer.choice(memberRoles, operation.role).choice(memberHistories, operation.history).finish();
    case "remove":
      return writer.fixed(operation.identity, 32).list(operation.caps, writeCap).finish();
    case "role":
      writer.fixed(operation.identity, 32).choice(memberRoles, operation.role);
      return writer.list(operation.caps, writeCap).finish();
    case "add-writer":
      return writer.fixed(operation.identity, 32).fixed(operation.writer, 32).fixed(operation.signature, 64).finish();
    case "revoke-writer":
      writeCap(writer, operation.cap);
      return writer.finish();
    case "update-key":
      writer.fixed(operation.identity, 32).fixed(operation.sealingKey, 32).varint(operation.version);
      return writer.fixed(operation.signature, 64).finish();
    case "set-indexers":
      return writer.list(operation.writers, (list, key) => list.fixed(key, 32)).finish();
    case "fork":
      return writer.fixed(operation.proof, operation.proof.length).finish();
    case "rotate":
      return encodeRotate(writer, operation);
    case "grant":
      writer.fixed(operation.epochId, 16).fixed(operation.identity, 32);
      return writer.choice(epochLevels, operation.level).finish();
    case "vote":
      writer.varint(operation.era).fixed(operation.checkpoint, 32).fixed(operation.views, 32);
      return writer.fixed(operation.signature, 64).finish();
  }
}

function encodeRotate(writer: BodyWriter, { recipients, wraps }: Extract<Operation, { kind: "rotate" }>): Bytes {
  writer.list(recipients, (list, { identity, level }) => list.fixed(identity, 32).choice(epochLevels, level));
  writer.list(wraps, (list, { epochId, full, control }) => {
    list.fixed(epochId, 16).choice([false, true], full !== undefined);
    if (full !== undefined) list.fixed(full, 48);
    list.fixed(control, 48);
  });
  return writer.finish();
}

function writeCap(writer: BodyWriter, { writer: key, next, hash }: WriterCap): void {
  writer.fixed(key, 32).varint(next).fixed(hash, 32);
}

/** Writes the fields of one operation, each in the length that the layout fixes. */
class BodyWriter {
  readonly #writer = new ByteWriter();

  fixed(field: Uint8Array, lengthBytes: number): this {
    if (field.length !== lengthBytes) throw new MalformedRoomError("a field of an operation has another length");
    this.#writer.bytes(field);
    return this;
  }

  varint(value: number): this {
    if (!Number.isInteger(value) || value < 0 || value > oplogLimits.number)
      throw new MalformedRoomError("a number in an operation is whole, and at most 2^32 - 1");
    this.#writer.varint(value);
    return this;
  }

  /** The place of `chosen` among its choices, as one byte. */
  choice<Choice>(choices: readonly Choice[], chosen: Choice): this {
    this.#writer.byte(choices.indexOf(chosen));
    return this;
  }

  list<Item>(items: readonly Item[], write: (writer: this, item: Item) => void): this {
    this.#writer.varint(items.length);
    for (const item of items) write(this, item);
    return this;
  }

  finish(): Bytes {
    return this.#writer.finish();
  }
}
