// A room as large as nobody types: blocks of many writers over many epochs, made by one device that has everybody's keys. Each block is
// signed, encrypted and linked as its writer's own device would make it; the founder's device takes all of them in.
import { type Bytes, concatBytes, decodeHex, encodeHex, encodeUtf8, SecretKey } from "@coterie/bytes";
import {
  blockFlags,
  compareBytes,
  createEnvelope,
  encodeControlPrefix,
  encodeHeader,
  type LogStore,
  type Signer,
} from "@coterie/oplog";
import {
  generateAgreementKeyPair,
  generateSigningKeyPair,
  randomBytes,
  type SigningKeyPair,
} from "@coterie/primitives";
import { nodePrimitives as primitives, systemRandom as random } from "@coterie/primitives/node";
import { encryptBlock } from "../src/epochs/block-cipher.ts";
import { Keyring } from "../src/epochs/keyring.ts";
import {
  certifyWriter,
  createRoom,
  createSealingKeyHolder,
  encodeOperations,
  type Operation,
  proposeAdd,
  type Room,
  type RoomDeps,
  type ViewDefinitions,
} from "../src/index.ts";
import { createSigner } from "../src/room/own-writer.ts";
import { encodeValues } from "../src/room/values.ts";

/** How large. Writers are devices of up to a hundred members. */
export interface LargeRoomSize {
  readonly blocks: number;
  readonly writers: number;
  readonly epochs: number;
}

/** All secrets of the founder's device as hex. */
export interface FounderSeeds {
  readonly identity: string;
  readonly sealing: string;
  readonly storage: string;
}

/** The last value of each author: a view that stays small. */
const latest: ViewDefinitions = {
  latest: (view, blocks) => {
    for (const { author, values } of blocks) for (const value of values) view.put(encodeHex(author), value);
  },
};

const members = 100;
/** Blocks that a writer writes one after the other. */
const blocksPerTurn = 10;
const blocksPerPage = 1_000;

/** Seeds of a new device. */
export function createFounderSeeds(): FounderSeeds {
  const seed = (): string => encodeHex(randomBytes(random, 32));
  return { identity: seed(), sealing: seed(), storage: seed() };
}

/** What the founder's room is opened with. */
export function founderDeps(seeds: FounderSeeds, store: LogStore): RoomDeps {
  const holder = createSealingKeyHolder({ primitives }, primitives.deriveAgreementKeyPair(decodeHex(seeds.sealing)));
  return {
    primitives,
    random,
    store,
    deviceKey: SecretKey.own("store", decodeHex(seeds.storage)),
    identity: primitives.deriveSigningKeyPair(decodeHex(seeds.identity)),
    sealingKeys: () => [holder],
    ownHead: "trust",
    views: latest,
    onAlarm: ({ kind }) => {
      throw new Error(`an alarm: ${kind}`);
    },
  };
}

/** Makes the room in an empty store, and closes it. Gives its log id. */
export async function makeLargeRoom(deps: RoomDeps, { blocks, writers, epochs }: LargeRoomSize): Promise<Bytes> {
  const room = await createRoom(deps, { mode: "majority", checkpointInterval: 10_000 });
  const identities = await addMembers(room, Math.min(members, writers));
  const devices = Array.from({ length: writers }, (_, i) => new Device(identities[i % identities.length]));
  const keyring = new Keyring({ primitives }, { logId: room.log.logId });
  let turn = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    if (epoch > 0) await room.rotateNow();
    // Whoever writes in an epoch knows of its beginning.
    const { hash } = await room.write(encodeUtf8(`epoch ${epoch}`));
    const place = await placeAfter({ room, keyring }, hash);
    const until = Math.floor((blocks * (epoch + 1)) / epochs);
    while (room.log.dag.size < until) {
      const wanted = Math.min(blocksPerPage, until - room.log.dag.size);
      const page: Bytes[] = [];
      for (; page.length < wanted; turn++) {
        const device = devices[turn % writers];
        for (let i = 0; i < blocksPerTurn && page.length < wanted; i++)
          page.push(device?.write(place) ?? new Uint8Array());
      }
      const { admitted } = await room.receive(page);
      if (admitted !== page.length) throw new Error("a block was not admitted");
    }
    while ((await room.acknowledge()) !== undefined);
  }
  const { logId } = room.log;
  keyring.destroy();
  await room.close();
  return logId;
}

async function addMembers(room: Room, count: number): Promise<readonly SigningKeyPair[]> {
  const identities = Array.from({ length: count }, () => generateSigningKeyPair(primitives, random));
  await room.change((proposer) =>
    identities.map(({ publicKey: identity }) => {
      const sealingKey = generateAgreementKeyPair(primitives, random).publicKey;
      return proposeAdd({ primitives }, { ...proposer, add: { identity, sealingKey, role: "member", history: "all" } });
    }),
  );
  return identities;
}

/** Where devices write: after a block that everybody has. */
interface Place {
  readonly room: Room;
  readonly keyring: Keyring;
  readonly epochId: Bytes;
  readonly after: Bytes;
  readonly lamport: number;
  readonly commits: number;
}

async function placeAfter({ room, keyring }: Pick<Place, "room" | "keyring">, after: Bytes): Promise<Place> {
  const { epochId, log } = room;
  const block = log.dag.find(after);
  if (epochId === undefined || block === undefined) throw new Error("no epoch to write in");
  const secret = await room.get(epochId);
  keyring.learn(epochId, secret);
  secret.destroy();
  return { room, keyring, epochId, after, lamport: log.dag.lamport(block), commits: log.order.commits };
}

/** One device of a member, as much of it as writing takes. */
class Device {
  readonly #identity: SigningKeyPair;
  readonly #signer: Signer;
  #seq = 0;
  #previous: Bytes = new Uint8Array(32);
  #lamport = -1;
  #linked: Bytes | undefined;

  constructor(identity: SigningKeyPair | undefined) {
    if (identity === undefined) throw new Error("a device has a member");
    this.#identity = identity;
    this.#signer = createSigner(primitives, generateSigningKeyPair(primitives, random));
  }

  write(place: Place): Bytes {
    const { keyring, epochId, after, room } = place;
    const { writer } = this.#signer;
    const keys = keyring.findBlockKeys({ epochId, writer });
    if (keys === undefined) throw new Error("no keys");
    const links = this.#linked === after ? [] : [after];
    const lamport = Math.max(this.#lamport, links.length > 0 ? place.lamport : -1) + 1;
    const prefix = { links: links.toSorted(compareBytes), lamport, commits: place.commits };
    const operations = this.#seq === 0 ? [this.#certificate(room)] : [];
    const control = concatBytes(encodeControlPrefix(prefix), encodeOperations(operations));
    const header = {
      flags: blockFlags.content,
      logTag: room.log.logId.slice(0, 16),
      writer,
      seq: this.#seq,
      previous: this.#previous,
      epochId,
    };
    const content = encodeValues([
      encodeUtf8(`${encodeHex(writer.subarray(0, 4))} says ${this.#seq} ${"x".repeat(74)}`),
    ]);
    const publicPart = new Uint8Array();
    const encrypted = encryptBlock(
      { primitives },
      { keys, header: encodeHeader(header), publicPart, control, content },
    );
    content.destroy();
    const { sha256 } = primitives;
    const { hash, bytes } = createEnvelope({ sha256, signer: this.#signer }, { header, ...encrypted, publicPart });
    this.#seq += 1;
    this.#previous = hash;
    this.#lamport = lamport;
    this.#linked = after;
    return bytes;
  }

  #certificate({ log }: Room): Operation {
    const { publicKey, secretKey } = this.#identity;
    return certifyWriter({
      membership: log.membership,
      author: publicKey,
      logId: log.logId,
      writer: this.#signer.writer,
      sign: (message) => primitives.sign(secretKey, message),
    });
  }
}
