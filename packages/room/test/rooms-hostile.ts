/** A hostile client: a member's keys and log, and none of the rules about what to write. */
import { type Bytes, concatBytes, encodeUtf8, type Plaintext } from "@coterie/bytes";
import {
  blockFlags,
  compareBytes,
  createEnvelope,
  encodeControlPrefix,
  encodeHeader,
  type Envelope,
} from "@coterie/oplog";
import type { SigningKeyPair } from "@coterie/primitives";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { encodeOperations, encodePublicPart, type LevelSecret, type Operation, type Sealing } from "../src/index.ts";
import { encryptBlock } from "../src/epochs/block-cipher.ts";
import { deriveBlockKeys } from "../src/epochs/block-keys.ts";
import { createSigner, decodeOwnWriter } from "../src/room/own-writer.ts";
import { RoomStore } from "../src/room/room-store.ts";
import { encodeValues } from "../src/room/values.ts";
import type { Person } from "./world.ts";

/** As much of a block as {@link ForgedInput.unseen} asks for, by who has it. */
export function shownBy({ in: { log } }: Person, block: number): Unseen {
  return { hash: log.dag.hash(block), lamport: log.dag.lamport(block), commits: log.dag.commits(block) };
}

/** A block that a forger links to without having it. */
export interface Unseen {
  readonly hash: Bytes;
  readonly lamport: number;
  readonly commits: number;
}

/** What a forger decides. */
export interface ForgedInput {
  readonly epochId: Bytes;
  /** Blocks that it follows beside its writer's last one, by their indices in the forger's log. */
  readonly after: readonly number[];
  /** Blocks that it follows as well, of which the forger has seen no more than what a relay shows, or guesses. */
  readonly unseen?: readonly Unseen[];
  readonly operations?: readonly Operation[];
  readonly sealings?: readonly Sealing[];
  readonly text?: string;
  /** Of an epoch that the forger makes up; else what its device holds. */
  readonly secret?: LevelSecret;
}

const keys = new WeakMap<Person, SigningKeyPair>();

/** The key of a forger's writer, which its device gives up as soon as it is given what was forged with it. */
async function keyOf(by: Person): Promise<SigningKeyPair> {
  const known = keys.get(by);
  if (known !== undefined) return known;
  const encoded = await new RoomStore(by.deps, { logId: by.in.log.logId }).load("writer");
  if (encoded === undefined) throw new Error("the forger has no writer");
  const { keyPair } = decodeOwnWriter(primitives, encoded);
  keys.set(by, keyPair);
  return keyPair;
}

/** Signs and encrypts whatever it is told to, next in its writer's chain, and takes it into its own log. */
export async function forge(by: Person, input: ForgedInput): Promise<Envelope> {
  const { log } = by.in;
  const signer = createSigner(primitives, await keyOf(by));
  const head = log.findHead(signer.writer);
  if (head === undefined) throw new Error("the forger has written nothing");
  const { dag } = log;
  const links = input.after.filter((block) => block !== head);
  const parents = [head, ...links];
  const { unseen = [] } = input;
  const content: Plaintext | undefined = input.text === undefined ? undefined : encodeValues([encodeUtf8(input.text)]);
  const publicPart = encodePublicPart(input.sealings ?? []);
  const header = {
    flags: (content === undefined ? 0 : blockFlags.content) | (publicPart.length > 0 ? blockFlags.publicPart : 0),
    logTag: log.logId.slice(0, 16),
    writer: signer.writer,
    seq: dag.seq(head) + 1,
    previous: dag.hash(head),
    epochId: input.epochId,
  };
  const prefix = {
    links: [...links.map((block) => dag.hash(block)), ...unseen.map(({ hash }) => hash)].sort(compareBytes),
    lamport: 1 + Math.max(...parents.map((block) => dag.lamport(block)), ...unseen.map(({ lamport }) => lamport)),
    commits: Math.max(...parents.map((block) => dag.commits(block)), ...unseen.map(({ commits }) => commits)),
  };
  const secret = input.secret ?? (await by.in.get(input.epochId));
  const blockKeys = deriveBlockKeys(
    { primitives },
    { secret, place: { epochId: input.epochId, writer: signer.writer } },
  );
  const control = concatBytes(encodeControlPrefix(prefix), encodeOperations(input.operations ?? []));
  const encrypted = encryptBlock(
    { primitives },
    { keys: blockKeys, header: encodeHeader(header), publicPart, control, content },
  );
  const { sha256 } = primitives;
  const envelope = createEnvelope({ sha256, signer }, { header, ...encrypted, publicPart });
  await by.in.receive([envelope.bytes]);
  return envelope;
}
