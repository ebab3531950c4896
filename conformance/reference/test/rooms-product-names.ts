/**
 * What the model says with names and numbers, as the bytes of the product. Hashes and epoch ids are the names themselves, so that ties fall
 * alike; identities sign for real, since the product verifies what they say.
 */
import { type Bytes, concatBytes } from "@coterie/bytes";
import type { Signer } from "@coterie/oplog";
import { nodePrimitives } from "@coterie/primitives/node";
import type { EpochLevel, Genesis, MemberHistory, Operation, WriterCap } from "@coterie/room";
import type { Genesis as ModelGenesis } from "../src/rooms/acts.ts";
import type { Caps, History, Level, Operation as ModelOperation } from "../src/rooms/blocks.ts";

const encoder = new TextEncoder();

/** Text, then zeros. */
export function bytesOf(text: string, length = 32): Bytes {
  const bytes = new Uint8Array(length);
  const { written } = encoder.encodeInto(text, bytes);
  if (written < text.length) throw new Error(`${text} has more than ${length} bytes`);
  return bytes;
}

/** Text without the zeros after it. */
export function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

export const levelNames: Readonly<Record<Exclude<Level, 0>, EpochLevel>> = {
  4: "full",
  3: "snapshot",
  2: "read",
  1: "control",
};

const histories: Readonly<Record<History, MemberHistory>> = {
  all: "all",
  snapshot: "snapshot",
  "since join": "since-join",
};

export const sealingKeyOf = (identity: string, version: number): Bytes => bytesOf(`${identity} key ${version}`);

/** Identities with their keys, and what they sign for one room. */
export class ProductNames {
  readonly logId: Bytes = bytesOf("room");
  readonly #signers = new Map<string, Signer>();
  readonly #names = new Map<string, string>();
  readonly #signatures = new Map<string, Bytes>();

  identity(name: string): Bytes {
    return this.#signer(name).writer;
  }

  /** The name of an identity that was asked for before. */
  nameOf(identity: Uint8Array): string {
    return this.#names.get(identity.join()) ?? "nobody";
  }

  genesis({ founder, writer, mode, interval }: ModelGenesis): Genesis {
    return {
      nonce: bytesOf("nonce"),
      identity: this.identity(founder),
      sealingKey: sealingKeyOf(founder, 0),
      writer: bytesOf(writer),
      mode,
      checkpointInterval: interval,
    };
  }

  /** One operation of a block by some writer. */
  operation(operation: ModelOperation, writer: string): Operation {
    switch (operation.kind) {
      case "add": {
        const { identity: name, role, history, keyVersion } = operation;
        const identity = this.identity(name);
        return { kind: "add", identity, sealingKey: sealingKeyOf(name, keyVersion), role, history: histories[history] };
      }
      case "remove":
        return { kind: "remove", identity: this.identity(operation.identity), caps: capsOf(operation.caps) };
      case "role": {
        const { role, caps } = operation;
        return { kind: "role", identity: this.identity(operation.identity), role, caps: capsOf(caps) };
      }
      case "add writer":
        return this.#addWriter(operation.identity, writer);
      case "revoke writer":
        return { kind: "revoke-writer", cap: capOf(operation.writer, operation.cap) };
      case "update key":
        return this.#updateKey(operation.identity, operation.version);
      case "set indexers":
        return { kind: "set-indexers", writers: [...new Set(operation.writers)].map((one) => bytesOf(one)) };
      case "fork":
        return { kind: "fork", proof: bytesOf(`${operation.writer} ${operation.seq}`) };
      case "rotate":
        return this.#rotate(operation);
      case "grant": {
        const { epoch, identity, level } = operation;
        const granted = level === 0 ? "control" : levelNames[level];
        return { kind: "grant", epochId: bytesOf(epoch, 16), identity: this.identity(identity), level: granted };
      }
      case "vote":
        throw new Error("votes are no part of these histories");
    }
  }

  #rotate({ recipients, wraps }: Extract<ModelOperation, { kind: "rotate" }>): Operation {
    return {
      kind: "rotate",
      recipients: [...recipients].map(([name, { level }]) => ({
        identity: this.identity(name),
        level: level === 0 ? "control" : levelNames[level],
      })),
      wraps: [...wraps].map(([epoch, what]) => {
        const wrap = new Uint8Array(48);
        return { epochId: bytesOf(epoch, 16), full: what === "full" ? wrap : undefined, control: wrap };
      }),
    };
  }

  #addWriter(identity: string, writer: string): Operation {
    const key = bytesOf(writer);
    const signature = this.#sign(identity, ["coterie/room/writer/1\0", this.logId, key]);
    return { kind: "add-writer", identity: this.identity(identity), writer: key, signature };
  }

  #updateKey(identity: string, version: number): Operation {
    const sealingKey = sealingKeyOf(identity, version);
    const number = new Uint8Array([0, 0, version >> 8, version & 255]);
    const signature = this.#sign(identity, ["coterie/room/key/1\0", this.logId, number, sealingKey]);
    return { kind: "update-key", identity: this.identity(identity), sealingKey, version, signature };
  }

  #sign(identity: string, parts: readonly (string | Bytes)[]): Bytes {
    const message = concatBytes(...parts.map((part) => (typeof part === "string" ? encoder.encode(part) : part)));
    const key = `${identity} ${message.join()}`;
    const signature = this.#signatures.get(key) ?? this.#signer(identity).sign(message);
    this.#signatures.set(key, signature);
    return signature;
  }

  #signer(name: string): Signer {
    const known = this.#signers.get(name);
    if (known !== undefined) return known;
    const { publicKey, secretKey } = nodePrimitives.deriveSigningKeyPair(bytesOf(name));
    const signer = { writer: publicKey, sign: (message: Uint8Array) => nodePrimitives.sign(secretKey, message) };
    this.#signers.set(name, signer);
    this.#names.set(publicKey.join(), name);
    return signer;
  }
}

function capOf(writer: string, last: { readonly seq: number; readonly name: string } | undefined): WriterCap {
  const hash = last === undefined ? new Uint8Array(32) : bytesOf(last.name);
  return { writer: bytesOf(writer), next: last === undefined ? 0 : last.seq + 1, hash };
}

function capsOf(caps: Caps): readonly WriterCap[] {
  const named = [...caps].map(([writer, last]) => capOf(writer, last));
  return named.sort((a, b) => (textOf(a.writer) < textOf(b.writer) ? -1 : 1));
}
