/** The checkpoints of a room, the votes for them, and what they come to (docs/protocol/rooms.md §8.2, §8.3). */
import { type Bytes, equalBytes } from "@coterie/bytes";
import type { FinalityMode } from "@coterie/oplog";
import type { Primitives } from "@coterie/primitives";
import { roomLimits } from "../limits.ts";
import type { VoteOperation } from "../membership/operation.ts";
import { type Checkpoint, type CheckpointState, checkpointHash, encodeCheckpointState } from "./checkpoint-state.ts";
import { type CertifiedCheckpoint, changesIndexers } from "./era-chain.ts";
import { countVotes, verifyVote, type Vote, voteMessage } from "./votes.ts";

/** A checkpoint that this device came to itself. */
export interface OwnCheckpoint extends Checkpoint {
  /** The hash that is voted for. */
  readonly hash: Bytes;
  /** Indexers of the era that ended: those whose votes count. */
  readonly voters: readonly Bytes[];
  readonly position: number;
  /** Whether something became final in the era that is worth a vote for its own sake: votes would call for votes without end. */
  readonly hasValue: boolean;
  /** The encoded state; only the newest ones are kept. */
  readonly state: Bytes | undefined;
}

/** What the book works with. */
export interface CheckpointBookDeps {
  readonly primitives: Pick<Primitives, "sha256" | "verify">;
  readonly logId: Bytes;
  readonly mode: FinalityMode;
  readonly onConflict: (conflict: { readonly era: number; readonly writers: readonly Bytes[] }) => void;
}

/** States that are kept for snapshots. */
const keptStates = 3;

/** See the file. */
export class CheckpointBook {
  readonly #deps: CheckpointBookDeps;
  readonly #checkpoints = new Map<number, OwnCheckpoint>();
  readonly #votes = new Map<number, Vote[]>();
  readonly #certified = new Map<number, CertifiedCheckpoint>();
  #newest: OwnCheckpoint | undefined;

  constructor(deps: CheckpointBookDeps, chain: readonly CertifiedCheckpoint[] = []) {
    this.#deps = deps;
    for (const link of chain) this.#certified.set(link.era, link);
  }

  /** The checkpoint that was come to last. */
  get newest(): OwnCheckpoint | undefined {
    return this.#newest;
  }

  /** Notes that an era ended. */
  add(
    state: CheckpointState,
    { indexers, voters, hasValue }: Pick<OwnCheckpoint, "indexers" | "voters" | "hasValue">,
  ): OwnCheckpoint {
    const { primitives, logId } = this.#deps;
    const encoded = encodeCheckpointState(state);
    const checkpoint = { era: state.era, indexers, stateHash: primitives.sha256(encoded) };
    const hash = checkpointHash(primitives, { logId, checkpoint });
    const own = { ...checkpoint, hash, voters, hasValue, position: state.position, state: encoded };
    this.#checkpoints.set(own.era, own);
    this.#newest = own;
    const old = this.#checkpoints.get(own.era - keptStates);
    if (old !== undefined) this.#checkpoints.set(old.era, { ...old, state: undefined });
    this.#count(own);
    return own;
  }

  /** Takes a vote from a block: of an indexer of the era that ended. Its author knew the checkpoint, so this device does; other votes count nowhere. */
  addVote(vote: Vote): void {
    const own = this.#checkpoints.get(vote.era);
    if (own === undefined || this.#certified.has(vote.era) || !isAmong(own.voters, vote.writer)) return;
    const votes = this.#votes.get(vote.era) ?? [];
    const before = votes.filter(({ writer }) => equalBytes(writer, vote.writer));
    // One is enough, and a second one shows who contradicts itself: more would take the place of others.
    if (before.length >= roomLimits.votesPerVoter) return;
    if (before.some(({ checkpoint }) => equalBytes(checkpoint, vote.checkpoint))) return;
    const { primitives, logId } = this.#deps;
    if (!verifyVote(primitives, { logId, vote })) return;
    this.#votes.set(vote.era, [...votes, vote]);
    this.#count(own);
  }

  /** The newest checkpoint that `writer` has a vote for, did not cast, and that lacks votes; undefined where it owes none. */
  findDue(writer: Bytes): OwnCheckpoint | undefined {
    const newest = this.#newest;
    if (newest === undefined || this.#certified.has(newest.era) || !isAmong(newest.voters, writer)) return undefined;
    const votes = this.#votes.get(newest.era) ?? [];
    return isAmong(
      votes.map((vote) => vote.writer),
      writer,
    )
      ? undefined
      : newest;
  }

  /** The vote of `writer` for a checkpoint. `views`: 32 bytes, zeros where it has none. */
  castVote(
    { hash, era }: Pick<OwnCheckpoint, "hash" | "era">,
    { views, sign }: { readonly views: Bytes; readonly sign: (message: Bytes) => Bytes },
  ): VoteOperation {
    const { logId } = this.#deps;
    const signature = sign(voteMessage({ logId, era, checkpoint: hash, views }));
    return { kind: "vote", era, checkpoint: hash, views, signature };
  }

  /** The newest certified checkpoint whose state is kept, with what proves it from the genesis; undefined where there is none. */
  findCertified():
    | { readonly own: OwnCheckpoint & { readonly state: Bytes }; readonly chain: readonly CertifiedCheckpoint[] }
    | undefined {
    const eras = [...this.#certified.keys()].sort((a, b) => b - a);
    for (const era of eras) {
      const own = this.#checkpoints.get(era);
      if (own?.state === undefined) continue;
      return { own: { ...own, state: own.state }, chain: changesIndexers(this.chainBefore(era)) };
    }
    return undefined;
  }

  /** What is certified up to an era: as much of the proof as there is. */
  chainBefore(era: number): readonly CertifiedCheckpoint[] {
    return [...this.#certified.values()].filter((link) => link.era <= era).sort((a, b) => a.era - b.era);
  }

  #count(own: OwnCheckpoint): void {
    const { primitives, logId, mode, onConflict } = this.#deps;
    const votes = this.#votes.get(own.era) ?? [];
    const outcome = countVotes(primitives, { logId, indexers: own.voters, mode, votes });
    if (outcome.kind === "open") return;
    if (!equalBytes(outcome.checkpoint, own.hash)) {
      onConflict({ era: own.era, writers: outcome.votes.map(({ writer }) => writer) });
      return;
    }
    const { era, indexers, stateHash } = own;
    this.#certified.set(era, { era, indexers, stateHash, votes: outcome.votes });
    this.#votes.delete(era);
  }
}

function isAmong(writers: readonly Bytes[], writer: Bytes): boolean {
  return writers.some((other) => equalBytes(other, writer));
}
