/** Who wrote a block, and which of its operations count: docs/protocol/rooms.md §5.1, by M of the block. */
import type { Act, Authorship } from "./acts.ts";
import type { Block, Operation } from "./blocks.ts";
import type { State } from "./membership.ts";
import { genesisPlace } from "./acts.ts";

/** What M of a block says about its author; nothing where its writer is nobody there. `authorshipOf` is asked about its past. */
export function findAuthor(
  block: Block,
  { state, authorshipOf }: { state: State; authorshipOf: (block: Block) => Authorship | undefined },
): Authorship | undefined {
  const claim = state.claimOf(block.writer);
  if (claim !== undefined) {
    const { certificate, identity } = claim;
    // A second first block is a fork, and only one of them can be the one that says whose the writer is.
    const isSecond = certificate !== undefined && block.seq === 0;
    if (isSecond || !state.mayWrite(block.writer, block.seq)) return undefined;
    const admitters = certificate === undefined ? [genesisPlace] : (authorshipOf(certificate)?.admitters ?? []);
    return authorshipBy(state, { identity, certificate, admitters });
  }
  const [first] = block.operations;
  if (block.seq !== 0 || first?.kind !== "add writer") return undefined;
  const { identity } = first;
  return authorshipBy(state, { identity, certificate: block, admitters: state.groundsOf(identity).admitters });
}

function authorshipBy(
  state: State,
  known: Pick<Authorship, "identity" | "certificate" | "admitters">,
): Authorship | undefined {
  const member = state.members.get(known.identity);
  if (member === undefined) return undefined;
  const isAdmin = member.powers.length > 0;
  const { powers } = state.groundsOf(known.identity);
  return { ...known, seniority: member.admission, isAdmin, powers };
}

/** The authorised operations of a block; rotations, grants and votes change nothing about membership. */
export function authorise(block: Block, { state, authorship }: { state: State; authorship: Authorship }): Act[] {
  const acts: Act[] = [];
  for (const [index, operation] of block.operations.entries()) {
    const right = rightTo(operation, { state, authorship, block });
    const needsAdmin = right === "admin";
    if (right === "none" || (needsAdmin && !authorship.isAdmin)) continue;
    const isAbout = operation.kind === "remove" || operation.kind === "role";
    const target = isAbout ? state.members.get(operation.identity)?.admission : undefined;
    acts.push({ block, index, operation, authorship, needsAdmin, target });
  }
  return acts;
}

function rightTo(
  operation: Operation,
  { state, authorship, block }: { state: State; authorship: Authorship; block: Block },
): "admin" | "own" | "none" {
  const { identity, certificate } = authorship;
  switch (operation.kind) {
    case "add":
      return state.sure.has(operation.identity) ? "none" : "admin";
    case "remove":
      if (!state.members.has(operation.identity)) return "none";
      return operation.identity === identity ? "own" : "admin";
    case "role":
      return state.members.has(operation.identity) ? "admin" : "none";
    case "set indexers":
      return "admin";
    case "update key":
      return operation.identity === identity ? "own" : "none";
    case "revoke writer":
      if (state.addsNothing(operation, block.writer)) return "none";
      return state.claimOf(operation.writer)?.identity === identity ? "own" : "admin";
    case "add writer":
      return certificate === block ? "own" : "none";
    case "fork":
      return state.addsNothing(operation, block.writer) ? "none" : "own";
    default:
      return "none";
  }
}
