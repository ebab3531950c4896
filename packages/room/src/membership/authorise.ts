/**
 * Which operations of a control block are authorised: docs/protocol/rooms.md §5.1 and §5.2. It is asked once, when the block is added, by M
 * of the block alone; signatures are verified here and never again.
 */
import { type Bytes, concatBytes, CoterieError, equalBytes } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { roomLabels } from "../labels.ts";
import { type Authorship, type ControlBlock, genesisId, genesisPlace, nobody, type Place } from "./control-record.ts";
import type { ControlFacts } from "./control-facts.ts";
import type { Member, Membership } from "./membership.ts";
import type { AddWriterOperation, Operation, UpdateKeyOperation } from "./operation.ts";

/** What a fork proof proves. */
export interface ProvenFork {
  readonly writer: Bytes;
  readonly seq: number;
}

/** What judging a block needs. */
export interface AuthoriseDeps {
  readonly primitives: Pick<Primitives, "verify">;
  /** `verifyForkProof` of @coterie/oplog with its primitives. Throws a CoterieError where the proof proves nothing. */
  readonly verifyForkProof: (input: { readonly proof: Uint8Array; readonly logTag: Uint8Array }) => ProvenFork;
  readonly facts: ControlFacts;
  /** 32 bytes. */
  readonly logId: Bytes;
}

/** What was found out about a block. */
export interface Authorisation extends Authorship {
  readonly authorised: readonly boolean[];
  /** Whether an authorised operation needs an admin. */
  readonly needsAdmin: boolean;
  /** By place of the operation. */
  readonly forks: ReadonlyMap<number, ProvenFork>;
}

type Right = "admin" | "own" | "none";

/** Who wrote a block, and which of its operations count. `membership` is M of the block. */
export function authorise(
  deps: AuthoriseDeps,
  { block, membership }: { readonly block: ControlBlock; readonly membership: Membership },
): Authorisation {
  const found = findAuthor(deps, { block, membership });
  const authorisedNone = block.operations.map(() => false);
  if (found === undefined) return { ...noAuthor, authorised: authorisedNone };
  const { author, certificate, admitters } = found;
  // Whose it is counts all the same: what is written above decided caps is left alone for good, and what is not is followed.
  if (block.isVoidByItself === true)
    return { ...noAuthor, author: author.index, certificate, admitters, authorised: authorisedNone };
  const forks = new Map<number, ProvenFork>();
  const rights = block.operations.map((operation, index) => {
    if (operation.kind === "add-writer") return index === 0 && found.certifiesItself ? "own" : "none";
    if (operation.kind !== "fork") return rightTo(deps, { operation, author, membership, by: block.writer });
    const fork = provenFork(deps, operation.proof);
    if (fork === undefined || isStopped(deps, { ...fork, by: block.writer, membership })) return "none";
    forks.set(index, fork);
    return "own";
  });
  const authorised = rights.map((right) => right === "own" || (right === "admin" && author.role === "admin"));
  const needsAdmin = rights.some((right, index) => right === "admin" && authorised[index] === true);
  const isKnown = ({ control }: Place): boolean => deps.facts.isIn(control, membership.set);
  const powers = needsAdmin ? deps.facts.member(author.index).powers.filter(isKnown) : [];
  return {
    author: author.index,
    certificate,
    admitters,
    powers,
    seniority: author.admission,
    authorised,
    needsAdmin,
    forks,
  };
}

const noAuthor: Omit<Authorisation, "authorised"> = {
  author: nobody,
  certificate: genesisId,
  admitters: [],
  powers: [],
  seniority: genesisPlace,
  needsAdmin: false,
  forks: new Map(),
};

interface FoundAuthor extends Pick<Authorship, "certificate" | "admitters"> {
  readonly author: Member;
  readonly certifiesItself: boolean;
}

interface BlockAndMembership {
  readonly block: ControlBlock;
  readonly membership: Membership;
}

function findAuthor(deps: AuthoriseDeps, { block, membership }: BlockAndMembership): FoundAuthor | undefined {
  const { facts } = deps;
  const [first] = block.operations;
  const writer = facts.writerKeys.find(block.writer);
  const claim = writer === undefined ? undefined : facts.claimIn(membership.set, writer);
  if (claim !== undefined) {
    const author = membership.findAuthor(block.writer, block.seq);
    if (author === undefined) return undefined;
    return { author, certificate: claim.certificate, admitters: [], certifiesItself: false };
  }
  if (block.seq !== 0 || first?.kind !== "add-writer" || !equalBytes(first.writer, block.writer)) return undefined;
  const author = membership.find(first.identity);
  if (author === undefined || !isCertified(deps, first)) return undefined;
  const admitters = facts.member(author.index).adds.filter(({ control }) => facts.isIn(control, membership.set));
  return { author, certificate: facts.records.length, admitters, certifiesItself: true };
}

/** Whether an operation is its author's own affair, an admin's, or nobody's. */
function rightTo(
  deps: AuthoriseDeps,
  { operation, author, membership, by }: { operation: Operation; author: Member; membership: Membership; by: Bytes },
): Right {
  switch (operation.kind) {
    case "add":
      return membership.isSure(operation.identity) ? "none" : "admin";
    case "remove":
      if (membership.find(operation.identity) === undefined) return "none";
      return equalBytes(operation.identity, author.identity) ? "own" : "admin";
    case "role":
      return membership.find(operation.identity) === undefined ? "none" : "admin";
    case "revoke-writer":
      if (isStopped(deps, { writer: operation.cap.writer, seq: undefined, by, membership })) return "none";
      return isOwnWriter(deps, { writer: operation.cap.writer, author, membership }) ? "own" : "admin";
    case "update-key":
      return equalBytes(operation.identity, author.identity) && isOwnKey(deps, operation) ? "own" : "none";
    case "set-indexers":
      return "admin";
    case "rotate":
    case "grant":
    // Whose votes count is a matter of the era that they are for (§8.2).
    case "vote":
      return "own";
    case "add-writer":
    case "fork":
      return "none";
  }
}

function isOwnWriter(
  { facts }: AuthoriseDeps,
  { writer, author, membership }: { writer: Bytes; author: Member; membership: Membership },
): boolean {
  const index = facts.writerKeys.find(writer);
  return index !== undefined && facts.claimIn(membership.set, index)?.member === author.index;
}

/**
 * Whether a revocation (no `seq`) or a fork adds nothing, whatever of what is not decided comes to be void: the same hand wrote one before, and
 * what cuts that off cuts this one off too, or one is decided. Else anybody could make restrictions without end.
 */
function isStopped(
  { facts }: AuthoriseDeps,
  { by, writer, seq, membership }: { by: Bytes; writer: Bytes; seq: number | undefined; membership: Membership },
): boolean {
  const index = facts.writerKeys.find(writer);
  const hand = facts.writerKeys.find(by);
  if (index === undefined) return false;
  return facts.writer(index).restrictions.some((restriction) => {
    const isOfKind =
      seq === undefined ? restriction.kind === "revoke" : restriction.kind === "fork" && restriction.seq <= seq;
    // Of an admin who was demoted since and is one again, an earlier one may not hold: then this one is needed.
    const isByThisHand = facts.record(restriction.control).writer === hand && membership.holds(restriction);
    const isLasting = isByThisHand || membership.isDecided(restriction);
    return isOfKind && isLasting && facts.isIn(restriction.control, membership.set);
  });
}

function isCertified(
  { primitives, logId }: AuthoriseDeps,
  { identity, writer, signature }: AddWriterOperation,
): boolean {
  return primitives.verify(identity, writerMessage(logId, writer), signature);
}

function isOwnKey({ primitives, logId }: AuthoriseDeps, operation: UpdateKeyOperation): boolean {
  return primitives.verify(operation.identity, keyMessage(logId, operation), operation.signature);
}

function provenFork({ verifyForkProof, logId }: AuthoriseDeps, proof: Bytes): ProvenFork | undefined {
  try {
    return verifyForkProof({ proof, logTag: logId.subarray(0, 16) });
  } catch (error) {
    if (error instanceof CoterieError) return undefined;
    throw error;
  }
}

/** What an identity signs to certify a writer. */
export function writerMessage(logId: Uint8Array, writer: Uint8Array): Bytes {
  return concatBytes(roomLabels.writer, logId, writer);
}

/** What an identity signs to replace its sealing key. */
export function keyMessage(
  logId: Uint8Array,
  { version, sealingKey }: Pick<UpdateKeyOperation, "version" | "sealingKey">,
): Bytes {
  const encodedVersion = new Uint8Array(4);
  new DataView(encodedVersion.buffer).setUint32(0, version);
  return concatBytes(roomLabels.key, logId, encodedVersion, sealingKey);
}
