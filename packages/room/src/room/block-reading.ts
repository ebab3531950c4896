/**
 * Opens blocks for the intake with what the keyring holds, and teaches the keyring what blocks bring: entries in public parts, wraps in
 * rotations (docs/protocol/rooms.md §2.2, §6).
 */
import type { Bytes, Plaintext } from "@coterie/bytes";
import {
  type BlockOpener,
  decodeControlPrefix,
  decodeUnhashedEnvelope,
  type Envelope,
  MalformedBlockError,
  type OpenOutcome,
} from "@coterie/oplog";
import { type BlockCipherDeps, decryptContent, decryptControl, type EncryptedPart } from "../epochs/block-cipher.ts";
import type { BlockKeys } from "../epochs/block-keys.ts";
import type { EntryDeps } from "../epochs/entry-key.ts";
import type { Keyring } from "../epochs/keyring.ts";
import { matchesSealings } from "../epochs/new-epoch.ts";
import { openSealings, type SealingKeyHolder } from "../epochs/open-entries.ts";
import { decodePublicPart, type Sealing } from "../epochs/public-part.ts";
import { MalformedRoomError, UnreadableBlockError } from "../errors.ts";
import { decodeOperations } from "../membership/decode-operations.ts";
import type { Operation } from "../membership/operation.ts";
import type { RoomAlarm } from "./room-block.ts";

/** What the reader of blocks works with. */
export interface BlockReaderDeps {
  readonly primitives: EntryDeps["primitives"] & BlockCipherDeps["primitives"];
  readonly keyring: Keyring;
  readonly logId: Bytes;
  readonly identity: Bytes;
  /** This member's sealing keys, the newest first. */
  readonly sealingKeys: () => readonly SealingKeyHolder[];
  readonly onAlarm: (alarm: RoomAlarm) => void;
}

/** Why a block is refused for ever. */
export type UnreadableReason = "unreadable" | "malformed-operations" | "malformed-public-part" | "sealings-disagree";

/** What a stored block holds for views. The content is the caller's to destroy. */
export type StoredContent =
  | { readonly kind: "content"; readonly content: Plaintext }
  /** No content, or one that nobody can read. */
  | { readonly kind: "none" }
  /** A content of this epoch, which this device may not read. */
  | { readonly kind: "locked"; readonly epochId: Bytes };

/** What a block of one's own holds. */
export interface OwnContent {
  readonly operations: readonly Operation[];
  readonly content: Plaintext | undefined;
}

const noOperations: readonly Operation[] = [];

/** The opener of one room's blocks. */
export class RoomBlockReader implements BlockOpener {
  readonly #deps: BlockReaderDeps;
  /** Operations of blocks that were opened and not yet asked for. */
  readonly #operations = new WeakMap<Envelope, readonly Operation[]>();

  constructor(deps: BlockReaderDeps) {
    this.#deps = deps;
  }

  keysVersion = (): number => this.#deps.keyring.revision;

  epochsSince = (version: number): readonly Bytes[] => this.#deps.keyring.improvedSince(version);

  /** The operations of a block that {@link open} opened. */
  operationsOf(envelope: Envelope): readonly Operation[] {
    return this.#operations.get(envelope) ?? noOperations;
  }

  offer = (envelope: Envelope): void => {
    const { primitives, keyring, logId, identity, sealingKeys, onAlarm } = this.#deps;
    const sealings = decodedSealings(envelope)?.filter(({ epochId }) => keyring.findLevel(epochId) !== "full");
    if (sealings === undefined || sealings.length === 0) return;
    const found = openSealings({ primitives }, { logId, identity, sealings, holders: sealingKeys() });
    for (const epochId of found.falseEpochs) onAlarm({ kind: "false-entry", epochId });
    for (const { epochId, secret } of found.opened) {
      keyring.learn(epochId, secret);
      secret.destroy();
    }
  };

  open = (envelope: Envelope): OpenOutcome => {
    const { epochId, writer } = envelope.header;
    const keys = this.#deps.keyring.findBlockKeys({ epochId, writer });
    if (keys === undefined) return { kind: "locked" };
    const part = { keys, header: envelope.headerBytes, nonce: envelope.nonce, publicPart: envelope.publicPart };
    try {
      const control = decryptControl(this.#deps, { ...part, ciphertext: envelope.control });
      const reason = this.#readOperations(envelope, control);
      if (reason !== undefined) return { kind: "refused", reason };
      return { kind: "opened", control, content: this.#readContent({ ...part, ciphertext: envelope.content }, keys) };
    } catch (error) {
      if (error instanceof UnreadableBlockError) return { kind: "refused", reason: "unreadable" };
      throw error;
    }
  };

  /** Where a block stands in its writer's chain; undefined for what is no block. */
  findPlace(block: Uint8Array): { readonly writer: Bytes; readonly seq: number } | undefined {
    try {
      return decodeUnhashedEnvelope(block).header;
    } catch (error) {
      if (error instanceof MalformedBlockError) return undefined;
      throw error;
    }
  }

  /** What a stored block holds for views. */
  readStored(block: Uint8Array): StoredContent {
    const { header, headerBytes, nonce, publicPart, content: ciphertext } = decodeUnhashedEnvelope(block);
    if (ciphertext.length === 0) return { kind: "none" };
    const { epochId, writer } = header;
    const keys = this.#deps.keyring.findBlockKeys({ epochId, writer });
    if (keys?.content === undefined) return { kind: "locked", epochId };
    const content = this.#readContent({ keys, header: headerBytes, nonce, publicPart, ciphertext }, keys);
    return content === undefined ? { kind: "none" } : { kind: "content", content };
  }

  /** What a block of one's own holds, which was in the graph once: nothing is learnt from it. Throws UnreadableBlockError. */
  readOwn(block: Uint8Array): OwnContent {
    const { header, headerBytes, nonce, publicPart, control, content: ciphertext } = decodeUnhashedEnvelope(block);
    const keys = this.#deps.keyring.findBlockKeys(header);
    if (keys === undefined) throw new UnreadableBlockError();
    const part = { keys, header: headerBytes, nonce, publicPart };
    const { rest } = decodeControlPrefix(decryptControl(this.#deps, { ...part, ciphertext: control }));
    const operations = rest.length === 0 ? noOperations : decodeOperations(this.#deps.primitives, rest);
    return { operations, content: this.#readContent({ ...part, ciphertext }, keys) };
  }

  #readOperations(envelope: Envelope, control: Bytes): UnreadableReason | undefined {
    try {
      const { rest, lamport } = decodeControlPrefix(control);
      if (rest.length === 0) return envelope.publicPart.length === 0 ? undefined : "sealings-disagree";
      const operations = decodeOperations(this.#deps.primitives, rest);
      const sealings = decodedSealings(envelope);
      if (sealings === undefined) return "malformed-public-part";
      const { epochId } = envelope.header;
      if (!matchesSealings({ epochId, operations, sealings })) return "sealings-disagree";
      this.#operations.set(envelope, operations);
      for (const operation of operations)
        if (operation.kind === "rotate") this.#deps.keyring.addRotation({ epochId, lamport, wraps: operation.wraps });
      return undefined;
    } catch (error) {
      if (error instanceof MalformedRoomError || error instanceof MalformedBlockError) return "malformed-operations";
      throw error;
    }
  }

  /**
   * Who may not read the content still admits the block, so that no judgement may depend on the content: a bad one counts as none.
   */
  #readContent(part: EncryptedPart, keys: BlockKeys): Plaintext | undefined {
    if (part.ciphertext.length === 0 || keys.content === undefined) return undefined;
    try {
      return decryptContent(this.#deps, part);
    } catch (error) {
      if (error instanceof UnreadableBlockError) return undefined;
      throw error;
    }
  }
}

function decodedSealings({ publicPart }: Envelope): readonly Sealing[] | undefined {
  try {
    return decodePublicPart(publicPart);
  } catch (error) {
    if (error instanceof MalformedRoomError) return undefined;
    throw error;
  }
}
