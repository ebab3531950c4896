/** Where the contexts of blocks below a checkpoint come from, for blocks that link that far down (docs/protocol/rooms.md §8.3). */
import { type Bytes, equalBytes } from "@coterie/bytes";
import type { BlockContext } from "../checkpoint/context.ts";
import type { Keyring } from "../epochs/keyring.ts";
import type { RoomLog } from "./room-log.ts";
import { type GetChunk, openBucket, type OpenedSnapshot, type SnapshotDeps } from "./snapshots.ts";

/** Buckets of one snapshot, fetched when a link needs them. */
export class ContextSource {
  readonly #deps: SnapshotDeps;
  readonly #snapshot: Pick<OpenedSnapshot, "start" | "index">;
  readonly #epochId: Bytes;
  readonly #get: GetChunk;
  readonly #buckets = new Map<number, readonly BlockContext[]>();

  constructor(
    deps: SnapshotDeps,
    {
      snapshot,
      epochId,
      get,
    }: { readonly snapshot: Pick<OpenedSnapshot, "start" | "index">; readonly epochId: Bytes; readonly get: GetChunk },
  ) {
    this.#deps = deps;
    this.#snapshot = snapshot;
    this.#epochId = epochId;
    this.#get = get;
  }

  /** The context of a block, verified; undefined where it is not below the checkpoint. Throws ForgedCheckpointError. */
  async find(
    { log, keyring }: { readonly log: RoomLog; readonly keyring: Keyring },
    hash: Bytes,
  ): Promise<BlockContext | undefined> {
    const bucket = hash[0] ?? 0;
    const secret = keyring.findSecret(this.#epochId);
    if ((this.#snapshot.index.buckets[bucket] ?? []).length === 0 || secret === undefined) return undefined;
    let contexts = this.#buckets.get(bucket);
    if (contexts === undefined) {
      const { logId, controlNumbers: numbers } = log;
      contexts = await openBucket(this.#deps, {
        snapshot: this.#snapshot,
        logId,
        bucket,
        numbers,
        secret,
        get: this.#get,
      });
      this.#buckets.set(bucket, contexts);
    }
    return contexts.find((context) => equalBytes(context.hash, hash));
  }
}
