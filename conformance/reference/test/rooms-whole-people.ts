/** People of the product with one device each, in memory, and their blocks as the model has them. */
import { type Bytes, SecretKey, encodeHex } from "@coterie/bytes";
import { blockFlags, createMemoryLogStore, decodeEnvelope } from "@coterie/oplog";
import {
  generateAgreementKeyPair,
  generateSigningKeyPair,
  randomBytes,
  type RandomSource,
  type SigningKeyPair,
} from "@coterie/primitives";
import { nodePrimitives } from "@coterie/primitives/node";
import { createSealingKeyHolder, type MemberHistory, type Operation, type Room, type RoomDeps } from "@coterie/room";
import {
  type Block,
  control,
  full,
  type History,
  type Level,
  makeBlock,
  type Operation as ModelOperation,
  read,
  snapshot,
} from "../src/rooms/blocks.ts";
import type { Chance } from "./rooms-chance.ts";

const primitives = nodePrimitives;
const levels: Readonly<Record<string, Level>> = { full, snapshot, read, control };
const histories: Readonly<Record<MemberHistory, History>> = {
  all: "all",
  snapshot: "snapshot",
  "since-join": "since join",
};

export function seededRandom(chance: Chance): RandomSource {
  return {
    fill: (target) => {
      for (let i = 0; i < target.length; i++) target[i] = chance.below(256);
    },
  };
}

/** A member at one device. */
export class WholePerson {
  /** Of the member. */
  readonly name: string;
  readonly identity: SigningKeyPair;
  readonly deps: RoomDeps;
  readonly #random: RandomSource;
  /** The newest first; a member's devices share them. */
  readonly #sealing: ReturnType<typeof generateAgreementKeyPair>[];
  room: Room | undefined;

  /** `other`: another device of the same member. */
  constructor(name: string, random: RandomSource, other?: WholePerson) {
    this.name = name;
    this.#random = random;
    this.identity = other?.identity ?? generateSigningKeyPair(primitives, random);
    this.#sealing = other === undefined ? [generateAgreementKeyPair(primitives, random)] : other.#sealing;
    this.deps = {
      primitives,
      random,
      store: createMemoryLogStore(),
      deviceKey: SecretKey.copyOf("store", randomBytes(random, 32)),
      identity: this.identity,
      sealingKeys: () => this.#sealing.map((pair) => createSealingKeyHolder({ primitives }, pair)),
      ownHead: "trust",
      views: {},
      onAlarm: () => undefined,
    };
  }

  get in(): Room {
    if (this.room === undefined) throw new Error(`${this.name} is in no room`);
    return this.room;
  }

  get id(): Bytes {
    return this.identity.publicKey;
  }

  get sealingKey(): Bytes {
    const [newest] = this.#sealing;
    if (newest === undefined) throw new Error(`${this.name} has no sealing key`);
    return newest.publicKey;
  }

  /** Makes another sealing key, and keeps the earlier ones. */
  renewKey(): Bytes {
    this.#sealing.unshift(generateAgreementKeyPair(primitives, this.#random));
    return this.sealingKey;
  }
}

/** Blocks of the product as blocks of the model: hashes become names. */
export class Translator {
  readonly blocks = new Map<string, Block>();
  readonly #people: readonly WholePerson[];
  readonly #writers = new Map<string, string>();
  readonly #versions = new Map<string, number>();

  constructor(people: readonly WholePerson[]) {
    this.#people = people;
  }

  /** The name of a writer key that somebody begins with, or that is known. */
  writer(key: Uint8Array, by: WholePerson): string {
    const hex = encodeHex(key);
    const known = this.#writers.get(hex);
    if (known !== undefined) return known;
    const own = [...this.#writers.values()].filter((name) => name.startsWith(`${by.name}.`));
    const name = `${by.name}.${own.length}`;
    this.#writers.set(hex, name);
    return name;
  }

  nameOf(identity: Uint8Array): string {
    const hex = encodeHex(identity);
    const person = this.#people.find(({ id }) => encodeHex(id) === hex);
    return person?.name ?? "nobody";
  }

  writerName(key: Uint8Array): string {
    return this.#writers.get(encodeHex(key)) ?? "none";
  }

  versionOf(sealingKey: Uint8Array): number {
    return this.#versions.get(encodeHex(sealingKey)) ?? 0;
  }

  find(hash: Uint8Array): Block {
    const block = this.blocks.get(encodeHex(hash));
    if (block === undefined) throw new Error("a block that nobody wrote");
    return block;
  }

  /** A block that somebody has just stored. */
  translate(bytes: Uint8Array, author: WholePerson): Block {
    const { log } = author.in;
    const { header, hash } = decodeEnvelope(primitives, bytes);
    const index = log.dag.find(hash);
    if (index === undefined) throw new Error("a block that its author does not know");
    const number = log.controls.findControl(index);
    const operations = number === undefined ? [] : log.controls.placeOf(number).operations;
    const parents = log.dag.parents(index).map((parent) => this.find(log.dag.hash(parent)));
    const previous = header.seq === 0 ? undefined : parents[0];
    const epoch = encodeHex(header.epochId);
    const isVote = number === undefined && (header.flags & (blockFlags.ack | blockFlags.content)) === 0;
    const block = makeBlock({
      name: encodeHex(hash),
      writer: this.writer(header.writer, author),
      previous,
      links: parents.filter((parent) => parent !== previous),
      commits: log.dag.commits(index),
      epoch,
      operations: isVote ? [{ kind: "vote" }] : operations.map((operation) => this.#operation(operation, epoch)),
      hasContent: (header.flags & blockFlags.content) !== 0,
    });
    if (block.lamport !== log.dag.lamport(index) || block.seq !== header.seq) throw new Error("another place");
    this.blocks.set(block.name, block);
    return block;
  }

  #operation(operation: Operation, epoch: string): ModelOperation {
    switch (operation.kind) {
      case "add": {
        const { role, history, sealingKey } = operation;
        const identity = this.nameOf(operation.identity);
        return { kind: "add", identity, role, history: histories[history], keyVersion: this.versionOf(sealingKey) };
      }
      case "remove":
        return { kind: "remove", identity: this.nameOf(operation.identity), caps: this.#caps(operation.caps) };
      case "role": {
        const { role, caps } = operation;
        return { kind: "role", identity: this.nameOf(operation.identity), role, caps: this.#caps(caps) };
      }
      case "add-writer":
        return { kind: "add writer", identity: this.nameOf(operation.identity) };
      case "revoke-writer": {
        const [cap] = this.#caps([operation.cap]);
        return { kind: "revoke writer", writer: cap?.[0] ?? "none", cap: cap?.[1] };
      }
      case "update-key":
        this.#versions.set(encodeHex(operation.sealingKey), operation.version);
        return { kind: "update key", identity: this.nameOf(operation.identity), version: operation.version };
      case "set-indexers":
        return { kind: "set indexers", writers: operation.writers.map((writer) => this.writerName(writer)) };
      case "rotate": {
        const recipients = operation.recipients.map(
          ({ identity, level }) => [this.nameOf(identity), { level: levels[level] ?? control, keyVersion: 0 }] as const,
        );
        const wraps = operation.wraps.map(
          (wrap) => [encodeHex(wrap.epochId), wrap.full === undefined ? "control" : "full"] as const,
        );
        return { kind: "rotate", epoch, recipients: new Map(recipients), wraps: new Map(wraps) };
      }
      case "grant": {
        const identity = this.nameOf(operation.identity);
        const level = levels[operation.level] ?? control;
        return { kind: "grant", epoch: encodeHex(operation.epochId), identity, level, keyVersion: 0 };
      }
      case "vote":
        return { kind: "vote" };
      case "fork":
        throw new Error("people who keep to the rules have one device each");
    }
  }

  #caps(caps: Extract<Operation, { kind: "remove" }>["caps"]): Map<string, Block | undefined> {
    return new Map(
      caps.map(({ writer, next, hash }) => [this.writerName(writer), next === 0 ? undefined : this.find(hash)]),
    );
  }
}
