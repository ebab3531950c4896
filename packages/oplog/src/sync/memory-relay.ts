/** A relay in memory: for tests, for tools, and the model for others. It forgets everything with the process. */
import { type Bytes, type Ciphertext, CoterieError, encodeHex, equalBytes } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { decodeEnvelope, type Envelope, verifyEnvelope } from "../format/envelope.ts";
import { oplogLimits } from "../limits.ts";
import { type CallOptions, requireNotAborted } from "./abort.ts";
import { type BlockSource, createBlockReader } from "./block-reader.ts";
import { ChainIndex } from "./chain-index.ts";
import type { AppendInput, AppendOutcome, ChunkOutcome, Relay, RelayHost } from "./relay.ts";

/** How much a relay keeps. */
export interface RelayQuotas {
  readonly logs: number;
  readonly blocksPerLog: number;
  readonly bytesPerLog: number;
  readonly writersPerLog: number;
  /** All chunks of a log together. */
  readonly chunkBytesPerLog: number;
}

/** What a relay of this kind needs: it checks signatures. */
export type MemoryRelayDeps = Pick<Primitives, "sha256" | "verify">;

/** Names a log, and the token that whoever writes must bear (at most 64 bytes). */
export interface LogAccess {
  /** 16 bytes. */
  readonly logTag: Bytes;
  readonly token: Bytes;
}

interface KeptLog {
  token: Bytes;
  readonly logTag: Bytes;
  readonly envelopes: Ciphertext<"block">[];
  readonly index: ChainIndex;
  readonly chunks: Map<string, Ciphertext<"chunk">>;
  readonly listeners: Set<(news: { readonly end: number }) => void>;
  lengthBytes: number;
  chunkBytes: number;
}

/** Many logs, each with a token that its host sets and rotates when somebody leaves. */
export class MemoryRelay implements RelayHost {
  readonly #deps: MemoryRelayDeps;
  readonly #quotas: RelayQuotas;
  readonly #logs = new Map<string, KeptLog>();

  constructor(deps: MemoryRelayDeps, quotas: RelayQuotas) {
    this.#deps = deps;
    this.#quotas = quotas;
  }

  /** Opens an empty log. False where the quota is reached, the log exists, or the token is too long. */
  createLog({ logTag, token }: LogAccess): boolean {
    const key = encodeHex(logTag);
    if (this.#logs.has(key) || this.#logs.size >= this.#quotas.logs || token.length > oplogLimits.tokenBytes)
      return false;
    this.#logs.set(key, {
      token: token.slice(),
      logTag: logTag.slice(),
      envelopes: [],
      index: new ChainIndex(),
      chunks: new Map(),
      listeners: new Set(),
      lengthBytes: 0,
      chunkBytes: 0,
    });
    return true;
  }

  /** From now on only bearers of `token` write. False where there is no such log. */
  rotateToken({ logTag, token }: LogAccess): boolean {
    const log = this.#logs.get(encodeHex(logTag));
    if (log === undefined || token.length > oplogLimits.tokenBytes) return false;
    log.token = token.slice();
    return true;
  }

  /** Forgets a log with everything in it. */
  deleteLog(logTag: Bytes): void {
    this.#logs.delete(encodeHex(logTag));
  }

  /** A log's bytes for whoever bears `token`; undefined where there is no such log. */
  readonly open = async (access: LogAccess, options?: CallOptions): Promise<Relay | undefined> => {
    requireNotAborted(options?.signal);
    return this.find(access);
  };

  /** What {@link MemoryRelay.open} resolves to, at once. */
  find({ logTag, token }: LogAccess): Relay | undefined {
    const log = this.#logs.get(encodeHex(logTag));
    if (log === undefined) return undefined;
    const mayWrite = (): boolean => equalBytes(log.token, token);
    const reader = createBlockReader({ source: sourceOf(log), index: log.index });
    return {
      since: checked(reader.since),
      find: checked(reader.find),
      range: checked(reader.range),
      heads: checked(reader.heads),
      append: checked(async (input) => this.#append(log, { input, mayWrite: mayWrite() })),
      putChunk: checked(async ({ chunk }) => this.#putChunk(log, { chunk, mayWrite: mayWrite() })),
      getChunk: checked(async ({ hash }) => log.chunks.get(encodeHex(hash))?.slice()),
      subscribe: (listener) => {
        log.listeners.add(listener);
        return () => void log.listeners.delete(listener);
      },
    };
  }

  #append(
    log: KeptLog,
    { input, mayWrite }: { readonly input: AppendInput; readonly mayWrite: boolean },
  ): AppendOutcome[] {
    const before = log.index.end;
    const outcomes = input.envelopes.map((envelope): AppendOutcome => {
      if (!mayWrite) return { kind: "refused", reason: "token" };
      return this.#appendOne(log, { envelope, onConflict: input.onConflict });
    });
    const end = log.index.end;
    if (end > before) for (const listener of log.listeners) listener({ end });
    return outcomes;
  }

  #appendOne(
    log: KeptLog,
    { envelope, onConflict }: { readonly envelope: Uint8Array; readonly onConflict: AppendInput["onConflict"] },
  ): AppendOutcome {
    const block = decode(this.#deps, envelope);
    if (block === undefined) return { kind: "refused", reason: "malformed" };
    if (!equalBytes(block.header.logTag, log.logTag)) return { kind: "refused", reason: "other-log" };
    const place = log.index.placeOf(block);
    if (place === "known") return { kind: "known" };
    const isKept =
      place === "next" ||
      (place === "branch" && onConflict === "keep" && hasRoomForBranch(log, block)) ||
      (place === "gap" && onConflict === "begin" && log.index.isBeginning(block));
    if (!isKept) return { kind: "conflict", head: log.index.head(block.header.writer) };
    if (!verifyEnvelope(this.#deps, block)) return { kind: "refused", reason: "signature" };
    if (!this.#hasRoom(log, block)) return { kind: "refused", reason: "quota" };
    log.envelopes.push(block.bytes);
    log.lengthBytes += block.bytes.length;
    return { kind: "accepted", cursor: log.index.add(block) + 1 };
  }

  #hasRoom({ index, lengthBytes }: KeptLog, { header, bytes }: Envelope): boolean {
    const isNewWriter = index.head(header.writer) === undefined;
    return (
      index.end < this.#quotas.blocksPerLog &&
      lengthBytes + bytes.length <= this.#quotas.bytesPerLog &&
      (!isNewWriter || index.writers < this.#quotas.writersPerLog)
    );
  }

  #putChunk(
    log: KeptLog,
    { chunk, mayWrite }: { readonly chunk: Ciphertext<"chunk">; readonly mayWrite: boolean },
  ): ChunkOutcome {
    if (!mayWrite) return { kind: "refused", reason: "token" };
    if (chunk.length > oplogLimits.chunkBytes) return { kind: "refused", reason: "too-large" };
    const hash = this.#deps.sha256(chunk);
    const key = encodeHex(hash);
    if (log.chunks.has(key)) return { kind: "stored", hash };
    if (log.chunkBytes + chunk.length > this.#quotas.chunkBytesPerLog) return { kind: "refused", reason: "quota" };
    log.chunkBytes += chunk.length;
    // brand: a copy of what carries it
    log.chunks.set(key, chunk.slice() as Ciphertext<"chunk">);
    return { kind: "stored", hash };
  }
}

/** A copy of the bytes, decoded: what is kept does not change when the caller's array does. */
function decode(deps: MemoryRelayDeps, envelope: Uint8Array): Envelope | undefined {
  if (envelope.length > oplogLimits.envelopeBytes) return undefined;
  try {
    return decodeEnvelope(deps, envelope.slice());
  } catch (error) {
    if (error instanceof CoterieError) return undefined;
    throw error;
  }
}

function hasRoomForBranch({ index }: KeptLog, { header }: Envelope): boolean {
  const { count, isTip } = index.branchesOf(header);
  return isTip || count < oplogLimits.branchesPerWriter;
}

function sourceOf({ envelopes }: KeptLog): BlockSource {
  return {
    first: () => 0,
    length: () => envelopes.length,
    read: async (from, limit) => envelopes.slice(from, from + limit).map((envelope) => envelope.slice()),
  };
}

function checked<Input, Output>(
  call: (input: Input) => Promise<Output>,
): (input: Input, options?: CallOptions) => Promise<Output> {
  return async (input, options) => {
    requireNotAborted(options?.signal);
    return await call(input);
  };
}
