/** Writing of one device in one room: its writer key, the blocks it makes, and what becomes durable before anybody sees it. */
import { type Bytes, equalBytes, type Plaintext } from "@coterie/bytes";
import { type AdmittedBlock, type Envelope, MalformedBlockError } from "@coterie/oplog";
import type { SigningKeyPair } from "@coterie/primitives";
import type { OwnCheckpoint } from "../checkpoint/checkpoint-book.ts";
import { RoomFailedError } from "../errors.ts";
import type { Membership } from "../membership/membership.ts";
import type { Operation } from "../membership/operation.ts";
import { certifyWriter } from "../membership/propose.ts";
import { CheckpointKeeper } from "./checkpoint-keeper.ts";
import { Composer } from "./composing.ts";
import { draftOf, leftOf } from "./give-up-writer.ts";
import type { LoadedRoom } from "./load-room.ts";
import { createSigner, type OwnWriter } from "./own-writer.ts";
import { OwnWriters } from "./own-writers.ts";
import type { WrittenBlock } from "./room-calls.ts";
import type { RoomParts } from "./room-parts.ts";
import type { StateName } from "./room-store.ts";

/** A block that is about to be made. */
export interface Draft {
  readonly operations: readonly Operation[];
  readonly content: Plaintext | undefined;
  /** Begins an epoch although one is safe. */
  readonly rotates: boolean;
}

/** See the file. Calls come one after another. */
export class RoomWriting {
  readonly #parts: RoomParts;
  readonly #composer: Composer;
  readonly #keeper: CheckpointKeeper;
  readonly #onStored: () => void;
  readonly writers: OwnWriters;
  #savedRevision = -1;
  #hasFailed = false;

  constructor({ parts, firstNeeded, substitute, ...own }: LoadedRoom, { onStored }: { readonly onStored: () => void }) {
    this.#parts = parts;
    this.writers = new OwnWriters(parts, { ...own, substitute });
    this.#onStored = onStored;
    const { deps, log, keyring } = parts;
    this.#keeper = new CheckpointKeeper(parts, { primitives: deps.primitives, firstNeeded });
    this.#composer = new Composer({ ...deps, keyring, log, identity: deps.identity.publicKey });
  }

  /** Whether the storage failed after blocks were taken in. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** The era whose checkpoint is kept, and the first position in the storage that opening from it needs. */
  get keptEra(): number {
    return this.#keeper.keptEra;
  }

  get firstNeeded(): number {
    return this.#keeper.firstNeeded;
  }

  /** Saves what is not saved, and wipes the writer's key. */
  async close(): Promise<void> {
    if (!this.#hasFailed) await this.save();
    this.writers.destroy();
  }

  /** Saves what is not saved: the room may be read again from its storage then. */
  async save(): Promise<void> {
    await this.#saveState();
  }

  /** The storage and what is in memory may differ from now on. */
  fail(): void {
    this.#hasFailed = true;
  }

  /** Writes again what was taken back, each block as one, those first that were first; nothing where it was done before. */
  async resume(): Promise<void> {
    const { log, storage } = this.#parts;
    if (!this.writers.mayResume) return;
    for (const position of await leftOf(this.#parts, this.writers.record.pending)) {
      const block = await storage.readAt(position);
      const draft = block && draftOf(log, block);
      if (draft === undefined) throw new RoomFailedError();
      await this.#write([() => stillOf(log.membership, draft)]);
      draft.content?.destroy();
    }
    this.writers.noteResumed();
  }

  /** Writes blocks, each of which `drafts` makes when its turn comes. All are durable when it resolves. */
  async write(drafts: readonly (() => Draft)[]): Promise<readonly WrittenBlock[]> {
    await this.resume();
    return await this.#write(drafts);
  }

  async #write(drafts: readonly (() => Draft)[]): Promise<readonly WrittenBlock[]> {
    const writer = await this.writers.forWriting();
    const { log, storage, deps } = this.#parts;
    let reports: readonly Operation[] = await log.forkReports.prove(
      { primitives: deps.primitives, storage },
      { membership: log.membership },
    );
    const written: Envelope[] = [];
    const admitted: AdmittedBlock[] = [];
    try {
      for (const next of drafts) {
        const draft = next();
        const take = (envelope: Envelope): Envelope => {
          admitted.push(...this.#parts.log.receiveOwn(envelope).admitted);
          return envelope;
        };
        const whole = this.#composeIfShort(writer, { ...draft, operations: [...reports, ...draft.operations] });
        // What it must seal to others has no room beside a long content: that comes first, in a block of its own.
        if (whole === undefined)
          take(this.#compose(writer, { operations: reports, content: undefined, rotates: draft.rotates }));
        written.push(take(whole ?? this.#compose(writer, { ...draft, rotates: false })));
        reports = [];
      }
    } finally {
      // Also where a later draft is refused: what was taken in is in memory, and must not be ahead of the storage.
      await this.store(admitted);
    }
    return written.map(({ hash, header: { seq, epochId } }) => ({ hash, seq, epochId }));
  }

  /** The epoch that the next block would be written in; undefined where it would begin one. */
  findEpoch(): Bytes | undefined {
    const { log } = this.#parts;
    const writer = this.writers.current?.keyPair.publicKey;
    const goesOn = writer !== undefined && log.membership.isValidWriter(writer);
    return this.#composer.findEpoch(goesOn ? log.findHead(writer) : undefined);
  }

  /** Undefined where the block is too long, and would be shorter without its content. */
  #composeIfShort(writer: OwnWriter, draft: Draft): Envelope | undefined {
    try {
      return this.#compose(writer, draft);
    } catch (error) {
      if (error instanceof MalformedBlockError && draft.content !== undefined) return undefined;
      throw error;
    }
  }

  #compose({ keyPair }: OwnWriter, { operations, content, rotates }: Draft): Envelope {
    const { deps, log, views } = this.#parts;
    const head = log.findHead(keyPair.publicKey);
    const isFirst = head === undefined && !equalBytes(keyPair.publicKey, log.genesis.writer);
    const certificate = isFirst ? [this.#certify(keyPair.publicKey)] : [];
    const wanted = views.rotationWantedAfter;
    return this.#composer.compose({
      signer: createSigner(deps.primitives, keyPair),
      previous: head === undefined ? undefined : { block: head, seq: log.dag.seq(head) },
      operations: [...certificate, ...operations, ...this.#dueVotes(keyPair)],
      content,
      rotates: rotates || (wanted === undefined ? false : { after: wanted }),
    });
  }

  #dueVotes({ publicKey, secretKey }: SigningKeyPair): readonly Operation[] {
    const due = this.findDueVote(publicKey);
    if (due === undefined) return [];
    const sign = (message: Bytes): Bytes => this.#parts.deps.primitives.sign(secretKey, message);
    return [this.#parts.log.checkpoints.castVote(due, { views: this.#keeper.viewsHashOf(due), sign })];
  }

  /** Where an era ended within one batch, its views are looked at after that: a vote without them would be no use to newcomers. */
  findDueVote(writer: Bytes): OwnCheckpoint | undefined {
    const due = this.#parts.log.checkpoints.findDue(writer);
    return due?.era === this.#keeper.keptEra ? due : undefined;
  }

  #certify(writer: Bytes): Operation {
    const { deps, log } = this.#parts;
    const { publicKey, secretKey } = deps.identity;
    return certifyWriter({
      membership: log.membership,
      author: publicKey,
      logId: log.logId,
      writer,
      sign: (message) => deps.primitives.sign(secretKey, message),
    });
  }

  /** Stores what was taken in. Throws RoomFailedError: memory is then ahead of the storage. */
  async store(admitted: readonly AdmittedBlock[]): Promise<void> {
    if (admitted.length === 0) return;
    try {
      // Keys first: what is stored opens again in the order in which it is stored.
      if (this.#savedRevision !== this.#parts.keyring.revision) await this.#saveState();
      await this.#parts.storage.append(
        admitted.map(({ index, envelope }) => ({ block: index, bytes: envelope.bytes })),
      );
      const changes = await this.#keeper.takeChanges();
      if (changes.size > 0) await this.#saveState(changes);
    } catch {
      this.#hasFailed = true;
      throw new RoomFailedError();
    }
    await this.#parts.views.trim();
    this.#onStored();
  }

  async #saveState(changes: ReadonlyMap<StateName, Bytes> = new Map()): Promise<void> {
    const { revision } = this.#parts.keyring;
    await this.#parts.storage.save(changes, this.#parts.exportKeyring());
    this.#savedRevision = revision;
  }
}

/** Without what somebody else did meanwhile, unless nothing would remain: each block is written again as one. */
function stillOf(membership: Membership, draft: Draft): Draft {
  const operations = draft.operations.filter((operation) => {
    if (operation.kind === "add") return !membership.isSure(operation.identity);
    return operation.kind !== "remove" || membership.find(operation.identity) !== undefined;
  });
  return operations.length === 0 && draft.content === undefined ? draft : { ...draft, operations };
}
