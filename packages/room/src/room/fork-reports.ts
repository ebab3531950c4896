/**
 * Showing forks to everybody (docs/protocol/rooms.md §3.3): whoever learns of one puts its proof into the next block it writes, unless
 * another block has shown it already.
 */
import { CoterieError, encodeHex, equalBytes } from "@coterie/bytes";
import { createForkProof, decodeEnvelope, type Fork, verifyForkProof } from "@coterie/oplog";
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

const reportsPerBlock = 16;

/** The forks of a room that nobody has shown yet. */
export class ForkReports {
  #open: readonly Fork[] = [];
  readonly #writers = new Set<string>();

  /** Takes forks that were met. */
  add(forks: readonly Fork[]): void {
    if (forks.length === 0) return;
    this.#open = [...this.#open, ...forks];
    for (const { writer } of forks) this.#writers.add(encodeHex(writer));
  }

  /** Whether a writer forked, shown or not: nothing that it writes from now on will count. */
  hasForked(writer: Uint8Array): boolean {
    return this.#writers.size > 0 && this.#writers.has(encodeHex(writer));
  }

  /**
   * The operations for the next block. `membership`: of all that is known. A fork that cannot be proven is forgotten: a block in the middle of a
   * run counts as signed by its last one, and its own signature may be none.
   */
  async prove(
    deps: ForkReportDeps,
    { membership, logTag }: { readonly membership: Membership; readonly logTag: Uint8Array },
  ): Promise<readonly ForkOperation[]> {
    if (this.#open.length === 0) return [];
    const frozen = membership.frozenWriters;
    const isShown = ({ writer, seq }: Fork): boolean =>
      frozen.some((other) => other.seq <= seq && equalBytes(other.writer, writer));
    this.#open = this.#open.filter((fork) => !isShown(fork));
    const operations: ForkOperation[] = [];
    for (const fork of this.#open.slice(0, reportsPerBlock)) {
      const proof = await proveFork(deps, { fork, logTag });
      if (proof === undefined) this.#open = this.#open.filter((other) => other !== fork);
      else operations.push({ kind: "fork", proof });
    }
    return operations;
  }
}

async function proveFork(
  { primitives, storage }: ForkReportDeps,
  { fork, logTag }: { readonly fork: Fork; readonly logTag: Uint8Array },
): Promise<ForkOperation["proof"] | undefined> {
  const [a, b] = [await storage.readBlock(fork.blocks[0]), await storage.readBlock(fork.blocks[1])];
  if (a === undefined || b === undefined) return undefined;
  try {
    const proof = createForkProof(decodeEnvelope(primitives, a), decodeEnvelope(primitives, b));
    verifyForkProof(primitives, { proof, logTag });
    return proof;
  } catch (error) {
    if (error instanceof CoterieError) return undefined;
    throw error;
  }
}
