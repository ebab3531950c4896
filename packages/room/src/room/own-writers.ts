/**
 * Which key a device writes with (docs/protocol/rooms.md §9, 2). Its writer goes on from run to run, unless the storage may be an old copy and
 * nobody has confirmed yet that it is not: until then a key of this run alone takes its place, so that the writer is there again afterwards.
 */
import { type Bytes, equalBytes } from "@coterie/bytes";
import { NotAMemberError } from "../errors.ts";
import { leftOf } from "./give-up-writer.ts";
import type { LoadedRoom } from "./load-room.ts";
import { encodeOwnRecord, type OwnRecord, withWriter } from "./own-record.ts";
import { decodeOwnWriter, encodeOwnWriter, generateOwnWriter, mayGoOn, type OwnWriter } from "./own-writer.ts";
import type { RoomParts } from "./room-parts.ts";
import type { StateName } from "./room-store.ts";

/** The writers of one device in one room. */
export class OwnWriters {
  readonly #parts: RoomParts;
  #writer: OwnWriter | undefined;
  /** Writes while nobody has confirmed the head of the writer. */
  #substitute: OwnWriter | undefined;
  #record: OwnRecord;

  constructor(
    parts: RoomParts,
    {
      writer,
      record,
      substitute,
    }: {
      readonly writer: OwnWriter | undefined;
      readonly record: OwnRecord;
      readonly substitute: OwnWriter | undefined;
    },
  ) {
    this.#parts = parts;
    this.#writer = writer;
    this.#substitute = substitute;
    this.#record = writer === undefined ? record : withWriter(record, writer.keyPair.publicKey);
  }

  /** What wrote last, or will write next. */
  get current(): OwnWriter | undefined {
    return this.#substitute ?? this.#writer;
  }

  /** The writer that goes on from run to run. */
  get lasting(): OwnWriter | undefined {
    return this.#writer;
  }

  get record(): OwnRecord {
    return this.#record;
  }

  /** Whether this device may go on with its writer. */
  get isConfirmed(): boolean {
    return this.#writer?.isConfirmed === true || this.#parts.deps.ownHead === "trust";
  }

  /**
   * The writer to write with, new where there is none that may.
   * @throws NotAMemberError; NotAWriterError where the writer was revoked
   */
  async forWriting(): Promise<OwnWriter> {
    const { deps, log } = this.#parts;
    if (log.membership.find(deps.identity.publicKey) === undefined) throw new NotAMemberError();
    const goesOn = this.#writer !== undefined && mayGoOn(log, this.#writer);
    if (this.#writer !== undefined && goesOn && this.isConfirmed) return this.#writer;
    if (this.#substitute !== undefined && mayGoOn(log, this.#substitute)) return this.#substitute;
    const fresh = generateOwnWriter(deps.primitives, deps.random);
    if (goesOn) {
      await this.#noteSubstitute(fresh);
      return fresh;
    }
    // What is still to be written again is the fresh one's.
    const left = await leftOf(this.#parts, this.#record.pending);
    const pending = left.length === 0 ? undefined : { writer: fresh.keyPair.publicKey, positions: left };
    await this.replace(fresh, { record: { ...this.#record, pending } });
    return fresh;
  }

  /** Takes note of whether a newer head of the writer is known elsewhere: then it is given up. Gives whether it goes on. */
  async confirm(isNewest: boolean): Promise<boolean> {
    if (this.#writer === undefined || (isNewest && this.isConfirmed)) return true;
    if (!isNewest) {
      await this.giveUp();
      return false;
    }
    this.#writer = { ...this.#writer, isConfirmed: true };
    this.#substitute?.keyPair.secretKey.destroy();
    this.#substitute = undefined;
    return true;
  }

  /** Goes on without the writer: with its substitute, where there is one. */
  async giveUp(): Promise<void> {
    await this.replace(this.#substitute, { changes: this.former() });
  }

  /**
   * Goes on with the writer that was given up last. Gives false where there is none, or it is a writer no more.
   * @throws NotAWriterError where it was revoked
   */
  async reclaim(): Promise<boolean> {
    const { deps, log, storage } = this.#parts;
    const encoded = await storage.load("former");
    if (encoded === undefined || (await leftOf(this.#parts, this.#record.pending)).length > 0) return false;
    const former = { ...decodeOwnWriter(deps.primitives, encoded), isConfirmed: true };
    encoded.fill(0);
    if (log.findHead(former.keyPair.publicKey) === undefined || !mayGoOn(log, former)) return false;
    await this.replace(former, { changes: new Map([["former", undefined]]) });
    return true;
  }

  /** What keeps the writer's key when it is given up: a person may know that nobody else has it any more. */
  former(): ReadonlyMap<StateName, Bytes> {
    return this.#writer === undefined ? new Map() : new Map([["former", encodeOwnWriter(this.#writer)]]);
  }

  /** Goes on with another writer, or with none until something is written. `changes` is saved with it. */
  async replace(
    writer: OwnWriter | undefined,
    {
      changes = new Map(),
      record = this.#record,
    }: { changes?: ReadonlyMap<StateName, Bytes | undefined>; record?: OwnRecord } = {},
  ): Promise<void> {
    const noted = writer === undefined ? record : withWriter(record, writer.keyPair.publicKey);
    const encoded = writer && encodeOwnWriter(writer);
    // Durable before its first block: a writer that is forgotten can never be gone on with.
    await this.#save(new Map([...changes, ["writer", encoded]]), noted);
    for (const key of [encoded, changes.get("former")]) key?.fill(0);
    this.#writer?.keyPair.secretKey.destroy();
    this.#writer = writer;
    this.#substitute = undefined;
  }

  /** Whether the writer may write again what was taken back: it was made for that, and nobody else may have its key by now. */
  get mayResume(): boolean {
    const { pending } = this.#record;
    return pending !== undefined && this.#writer !== undefined && this.isConfirmed
      ? equalBytes(pending.writer, this.#writer.keyPair.publicKey)
      : false;
  }

  /** Everything that was taken back is written again: what is kept says so from the next time on that something is saved. */
  noteResumed(): void {
    this.#record = { ...this.#record, pending: undefined };
  }

  /** Gives the same room, read again from the storage, what is known in this run only. This one is over. */
  handOver(loaded: LoadedRoom): LoadedRoom {
    const isSame =
      loaded.writer !== undefined &&
      this.#writer !== undefined &&
      equalBytes(loaded.writer.keyPair.publicKey, this.#writer.keyPair.publicKey);
    const isConfirmed = isSame ? this.#writer?.isConfirmed === true : loaded.writer?.isConfirmed === true;
    const writer = loaded.writer && { ...loaded.writer, isConfirmed };
    const substitute = this.#substitute;
    this.#substitute = undefined;
    this.destroy();
    return { ...loaded, writer, substitute };
  }

  /** Wipes the keys. */
  destroy(): void {
    for (const writer of [this.#writer, this.#substitute]) writer?.keyPair.secretKey.destroy();
  }

  async #noteSubstitute(writer: OwnWriter): Promise<void> {
    await this.#save(new Map(), withWriter(this.#record, writer.keyPair.publicKey));
    this.#substitute = writer;
  }

  async #save(changes: ReadonlyMap<StateName, Bytes | undefined>, record: OwnRecord): Promise<void> {
    // What follows from the writer alone need not be kept.
    const own = isPlain(record) ? undefined : encodeOwnRecord(record);
    await this.#parts.storage.save(
      own === undefined ? changes : new Map([...changes, ["own", own]]),
      this.#parts.exportKeyring(),
    );
    this.#record = record;
  }
}

function isPlain({ writers, takenBack }: OwnRecord): boolean {
  return writers.length < 2 && takenBack.length === 0;
}
