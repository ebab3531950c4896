/** Where the rules of docs/protocol/rooms.md have a rival that was tried and leaks, stalls, starves or resurrects somebody. */
export interface Rules {
  /** Sure is who stays whatever undecided restriction holds, or: who has no undecided removal (§5.3). */
  readonly doubt: "cascades" | "own removals";
  /** What a new epoch must know (§7). */
  readonly triggers: "restrictions" | "removals";
  /** Whether who joins without full history is a trigger as well. */
  readonly lateJoiners: "trigger" | "ignored";
  /** Whether an epoch knows the key update that stands in the very block that made it. */
  readonly ownUpdates: "unknown" | "known";
  /** A restriction above a cap that is decided. */
  readonly aboveDecidedCap: "decided void" | "decided void, save forks" | "undecided";
  readonly demotion: "like removal" | "last in order";
  /** Whether a removal can cut off what its author has seen. */
  readonly caps: "only what was not seen" | "as written";
  /** Which update of a sealing key counts. */
  readonly keys: "whatever was signed" | "not void";
  /** What somebody grants who has less of an epoch than another one is due. */
  readonly grants: "as much as one has" | "what is due or nothing";
  /** Which void blocks a new block does not link to (§4.2). */
  readonly leavesOut:
    | "void for good, and no key of a member"
    | "void for good"
    | "void save control"
    | "void save restrictions"
    | "void"
    | "nothing";
  /** Whether a block links to what shows the commits that it is the first to name, void or not (§4.2). */
  readonly commitsShown: "linked" | "left out if void";
  /** Which of the epochs that an author knows a new one wraps. */
  readonly wraps: "of the past" | "all known";
  /** Whether whom an author adds gets keys in that block though the author may turn out to be no admin. */
  readonly ownAdds: "of sure admins" | "of all admins";
  /** What members in doubt get of epochs (§7): links, order and membership, or nothing; and whether who is none any more makes them unsafe. */
  readonly inDoubt: "control" | "control, for good" | "control, if indexers" | "nothing";
  /** A block under an epoch whose rotation is not in its past. */
  readonly unmadeEpoch: "malformed" | "void";
  /** How a writer chooses an epoch: §7, the newest, only by who knows it, or not at all (all can read everything). */
  readonly epoch: "safe" | "latest" | "members know it" | "none";
}

export const theRules: Rules = {
  doubt: "cascades",
  triggers: "restrictions",
  lateJoiners: "trigger",
  ownUpdates: "unknown",
  aboveDecidedCap: "decided void",
  demotion: "like removal",
  caps: "only what was not seen",
  keys: "whatever was signed",
  grants: "as much as one has",
  leavesOut: "void for good, and no key of a member",
  commitsShown: "linked",
  wraps: "of the past",
  ownAdds: "of sure admins",
  inDoubt: "control",
  unmadeEpoch: "malformed",
  epoch: "safe",
};
