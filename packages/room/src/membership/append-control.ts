/** Taking up an authorised control block into the facts of a room. */
import type { Bytes } from "@coterie/bytes";
import type { Authorisation } from "./authorise.ts";
import { type ControlBlock, type ControlRecord, nobody, type Place, type Restriction } from "./control-record.ts";
import type { ControlFacts } from "./control-facts.ts";
import type { Membership } from "./membership.ts";
import type { Operation, WriterCap } from "./operation.ts";

/** A control block that was looked at by M of itself. */
export interface JudgedBlock {
  readonly block: ControlBlock;
  readonly membership: Membership;
  readonly authorisation: Authorisation;
}

/** Adds the block; gives its number. */
export function appendControl(facts: ControlFacts, judged: JudgedBlock): number {
  const { block, authorisation } = judged;
  const id = facts.records.length;
  const { lamport, hash, seq, pastSet, operations, isVoidByItself = false } = block;
  const writer = facts.writerKeys.add(block.writer);
  const record = { ...authorisation, id, lamport, hash, writer, seq, past: pastSet, operations, isVoidByItself };
  facts.records.push(record);
  facts.writer(writer).controls.push(id);
  if (record.author === nobody || isVoidByItself) return id;
  for (const [index, operation] of operations.entries()) {
    if (record.authorised[index] === true) appendOperation(facts, { judged, record, index, operation });
  }
  return id;
}

interface PlacedOperation<Kind extends Operation = Operation> {
  readonly judged: JudgedBlock;
  readonly record: ControlRecord;
  readonly index: number;
  readonly operation: Kind;
}

function appendOperation(facts: ControlFacts, placed: PlacedOperation): void {
  const { record, operation } = placed;
  const place = placeOf(placed);
  switch (operation.kind) {
    case "add": {
      const member = facts.member(facts.identities.add(operation.identity));
      const { sealingKey, role, history } = operation;
      member.adds.push({ ...place, sealingKey, history });
      if (role === "admin") member.powers.push(place);
      if (history !== "all") facts.otherTriggerSet = facts.sets.with(facts.otherTriggerSet, record.id);
      break;
    }
    case "role":
      if (operation.role === "admin") facts.member(facts.identities.add(operation.identity)).powers.push(place);
      else appendRestriction(facts, { ...about(facts, placed, operation), kind: "demote" });
      break;
    case "remove":
      appendRestriction(facts, { ...about(facts, placed, operation), kind: "remove" });
      break;
    case "revoke-writer":
      appendRestriction(facts, revocation(facts, { ...placed, operation }));
      break;
    case "fork":
      appendFork(facts, placed);
      break;
    case "add-writer":
      facts.member(record.author).writers.push({ writer: record.writer, place });
      facts.writer(record.writer).claims.push({ member: record.author, place });
      break;
    case "update-key": {
      const { sealingKey, version } = operation;
      facts.member(record.author).keys.push({ ...place, sealingKey, version });
      facts.otherTriggerSet = facts.sets.with(facts.otherTriggerSet, record.id);
      break;
    }
    case "set-indexers":
      facts.indexerLists.push({ ...place, writers: operation.writers });
      break;
    case "rotate":
    case "grant":
    case "vote":
      break;
  }
}

function placeOf({ record: { id, lamport, hash }, index }: PlacedOperation): Place {
  return { control: id, index, lamport, hash };
}

type RestrictionDraft = Omit<Restriction, "id">;

function appendRestriction(facts: ControlFacts, draft: RestrictionDraft): void {
  const restriction = { ...draft, id: facts.restrictions.length };
  facts.restrictions.push(restriction);
  if (restriction.writer !== nobody) facts.writer(restriction.writer).restrictions.push(restriction);
  const before = facts.restrictionsByControl.get(draft.control) ?? [];
  facts.restrictionsByControl.set(draft.control, [...before, restriction]);
  facts.restrictionSet = facts.sets.with(facts.restrictionSet, draft.control);
}

/** What every restriction has in common; nothing of it is about anybody yet. */
function draftOf(
  facts: ControlFacts,
  placed: PlacedOperation,
  caps: readonly WriterCap[],
): Omit<RestrictionDraft, "kind"> {
  const { author, seniority } = placed.record;
  return {
    ...placeOf(placed),
    author,
    seniority,
    needsAdmin: true,
    target: nobody,
    targetSeniority: undefined,
    writer: nobody,
    seq: 0,
    caps: new Map(caps.map((cap) => [facts.writerKeys.add(cap.writer), cap])),
  };
}

/** Of removals and demotions. */
function about(
  facts: ControlFacts,
  placed: PlacedOperation,
  {
    kind,
    identity,
    caps,
  }: { readonly kind: "remove" | "role"; readonly identity: Bytes; readonly caps: readonly WriterCap[] },
): Omit<RestrictionDraft, "kind"> {
  const target = facts.identities.add(identity);
  const targetSeniority = placed.judged.membership.memberAt(target)?.admission;
  const needsAdmin = kind === "role" || target !== placed.record.author;
  return { ...draftOf(facts, placed, caps), target, targetSeniority, needsAdmin };
}

function revocation(
  facts: ControlFacts,
  placed: PlacedOperation<Extract<Operation, { kind: "revoke-writer" }>>,
): RestrictionDraft {
  const { cap } = placed.operation;
  const writer = facts.writerKeys.add(cap.writer);
  const isOwn = facts.claimIn(placed.judged.membership.set, writer)?.member === placed.record.author;
  return { ...draftOf(facts, placed, [cap]), kind: "revoke", writer, needsAdmin: !isOwn };
}

function appendFork(facts: ControlFacts, placed: PlacedOperation): void {
  const fork = placed.judged.authorisation.forks.get(placed.index);
  if (fork === undefined) return;
  const writer = facts.writerKeys.add(fork.writer);
  appendRestriction(facts, { ...draftOf(facts, placed, []), kind: "fork", writer, seq: fork.seq, needsAdmin: false });
}
