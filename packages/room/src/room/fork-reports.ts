/**
 * Showing forks to everybody (docs/protocol/rooms.md §3.3): whoever learns of one puts its proof into the next block it writes, unless
 * another block has shown it already. A proof takes both blocks' own signatures; a stored copy from the middle of a run may lack its own, and
 * then another copy is asked for.
 */
import { type Bytes, copyBytes, CoterieError, encodeHex, equalBytes } from "@coterie/bytes";
import {
  createForkProof,
  decodeEnvelope,
  decodeUnhashedEnvelope,
  type Envelope,
  type Fork,
  type ForkEvidence,
  verifyEnvelope,
} from "@coterie/oplog";
import type { Primitives } from "@coterie/primitives";
import type { Membership } from "../membership/membership.ts";
import type { ForkOperation } from "../membership/operation.ts";
import type { RoomStore } from "./room-store.ts";

/** What proving works with. */
export interface ForkReportDeps {
  readonly primitives: Pick<Primitives, "sha256" | "verify">;
  /** Where the two blocks are. */
  readonly storage: Pick<RoomStore, "readBlock">;
}

interface OpenFork {
  readonly fork: Fork;
  /** Undefined until they were looked at, or where they are not in the storage. */
  sides: readonly [ForkSide, ForkSide] | undefined;
}

/** One of the two blocks. */
interface ForkSide {
  readonly hash: Bytes;
  /** With its writer's signature; undefined while no such copy came. */
  signed: ForkEvidence | undefined;
}

const reportsPerBlock = 16;
/** A hostile writer forks as often as it likes, and one proof is enough: the last ones are kept. */
const openForksPerWriter = 8;

/** The forks of a room that nobody has shown yet. */
export class ForkReports {
  #open: readonly OpenFork[] = [];
  readonly #writers = new Set<string>();

  /** Takes forks that were met. */
  add(forks: readonly Fork[]): void {
    if (forks.length === 0) return;
    for (const fork of forks) {
      const ofWriter = this.#open.filter((open) => equalBytes(open.fork.writer, fork.writer));
      const dropped = ofWriter.length < openForksPerWriter ? undefined : ofWriter[0];
      this.#open = [...this.#open.filter((open) => open !== dropped), { fork, sides: undefined }];
      this.#writers.add(encodeHex(fork.writer));
    }
  }

  /** Whether a writer forked, shown or not: nothing that it writes from now on will count. */
  hasForked(writer: Uint8Array): boolean {
    return this.#writers.size > 0 && this.#writers.has(encodeHex(writer));
  }

  /** The operations for the next block. `membership`: of all that is known. */
  async prove(
    deps: ForkReportDeps,
    { membership }: { readonly membership: Membership },
  ): Promise<readonly ForkOperation[]> {
    if (this.#open.length === 0) return [];
    const frozen = membership.frozenWriters;
    const isShown = ({ fork: { writer, seq } }: OpenFork): boolean =>
      frozen.some((other) => other.seq <= seq && equalBytes(other.writer, writer));
    this.#open = this.#open.filter((open) => !isShown(open));
    await this.#examine(deps);
    return this.#open
      .flatMap(({ sides }) => proofOf(sides) ?? [])
      .slice(0, reportsPerBlock)
      .map((proof) => ({ kind: "fork", proof }));
  }

  /** Hashes of blocks that are here, but of which a copy with its writer's own signature is wanted. */
  async findUnsigned(deps: ForkReportDeps): Promise<readonly Bytes[]> {
    await this.#examine(deps);
    return this.#unsigned().map(({ hash }) => hash);
  }

  /** Looks among blocks that came for such copies. */
  takeCopies({ primitives }: Pick<ForkReportDeps, "primitives">, blocks: readonly Uint8Array[]): void {
    const wanted = this.#open.filter(({ sides }) => sides?.some(({ signed }) => signed === undefined));
    if (wanted.length === 0) return;
    for (const block of blocks) {
      const place = tryDecode(() => decodeUnhashedEnvelope(block))?.header;
      const isOfFork = ({ fork: { writer, seq } }: OpenFork): boolean =>
        place?.seq === seq && equalBytes(place.writer, writer);
      if (!wanted.some(isOfFork)) continue;
      const envelope = tryDecode(() => decodeEnvelope(primitives, block));
      if (envelope === undefined || !verifyEnvelope(primitives, envelope)) continue;
      for (const side of this.#unsigned()) if (equalBytes(side.hash, envelope.hash)) side.signed = evidenceOf(envelope);
    }
  }

  #unsigned(): readonly ForkSide[] {
    return this.#open.flatMap(({ sides = [] }) => sides.filter(({ signed }) => signed === undefined));
  }

  /** Reads what was not looked at; two calls at once do the same. */
  async #examine({ primitives, storage }: ForkReportDeps): Promise<void> {
    for (const open of this.#open) {
      if (open.sides !== undefined) continue;
      const [first, second] = open.fork.blocks;
      const [one, other] = [await storage.readBlock(first), await storage.readBlock(second)];
      if (one !== undefined && other !== undefined) open.sides = [sideOf(primitives, one), sideOf(primitives, other)];
    }
  }
}

function sideOf(primitives: ForkReportDeps["primitives"], block: Bytes): ForkSide {
  const envelope = decodeEnvelope(primitives, block);
  return { hash: envelope.hash, signed: verifyEnvelope(primitives, envelope) ? evidenceOf(envelope) : undefined };
}

/** Copied: parts of an envelope would keep all of it in memory. */
function evidenceOf({ header, hash, headerBytes, nonce, tailHash, signature }: Envelope): ForkEvidence {
  const { flags, seq } = header;
  return {
    header: {
      flags,
      seq,
      logTag: copyBytes(header.logTag),
      writer: copyBytes(header.writer),
      previous: copyBytes(header.previous),
      epochId: copyBytes(header.epochId),
    },
    hash: copyBytes(hash),
    headerBytes: copyBytes(headerBytes),
    nonce: copyBytes(nonce),
    tailHash: copyBytes(tailHash),
    signature: copyBytes(signature),
  };
}

function proofOf(sides: OpenFork["sides"]): Bytes | undefined {
  const [one, other] = sides ?? [];
  return one?.signed && other?.signed && createForkProof(one.signed, other.signed);
}

function tryDecode<Decoded>(decode: () => Decoded): Decoded | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof CoterieError) return undefined;
    throw error;
  }
}
