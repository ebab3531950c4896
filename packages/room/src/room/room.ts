/**
 * A room on one device: everything of docs/protocol/rooms.md behind one queue. What one writes is durable before anybody else can see it;
 * what comes from outside is checked before it counts.
 */
import { type Bytes, copyBytes, equalBytes } from "@coterie/bytes";
import type { AdmittedBlock, CallOptions, LostWriter, SyncAlarm, SyncHost } from "@coterie/oplog";
import type { AgreementKeyPair } from "@coterie/primitives";
import { type LevelSecret, levelOf, levelSecretOf } from "../epochs/level-secret.ts";
import { RoomClosedError, RoomFailedError, UnknownEpochError } from "../errors.ts";
import type { Member } from "../membership/membership.ts";
import type { ReadableView } from "../views/view-state.ts";
import { findBelow, withoutCovered } from "./find-below.ts";
import { raiseFloor } from "./floor.ts";
import { EpochWaiters } from "./epoch-waiters.ts";
import { deriveInboxKeyPair } from "../epochs/room-keys.ts";
import { destroyParts, giveUpWriter, leftOf } from "./give-up-writer.ts";
import { type LoadedRoom, loadRoom } from "./load-room.ts";
import type { ProposeOperations, ReceivedBlocks, WrittenBlock } from "./room-calls.ts";
import type { RoomParts } from "./room-parts.ts";
import type { RoomLog } from "./room-log.ts";
import { type Draft, RoomWriting } from "./room-writing.ts";
import { encodeSealedBlocks, findSealedBlocks } from "./sealed-blocks.ts";
import { makeSnapshot, type PutChunk } from "./snapshots.ts";
import { createSyncHost } from "./sync-host.ts";
import { encodeValues } from "./values.ts";

/** See `createRoom`, `openRoom` and `joinRoom`. Calls may be made at once; they take their turns. */
export class Room {
  #parts: RoomParts;
  #writing: RoomWriting;
  readonly #waiters = new EpochWaiters();
  readonly #listeners = new Set<() => void>();
  #turn: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  /** Not for hosts: `createRoom`, `openRoom` and `joinRoom` gather the parts. */
  constructor(loaded: LoadedRoom) {
    this.#parts = loaded.parts;
    this.#writing = new RoomWriting(loaded, { onStored: () => this.#tell() });
  }

  /** The room's log: order, finality, what waits. To be read only. */
  get log(): RoomLog {
    return this.#parts.log;
  }

  /** Who is a member as far as this device knows, the most senior first. */
  get members(): readonly Member[] {
    return this.log.membership.members;
  }

  /** This device's writer key; undefined until it first writes. */
  get writer(): Bytes | undefined {
    return this.#writing.writers.current?.keyPair.publicKey;
  }

  /**
   * Writes values as one block, which is applied whole. Durable when it resolves.
   * @throws ContentTooLargeError, NotAMemberError, RoomFailedError; NotAWriterError where this device's writer was revoked
   */
  async write(...values: readonly Uint8Array[]): Promise<WrittenBlock> {
    const content = encodeValues(values);
    const [written] = await this.#write([() => ({ operations: [], content, rotates: false })]);
    content.destroy();
    return first(written);
  }

  /** Writes several blocks at the cost of one: each of `batches` is the values of one block. All are durable when it resolves. */
  async writeAll(batches: readonly (readonly Uint8Array[])[]): Promise<readonly WrittenBlock[]> {
    const contents = batches.map((values) => encodeValues(values));
    const written = await this.#write(contents.map((content) => () => ({ operations: [], content, rotates: false })));
    for (const content of contents) content.destroy();
    return written;
  }

  /** Writes operations, one block. `propose` gets what is known at its turn; its errors are passed on, and nothing is written. */
  async change(propose: ProposeOperations): Promise<WrittenBlock> {
    const author = this.#parts.deps.identity.publicKey;
    const [written] = await this.#write([
      () => {
        const membership = this.log.membership;
        return { operations: propose({ membership, author }), content: undefined, rotates: false };
      },
    ]);
    return first(written);
  }

  /** Begins an epoch now: for rooms that nobody writes in, or where a device may have been lost. */
  async rotateNow(): Promise<WrittenBlock> {
    const [written] = await this.#write([() => ({ operations: [], content: undefined, rotates: true })]);
    return first(written);
  }

  /** As {@link rotateNow}: the name that hosts of other logs know. */
  updateEncryption(): Promise<WrittenBlock> {
    return this.rotateNow();
  }

  /** Writes an acknowledgement if this device is an indexer that owes one (§4.2). To be called after blocks came. */
  async acknowledge(): Promise<WrittenBlock | undefined> {
    return await this.#inTurn(async () => {
      const { log } = this;
      const number = this.writer === undefined ? undefined : log.dag.writerIndex(this.writer);
      if (number === undefined || !this.#writing.writers.isConfirmed) return undefined;
      const isVoteDue = this.#writing.findDueVote(log.dag.writerKey(number))?.hasValue ?? false;
      if (!isVoteDue && !log.order.isAckDue(number, log.hasOpenValue())) return undefined;
      if (!log.membership.isValidWriter(log.dag.writerKey(number))) return undefined;
      return first((await this.#writing.write([() => ({ operations: [], content: undefined, rotates: false })]))[0]);
    });
  }

  /** Takes blocks from a relay or a peer: any order, repeated, forged. Durable when it resolves. */
  async receive(blocks: readonly Uint8Array[]): Promise<ReceivedBlocks> {
    return await this.#inTurn(async () => await this.#receive(blocks));
  }

  async #receive(blocks: readonly Uint8Array[]): Promise<ReceivedBlocks> {
    this.log.forkReports.takeCopies(this.#parts.deps, blocks);
    const received = this.log.receive(await withoutCovered(this.#parts, blocks.map(copyBytes)));
    const below = await findBelow(this.#parts, received.missing);
    const admitted = [...received.admitted, ...below.admitted];
    await this.#noteOwn(admitted);
    await this.#writing.store(admitted);
    const [refused, forks] = [
      [...received.refused, ...below.refused],
      [...received.forks, ...below.forks],
    ];
    return { admitted: admitted.length, missing: below.missing, refused, forks };
  }

  /**
   * Puts a snapshot of the newest checkpoint for newcomers and for devices that were long away. Gives the hash of its manifest, which goes
   * into invitations; undefined while the newest checkpoint lacks the votes of a quorum, or this device the epoch's secret.
   */
  async makeSnapshot(put: PutChunk): Promise<Bytes | undefined> {
    return await this.#inTurn(async () => {
      const { deps, log, keyring, storage, views, archive } = this.#parts;
      const epochId = this.epochId;
      const secret = epochId && keyring.findSecret(epochId);
      const epoch = epochId && log.controls.facts.find(epochId);
      const rotate = epoch === undefined ? undefined : log.controls.facts.get(epoch).rotates[0];
      const isKept = log.checkpoints.findCertified()?.own.era === this.#writing.keptEra;
      if (epochId === undefined || secret === undefined || rotate === undefined || !isKept) return undefined;
      const contents = new Map<string, Bytes>();
      for (const name of views.names) {
        const content = await storage.load(`view/${name}`);
        if (content !== undefined) contents.set(name, content);
      }
      const rotateBlock = log.controls.placeOf(rotate.control).hash;
      const buckets = await archive.buckets();
      const sealed = await findSealedBlocks(this.#parts, epochId);
      const source = { log, buckets, secret, epochId, rotateBlock, sealed, views: contents };
      return await makeSnapshot(deps, { source, put });
    });
  }

  /**
   * After joining by a snapshot: fetches what is known of each block below it, so that blocks which link far below can be judged without asking
   * for it (about 80 bytes a block). Gives whether all of it is here, as it always is on other devices.
   */
  async completeContexts(): Promise<boolean> {
    return await this.#inTurn(() => this.#parts.archive.complete());
  }

  /** A view at the order of now. Throws UnknownViewError, and what the host's `apply` throws. */
  async view(name: string): Promise<ReadableView> {
    return await this.#inTurn(async () => {
      await this.#takeUpAccess();
      return await this.#parts.views.get(name);
    });
  }

  /**
   * The seed of an epoch at the level that this member has, as soon as it is known; a copy that the caller destroys. Rejects with AbortedError
   * when the signal says so.
   */
  async get(epochId: Bytes, options: CallOptions = {}): Promise<LevelSecret> {
    return await this.#waiters.wait(() => this.#copySecret(epochId), options.signal);
  }

  /** The epoch that this device would write in now; undefined where it would begin one. */
  get epochId(): Bytes | undefined {
    return this.#writing.findEpoch();
  }

  /**
   * The public key of an epoch's inbox, for outsiders: what they seal to it, every member of that epoch opens. Without `epochId` that of
   * the present one.
   * @throws UnknownEpochError, LevelTooLowError
   */
  inboxKeyPair(epochId: Bytes | undefined = this.epochId): AgreementKeyPair {
    const secret = epochId && this.#parts.keyring.findSecret(epochId);
    if (secret === undefined) throw new UnknownEpochError();
    return deriveInboxKeyPair(this.#parts.deps, secret);
  }

  /**
   * Drops the stored blocks that the newest certified checkpoint covers: this device then opens from it alone, makes new views only of what
   * comes after, and cannot hand the dropped blocks on. Gives whether there was such a checkpoint.
   */
  async dropCovered(): Promise<boolean> {
    return await this.#inTurn(async () => {
      const { log, storage } = this.#parts;
      if (log.checkpoints.findCertified()?.own.era !== this.#writing.keptEra) return false;
      // What is still to be written again must not go.
      if ((await leftOf(this.#parts, this.#writing.writers.record.pending)).length > 0) return false;
      const epochId = this.epochId;
      const sealed = epochId === undefined ? [] : await findSealedBlocks(this.#parts, epochId);
      const floor = await raiseFloor(storage, this.#parts.views.names);
      await storage.save(new Map([...floor, ["sealed", encodeSealedBlocks(sealed)]]), this.#parts.exportKeyring());
      await storage.dropBelow(this.#writing.firstNeeded);
      return true;
    });
  }

  /** Calls `listener` after anything changed. Returns what ends it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The port by which a `Syncer` keeps this room the same here and on relays. It confirms the own head, too, or gives the writer up. */
  syncHost(onAlarm: (alarm: SyncAlarm) => void): SyncHost {
    return createSyncHost({
      primitives: this.#parts.deps.primitives,
      room: this,
      parts: () => this.#parts,
      ownWriter: () => (this.#writing.writers.lasting ?? this.#writing.writers.current)?.keyPair.publicKey,
      giveUpWriter: async (lost) => await this.#giveUpWriter(lost),
      onAlarm,
    });
  }

  /**
   * Stored blocks from a position on, to send them: those of this device, and all others. In the place of one that was taken back since it was
   * never sent (§10.4) stands another one.
   */
  async readStored(from: number, limit: number): Promise<readonly Bytes[]> {
    return await this.#parts.storage.readWithStandIns(from, limit);
  }

  /**
   * What a relay or peer has of this device's writer. Where it is ahead of the storage, or another branch, this storage is an old copy: the
   * next block comes from a new writer, so that nothing is signed twice. Gives whether the writer goes on.
   */
  async confirmOwnHead(head: { readonly seq: number; readonly hash: Bytes } | undefined): Promise<boolean> {
    return await this.#inTurn(async () => {
      const isKnown = head === undefined || this.log.dag.find(head.hash) !== undefined;
      const goesOn = await this.#writing.writers.confirm(isKnown);
      await this.#resume();
      return goesOn;
    });
  }

  /**
   * Goes on with the writer that this device gave up, for a person who knows that no other device has its key: this one was restored, and the one it
   * was copied from is gone. It matters where the writer was an indexer, since without it nothing may become final any more. Everything that others
   * have of it must be here; a `Syncer` is to be told by `resumeWriter`. Where another device has the key all the same, both sign in one place: that
   * is a fork. Gives whether there was such a writer that may go on. Throws NotAWriterError where it was revoked
   */
  async reclaimWriter(): Promise<boolean> {
    return await this.#inTurn(async () => await this.#writing.writers.reclaim());
  }

  /** Not for hosts: writes again what was taken back before this room was closed. */
  async resume(): Promise<void> {
    await this.#inTurn(async () => await this.#resume());
  }

  async #giveUpWriter(lost: LostWriter): Promise<void> {
    await this.#inTurn(async () => {
      const { writers } = this.#writing;
      if (!writers.record.writers.some((writer) => equalBytes(writer, lost.writer))) return;
      await this.#readAgain(async () => await giveUpWriter({ parts: this.#parts, writers }, lost));
      await this.#resume();
      this.#tell();
    });
  }

  /** Own blocks are in the storage before anybody else has them: where others bring one, they have the key, or this is an old copy. */
  async #noteOwn(admitted: readonly AdmittedBlock[]): Promise<void> {
    const { writers } = this.#writing;
    const own = writers.lasting?.keyPair.publicKey;
    if (own === undefined || !admitted.some(({ envelope }) => equalBytes(envelope.header.writer, own))) return;
    try {
      // Before the blocks are stored: another run would take them for what this device wrote.
      await writers.giveUp();
    } catch {
      this.#writing.fail();
      throw new RoomFailedError();
    }
  }

  /** Goes on with what `read` reads from the storage, and with what waited for others. */
  async #readAgain(read: () => Promise<LoadedRoom | undefined>): Promise<void> {
    const before = { parts: this.#parts, writing: this.#writing };
    try {
      const loaded = await read();
      if (loaded === undefined) return;
      const waiting = before.parts.log.waitingBlocks();
      this.#parts = loaded.parts;
      this.#writing = new RoomWriting(before.writing.writers.handOver(loaded), { onStored: () => this.#tell() });
      destroyParts(before.parts);
      await this.#receive(waiting);
    } catch (error) {
      before.writing.fail();
      this.#writing.fail();
      throw error;
    }
  }

  /** Views that begin with a checkpoint lack what could not be read then: the room begins anew where it has all blocks. */
  async #takeUpAccess(): Promise<void> {
    const { deps, log, storage, views } = this.#parts;
    if (!log.beganWithCheckpoint || !views.unread.isReadable() || !(await storage.isWhole())) return;
    await this.#writing.save();
    await this.#readAgain(async () => await loadRoom(deps, { logId: log.logId, from: "genesis" }));
  }

  /** Whoever is no member any more keeps it for the time when they are one again. */
  async #resume(): Promise<void> {
    if (this.log.membership.find(this.#parts.deps.identity.publicKey) !== undefined) await this.#writing.resume();
  }

  /** Finishes what was begun, and wipes secrets. Harmless when repeated. */
  async close(): Promise<void> {
    await this.#turn.catch(() => undefined);
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#writing.close();
    this.#waiters.close(new RoomClosedError());
    this.#parts.keyring.destroy();
    await this.#parts.deps.store.close();
  }

  #copySecret(epochId: Bytes): LevelSecret | undefined {
    const secret = this.#parts.keyring.findSecret(epochId);
    return secret && levelSecretOf(levelOf(secret), secret.exposeSecretBytes());
  }

  async #write(drafts: readonly (() => Draft)[]): Promise<readonly WrittenBlock[]> {
    return await this.#inTurn(() => this.#writing.write(drafts));
  }

  #tell(): void {
    this.#waiters.retry();
    for (const listener of this.#listeners) listener();
  }

  async #inTurn<Result>(step: () => Promise<Result>): Promise<Result> {
    const turn = this.#turn.then(() => {
      if (this.#isClosed) throw new RoomClosedError();
      if (this.#writing.hasFailed) throw new RoomFailedError();
      return step();
    });
    this.#turn = turn.catch(() => undefined);
    return await turn;
  }
}

function first<Item>(item: Item | undefined): Item {
  if (item === undefined) throw new RoomFailedError();
  return item;
}
