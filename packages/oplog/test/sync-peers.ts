// Devices for tests of sync: a store, the real intake, and blocks that are really encrypted, under one key that all members have.
import { type Bytes, concatBytes, encodeUtf8, Plaintext } from "@coterie/bytes";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import {
  type BlockOpener,
  blockFlags,
  ChainIndex,
  createBlockReader,
  createEnvelope,
  createMemoryLogStore,
  Dag,
  decodeEnvelope,
  encodeControlPrefix,
  type Envelope,
  encodeHeader,
  Intake,
  type MemoryLogStore,
  type NamedRelay,
  type ReceiveResult,
  type Scheduler,
  type Signer,
  type SyncAlarm,
  Syncer,
  type SyncHost,
  type SyncOptions,
  type WriterHead,
} from "../src/index.ts";
import { deps, logTag, signerOf } from "./blocks.ts";

export { deps, signerOf };

const roomKey = primitives.sha256(encodeUtf8("fake room key"));
export interface WrittenBlock {
  readonly previous: Envelope | undefined;
  readonly links: readonly Bytes[];
  readonly lamport: number;
  readonly operations?: Uint8Array;
  readonly content: string;
  readonly tag?: Bytes;
}

/** A block as a room writes it: control and content encrypted, the nonce bound to both. */
export function writeBlock(
  signer: Signer,
  { previous, links, lamport, operations = new Uint8Array(), content, tag = logTag }: WrittenBlock,
): Envelope {
  const header = {
    flags: blockFlags.content,
    logTag: tag,
    writer: signer.writer,
    seq: previous === undefined ? 0 : previous.header.seq + 1,
    previous: previous?.hash ?? new Uint8Array(32),
    epochId: new Uint8Array(16).fill(0xee),
  };
  const control = concatBytes(encodeControlPrefix({ links, lamport, commits: 0 }), operations, new Uint8Array(16));
  const value = encodeUtf8(content);
  const nonce = primitives.hmacSha256(roomKey, concatBytes(encodeHeader(header), control, value)).slice(0, 24);
  const seal = (plain: Uint8Array, label: string): Bytes =>
    primitives.xchacha20Poly1305.encrypt({ key: keyOf(label), nonce, plain, associatedData: encodeHeader(header) });
  return createEnvelope(
    { ...deps, signer },
    { header, nonce, control: seal(control, "control"), content: seal(value, "content"), publicPart: new Uint8Array() },
  );
}

const keys = new Map<string, Bytes>();

function keyOf(label: string): Bytes {
  const key = keys.get(label) ?? primitives.hmacSha256(roomKey, encodeUtf8(label));
  keys.set(label, key);
  return key;
}

function openBlock({ headerBytes, nonce, control, content }: Envelope): { control: Bytes; content: Bytes } {
  const open = (ciphertext: Uint8Array, label: string): Bytes =>
    primitives.xchacha20Poly1305.decrypt({ key: keyOf(label), nonce, ciphertext, associatedData: headerBytes });
  return { control: open(control, "control"), content: open(content, "content") };
}

const opener: BlockOpener = {
  offer: () => undefined,
  keysVersion: () => 0,
  open: (envelope) => {
    try {
      const { control, content } = openBlock(envelope);
      return { kind: "opened", control, content: Plaintext.own(content) };
    } catch {
      return { kind: "refused", reason: "not encrypted with the room's key" };
    }
  },
};

/** A device. */
export class Peer {
  readonly name: string;
  readonly alarms: SyncAlarm[] = [];
  signer: Signer;
  store: MemoryLogStore;
  readonly index = new ChainIndex();
  readonly dag = new Dag();
  readonly host: SyncHost;
  readonly #intake: Intake;
  readonly #listeners = new Set<() => void>();
  readonly #envelopes: Envelope[] = [];
  readonly #contents: string[] = [];
  state: Bytes | undefined;
  /** Heads of the checkpoint that it started from. */
  base: readonly WriterHead[] = [];
  syncer: Syncer | undefined;

  constructor(name: string, writer: number, store: MemoryLogStore = createMemoryLogStore()) {
    this.name = name;
    this.signer = signerOf(writer);
    this.store = store;
    const host = { findFault: () => undefined, onAdmit: () => undefined, commitsKnown: () => 0 };
    this.#intake = new Intake({ ...deps, dag: this.dag, opener, host }, { logTag });
    this.host = {
      receive: async (envelopes) => await this.take(envelopes),
      missing: async () => this.#aboveBase(this.#intake.waiting.missing),
      base: async () => this.base,
      store: createBlockReader({ source: this.store, index: this.index }),
      ownWriter: () => this.signer.writer,
      load: async () => this.state,
      save: async (state) => void (this.state = state),
      onAlarm: (alarm) => void this.alarms.push(alarm),
    };
  }

  /** What a relay to this device's store tells its listeners. */
  readonly subscribe = (listener: (news: { readonly end: number }) => void): (() => void) => {
    const tell = (): void => listener({ end: this.index.end });
    this.#listeners.add(tell);
    return () => void this.#listeners.delete(tell);
  };

  connect(
    relays: readonly NamedRelay[],
    { scheduler, options = {} }: { readonly scheduler: Scheduler; readonly options?: Partial<SyncOptions> },
  ): Syncer {
    this.syncer = new Syncer({ ...deps, nowMs: scheduler.nowMs }, { logTag, host: this.host, relays, options });
    return this.syncer;
  }

  /** What a device does after a start. */
  async reload(): Promise<void> {
    const blocks = await this.store.read(0, 100_000);
    for (const { envelope } of this.#admit(blocks).admitted) this.index.add(envelope);
  }

  async take(envelopes: readonly Uint8Array[]): Promise<ReceiveResult> {
    const result = this.#admit(envelopes);
    await this.store.append(result.admitted.map(({ envelope }) => envelope.bytes));
    for (const { envelope } of result.admitted) this.index.add(envelope);
    if (result.admitted.length > 0) for (const tell of this.#listeners) tell();
    return {
      missing: this.#aboveBase(result.missing),
      forks: result.forks.map(({ blocks: [first, second] }) => ({
        first: this.#bytesAt(first),
        second: this.#bytesAt(second),
      })),
      forged: result.refused.flatMap((refusal) => (refusal.reason === "bad-signature" ? [refusal.hash] : [])),
    };
  }

  /** Writes a block that follows everything this device knows. */
  async write(content: string, operations?: Uint8Array): Promise<Envelope> {
    const block = this.compose(content, operations);
    await this.take([block.bytes]);
    return block;
  }

  /** The block that {@link write} would write. */
  compose(content: string, operations: Uint8Array = new Uint8Array()): Envelope {
    const own = this.index.head(this.signer.writer);
    const previous = own === undefined ? undefined : this.#envelopes[this.index.find(own.hash) ?? -1];
    const heads = this.dag.heads();
    const links = heads
      .map((head) => this.dag.hash(head))
      .filter((hash) => previous === undefined || Buffer.compare(hash, previous.hash) !== 0)
      .sort((a, b) => Buffer.compare(a, b));
    const parents = [...heads, ...(previous === undefined ? [] : [this.dag.find(previous.hash) ?? 0])];
    const lamport = parents.reduce((most, parent) => Math.max(most, this.dag.lamport(parent) + 1), 0);
    return writeBlock(this.signer, { previous, links, lamport, operations, content });
  }

  /** Everything in its order, by content: what two devices with the same blocks agree on. */
  view(): string {
    const order = this.#envelopes.map((_unused, i) => i).sort((a, b) => this.dag.compare(a, b));
    return order.map((i) => this.contentAt(i)).join("\n");
  }

  contentAt(i: number): string {
    const envelope = this.#envelopes[i];
    if (envelope === undefined) return "";
    return (this.#contents[i] ??= Buffer.from(openBlock(envelope).content).toString());
  }

  get blocks(): readonly Envelope[] {
    return this.#envelopes;
  }

  get waiting(): number {
    return this.#intake.waiting.blocks;
  }

  #admit(envelopes: readonly Uint8Array[]): ReturnType<Intake["receive"]> {
    const result = this.#intake.receive(envelopes.map((bytes) => bytes.slice()));
    this.#envelopes.push(...result.admitted.map(({ envelope }) => envelope));
    return result;
  }

  /** A device that started from a checkpoint does not ask for what is below. */
  #aboveBase(hashes: readonly Bytes[]): readonly Bytes[] {
    return hashes.filter((hash) => !this.base.some((head) => Buffer.compare(head.hash, hash) === 0));
  }

  #bytesAt(i: number): Bytes {
    return this.#envelopes[i]?.bytes ?? new Uint8Array();
  }
}

export function decode(bytes: Uint8Array): Envelope {
  return decodeEnvelope(deps, bytes.slice());
}
