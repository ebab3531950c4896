/**
 * The port to whoever keeps and passes on the blocks of one log (docs/protocol/rooms.md §10): a gateway, another peer, or memory. A relay orders
 * blocks by arrival and checks what anyone can check without a key: version, log, signature, chain, sizes. It never sees inside. What it
 * answers is to be checked: it may withhold, repeat, reorder and lie.
 */
import type { Bytes, Ciphertext } from "@coterie/bytes";
import type { CallOptions } from "./abort.ts";

/** The last block of a writer, or of one of its branches. */
export interface WriterHead {
  /** 32 bytes. */
  readonly writer: Bytes;
  readonly seq: number;
  /** 32 bytes. */
  readonly hash: Bytes;
  /** Among heads: the first seq of the writer that is there, where that is not 0. */
  readonly from?: number;
}

/** See {@link AppendInput.onConflict}. */
export type AppendChoice = "refuse" | "keep" | "begin";

/** What {@link Relay.append} is given. Blocks of one writer stand in the order of their seq. */
export interface AppendInput {
  readonly envelopes: readonly Ciphertext<"block">[];
  /**
   * What happens to a block that does not follow the stored head of its writer. `refuse`: a conflict, as for everything a writer sends
   * of its own. `keep`: it is kept as a branch beside, so that blocks that link to it can be followed; only for blocks of others.
   * `begin`: a conflict, unless its previous one is not there and neither is any of its writer with the same seq or a smaller one: then what is
   * there of the writer begins with it. For who dropped what comes before it.
   */
  readonly onConflict: AppendChoice;
}

/** Why a relay does not take a block, whoever asks. */
export type AppendRefusal = "malformed" | "other-log" | "signature" | "token" | "quota" | "read-only";

/** What became of one block. */
export type AppendOutcome =
  /** Stored; `cursor` is the place after it. */
  | { readonly kind: "accepted"; readonly cursor: number }
  /** It was there already. */
  | { readonly kind: "known" }
  /** It does not follow the stored head of its writer, which is told; undefined where there is none. */
  | { readonly kind: "conflict"; readonly head: WriterHead | undefined }
  | { readonly kind: "refused"; readonly reason: AppendRefusal };

/** Blocks in the order of their arrival. */
export interface RelayPage {
  readonly envelopes: readonly Bytes[];
  /** The cursor to ask with next. */
  readonly next: number;
  /** The cursor after the last block that the relay had when it answered. */
  readonly end: number;
}

/** Heads, ascending by (writer, hash). */
export interface HeadsPage {
  readonly heads: readonly WriterHead[];
  readonly hasMore: boolean;
  /** As in {@link RelayPage}. */
  readonly end: number;
}

/** What can be read of a log: from a relay, and from a peer's own store. */
export interface BlockReader {
  /** At most `limit` blocks after `cursor` (0 at first); fewer where they are long, at least one where there is one. */
  readonly since: (
    input: { readonly cursor: number; readonly limit: number },
    options?: CallOptions,
  ) => Promise<RelayPage>;
  /**
   * Blocks by hash, in the order asked, undefined for those that are not there. Shorter than `hashes` where the answer grew too long:
   * ask again for the rest.
   */
  readonly find: (
    input: { readonly hashes: readonly Bytes[] },
    options?: CallOptions,
  ) => Promise<readonly (Bytes | undefined)[]>;
  /** Blocks of one writer from a seq on, ascending by (seq, arrival), all branches. A page does not end inside of a seq unless that alone is too long. */
  readonly range: (
    input: { readonly writer: Bytes; readonly from: number; readonly limit: number },
    options?: CallOptions,
  ) => Promise<readonly Bytes[]>;
  /** The heads after (writer, hash), or from the first on. Chains have no gaps, so that all heads sum up the whole log. */
  readonly heads: (
    input: { readonly after: Pick<WriterHead, "writer" | "hash"> | undefined; readonly limit: number },
    options?: CallOptions,
  ) => Promise<HeadsPage>;
}

/** What became of a chunk. */
export type ChunkOutcome =
  | { readonly kind: "stored"; readonly hash: Bytes }
  | { readonly kind: "refused"; readonly reason: "token" | "quota" | "too-large" | "read-only" };

/**
 * A relay, for one log and one bearer of its token. Besides those of its transport, calls fail with RelayUnavailableError, RelayBusyError,
 * UnknownLogError, MalformedMessageError and AbortedError.
 */
export interface Relay extends BlockReader {
  /**
   * Stores blocks, each by compare-and-set on its writer's (seq, previous): the next seq, whose previous is the stored head. Durable when it
   * resolves. One outcome for each block, in order.
   */
  readonly append: (input: AppendInput, options?: CallOptions) => Promise<readonly AppendOutcome[]>;
  /** Stores a piece of a snapshot under its SHA-256. */
  readonly putChunk: (input: { readonly chunk: Ciphertext<"chunk"> }, options?: CallOptions) => Promise<ChunkOutcome>;
  /** The piece with this SHA-256, or undefined. */
  readonly getChunk: (input: { readonly hash: Bytes }, options?: CallOptions) => Promise<Bytes | undefined>;
  /** Calls `listener` after blocks arrived; it may be called too often, and once for several. Returns what ends it. */
  readonly subscribe: (listener: (news: { readonly end: number }) => void) => () => void;
}

/** Where a relay's logs are opened: what {@link serveRelay} serves. */
export interface RelayHost {
  /**
   * The log with this tag, for whoever bears `token` (empty: nobody in particular, who may read). Undefined where there is none. The token is
   * compared when something is written.
   */
  readonly open: (
    input: { readonly logTag: Bytes; readonly token: Bytes },
    options?: CallOptions,
  ) => Promise<Relay | undefined>;
}
