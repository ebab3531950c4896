/**
 * The contexts of all blocks that were final at the newest checkpoint of this device, for blocks that link far below it and for finding its own
 * stored ones by their hashes (docs/protocol/rooms.md §8.2, §9). What was final before a snapshot that this device joined by is fetched when it is
 * needed, and kept from then on.
 */
import { type Bytes, concatBytes, equalBytes, FieldReader, FieldWriter } from "@coterie/bytes";
import { ByteReader } from "@coterie/oplog";
import type { Primitives } from "@coterie/primitives";
import { contextBuckets, decodeContext, readRawContexts } from "../checkpoint/context.ts";
import {
  contextPageBytes,
  encodeKeptContext,
  findInIndex,
  indexPage,
  type KeptContext,
  readPage,
  readPageAt,
} from "../checkpoint/context-page.ts";
import { decodeSnapshotBase, type SnapshotBase } from "../checkpoint/snapshot-base.ts";
import type { Keyring } from "../epochs/keyring.ts";
import { ForgedCheckpointError } from "../errors.ts";
import type { RoomLog } from "./room-log.ts";
import type { RoomStore, StateName } from "./room-store.ts";
import { type GetChunk, openBucket } from "./snapshots.ts";

/** What an archive works with. */
export interface ContextArchiveDeps {
  readonly primitives: Primitives;
  readonly storage: RoomStore;
  readonly log: RoomLog;
  readonly keyring: Keyring;
  readonly exportKeyring: () => Parameters<RoomStore["save"]>[1];
  /** Where chunks of the snapshot are found. */
  readonly getChunk: GetChunk | undefined;
}

/** How much there is. */
interface ArchiveExtent {
  readonly end: number;
  readonly pages: number;
  readonly lastBytes: number;
}

/** Pages that are kept in memory. */
const cachedPages = 4;

/** See the file. */
export class ContextArchive {
  readonly #deps: ContextArchiveDeps;
  readonly #base: SnapshotBase | undefined;
  /** Up to which final block there are contexts, and in how many pages. */
  #end: number;
  #pages: number;
  /** How much of the last page counts: it may have grown since. */
  #lastBytes: number;
  readonly #indexes: (Float64Array | undefined)[] = [];
  readonly #cache = new Map<number, Bytes>();
  readonly #buckets = new Map<number, Bytes>();

  private constructor(
    deps: ContextArchiveDeps,
    { base, end, pages, lastBytes }: ArchiveExtent & { readonly base: SnapshotBase | undefined },
  ) {
    this.#deps = deps;
    this.#base = base;
    this.#end = end;
    this.#pages = pages;
    this.#lastBytes = lastBytes;
  }

  /** The archive in the storage, as far as `name` says; an empty one begins where the log does. */
  static async load(
    deps: ContextArchiveDeps,
    { joinedBy, name }: { readonly joinedBy: SnapshotBase | undefined; readonly name: "contexts" | "floor-contexts" },
  ): Promise<ContextArchive> {
    const { storage, log } = deps;
    const [kept, snapshot] = [await storage.load(name), await storage.load("snapshot")];
    const base = joinedBy ?? (snapshot && decodeSnapshotBase(snapshot));
    if (kept === undefined) return new ContextArchive(deps, { base, end: log.order.position, pages: 0, lastBytes: 0 });
    const reader = new FieldReader(kept);
    const extent = { end: reader.number(), pages: reader.number(), lastBytes: reader.number() };
    return new ContextArchive(deps, { base, ...extent });
  }

  /** The context of a final block below the checkpoint; undefined where there is none of this hash, or it cannot be fetched now. */
  async find(hash: Bytes): Promise<KeptContext | undefined> {
    const numbers = this.#deps.log.controlNumbers;
    for (let number = this.#pages - 1; number >= 0; number--) {
      const index = (this.#indexes[number] ??= indexPage(await this.#page(number)));
      for (const offset of findInIndex(index, hash)) {
        const found = readPageAt(numbers, { page: await this.#page(number), offset, hash });
        if (found !== undefined) return found;
      }
    }
    for (const raw of readRawContexts((await this.#bucket(hash[0] ?? 0)) ?? new Uint8Array()))
      if (equalBytes(raw.hash, hash))
        return { context: decodeContext(numbers, new ByteReader(raw.bytes)), position: undefined };
    return undefined;
  }

  /** The pieces of state to save where the blocks up to a position became final: all of them are stored. */
  async changesUpTo(position: number): Promise<ReadonlyMap<StateName, Bytes>> {
    const changes = new Map<StateName, Bytes>();
    let number = Math.max(0, this.#pages - 1);
    let parts: Bytes[] = this.#pages === 0 ? [] : [await this.#page(number)];
    let length = parts[0]?.length ?? 0;
    const close = (): void => {
      const page = concatBytes(...parts);
      changes.set(`contexts/${number}`, page);
      this.#remember(number, page);
      this.#indexes[number] = undefined;
      this.#pages = number + 1;
      this.#lastBytes = page.length;
    };
    for (let at = this.#end; at < position; at++) {
      if (length >= contextPageBytes) {
        close();
        [number, parts, length] = [number + 1, [], 0];
      }
      const context = this.#encodeFinal(at);
      parts.push(context);
      length += context.length;
    }
    close();
    this.#end = Math.max(this.#end, position);
    const extent = new FieldWriter().number(this.#end).number(this.#pages).number(this.#lastBytes);
    return changes.set("contexts", extent.finish());
  }

  /** Fetches and keeps what is missing below the snapshot that this device joined by. Gives whether everything is here. */
  async complete(): Promise<boolean> {
    if (this.#base === undefined) return true;
    for (let bucket = 0; bucket < contextBuckets; bucket++)
      if ((await this.#bucket(bucket)) === undefined) return false;
    return true;
  }

  /** All contexts as snapshots have them, by the first byte of their hashes, each in the order of finality; undefined where some cannot be had. */
  async buckets(): Promise<readonly Bytes[] | undefined> {
    if (!(await this.complete())) return undefined;
    const buckets: Uint8Array[][] = Array.from({ length: contextBuckets }, () => []);
    if (this.#base !== undefined)
      for (const [number, contexts] of buckets.entries())
        contexts.push((await this.#bucket(number)) ?? new Uint8Array());
    for (let number = 0; number < this.#pages; number++)
      for (const { hash, bytes } of readPage(await this.#page(number))) buckets[hash[0] ?? 0]?.push(bytes);
    return buckets.map((contexts) => concatBytes(...contexts));
  }

  #encodeFinal(at: number): Bytes {
    const { log, storage } = this.#deps;
    const { dag, table } = log;
    const block = log.order.at(at);
    const context = {
      hash: dag.hash(block),
      writer: dag.writerKey(dag.writer(block)),
      seq: dag.seq(block),
      lamport: dag.lamport(block),
      commits: dag.commits(block),
      pastAndSelf: table.pastAndSelf(block),
    };
    return encodeKeptContext(log.controlNumbers, { context, position: storage.findPosition(block) });
  }

  async #page(number: number): Promise<Bytes> {
    const kept = this.#cache.get(number) ?? (await this.#deps.storage.load(`contexts/${number}`)) ?? new Uint8Array();
    const page = number === this.#pages - 1 ? kept.slice(0, this.#lastBytes) : kept;
    this.#remember(number, page);
    return page;
  }

  #remember(number: number, page: Bytes): void {
    this.#cache.delete(number);
    this.#cache.set(number, page);
    for (const oldest of this.#cache.keys()) if (this.#cache.size > cachedPages) this.#cache.delete(oldest);
  }

  /** A bucket of the snapshot; undefined where there is none, or it cannot be had now. */
  async #bucket(bucket: number): Promise<Bytes | undefined> {
    if (this.#base === undefined) return undefined;
    const known = this.#buckets.get(bucket) ?? (await this.#deps.storage.load(`bucket/${bucket}`));
    const contexts = known ?? (await this.#fetchBucket(this.#base, bucket));
    if (contexts !== undefined) this.#buckets.set(bucket, contexts);
    return contexts;
  }

  async #fetchBucket(base: SnapshotBase, bucket: number): Promise<Bytes | undefined> {
    const { log, keyring, storage, getChunk: get, exportKeyring } = this.#deps;
    const secret = keyring.findSecret(base.epochId);
    if (base.buckets[bucket] === undefined || secret === undefined || get === undefined) return undefined;
    const contexts = await tryOpenBucket(this.#deps, { base, logId: log.logId, bucket, secret, get });
    if (contexts !== undefined) await storage.save(new Map([[`bucket/${bucket}` as const, contexts]]), exportKeyring());
    return contexts;
  }
}

/** Whoever changed a chunk has not given one: another one may be found later. */
async function tryOpenBucket(...args: Parameters<typeof openBucket>): Promise<Bytes | undefined> {
  try {
    return await openBucket(...args);
  } catch (error) {
    if (error instanceof ForgedCheckpointError) return undefined;
    throw error;
  }
}
