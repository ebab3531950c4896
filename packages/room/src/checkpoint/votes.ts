/** Votes for checkpoints and what a quorum of them proves (docs/protocol/rooms.md §8.2). */
import { type Bytes, concatBytes, encodeHex, equalBytes } from "@coterie/bytes";
import { quorumOf, type FinalityMode } from "@coterie/oplog";
import type { Primitives } from "@coterie/primitives";
import { roomLabels } from "../labels.ts";
import type { VoteOperation } from "../membership/operation.ts";

/** A vote with who cast it: valid by itself, outside of the block that it came in. */
export interface Vote extends Omit<VoteOperation, "kind"> {
  /** The indexer's writer key, 32 bytes. */
  readonly writer: Bytes;
}

/** What an indexer signs. */
export function voteMessage({
  logId,
  era,
  checkpoint,
  views,
}: { readonly logId: Bytes } & Pick<Vote, "era" | "checkpoint" | "views">): Bytes {
  const number = new Uint8Array(4);
  new DataView(number.buffer).setUint32(0, era);
  return concatBytes(roomLabels.vote, logId, number, checkpoint, views);
}

/** Whether its writer cast this vote. */
export function verifyVote(
  { verify }: Pick<Primitives, "verify">,
  { logId, vote }: { readonly logId: Bytes; readonly vote: Vote },
): boolean {
  return verify(vote.writer, voteMessage({ logId, ...vote }), vote.signature);
}

/** What the votes for one era come to. */
export type VoteCount =
  | { readonly kind: "open" }
  /** A quorum for this checkpoint; `views`: the views hash that a quorum of them agrees on. */
  | {
      readonly kind: "certified";
      readonly checkpoint: Bytes;
      readonly votes: readonly Vote[];
      readonly views: Bytes | undefined;
    };

/** Counts votes of the indexers of the era that ended. Each is counted once; votes of others and false ones are not counted. */
export function countVotes(
  deps: Pick<Primitives, "verify">,
  {
    logId,
    indexers,
    mode,
    votes,
  }: {
    readonly logId: Bytes;
    readonly indexers: readonly Bytes[];
    readonly mode: FinalityMode;
    readonly votes: readonly Vote[];
  },
): VoteCount {
  const quorum = quorumOf(mode, indexers.length);
  const byCheckpoint = new Map<string, Vote[]>();
  const counted = new Set<string>();
  for (const vote of votes) {
    const voter = encodeHex(vote.writer) + encodeHex(vote.checkpoint);
    const isIndexer = indexers.some((indexer) => equalBytes(indexer, vote.writer));
    if (!isIndexer || counted.has(voter) || !verifyVote(deps, { logId, vote })) continue;
    counted.add(voter);
    const key = encodeHex(vote.checkpoint);
    const same = byCheckpoint.get(key);
    if (same === undefined) byCheckpoint.set(key, [vote]);
    else same.push(vote);
  }
  for (const agreeing of byCheckpoint.values()) {
    const [one] = agreeing;
    if (one === undefined || agreeing.length < quorum) continue;
    return { kind: "certified", checkpoint: one.checkpoint, votes: agreeing, views: agreedViews(agreeing, quorum) };
  }
  return { kind: "open" };
}

function agreedViews(votes: readonly Vote[], quorum: number): Bytes | undefined {
  const found = votes.find(
    ({ views }) =>
      !views.every((byte) => byte === 0) && votes.filter((o) => equalBytes(o.views, views)).length >= quorum,
  );
  return found?.views;
}
