/** Building a room's log from a checkpoint instead of from the genesis (docs/protocol/rooms.md §8.3). */
import { type Bytes, equalBytes } from "@coterie/bytes";
import { ByteReader, type Dag, type EraStart, MalformedBlockError } from "@coterie/oplog";
import type { Primitives } from "@coterie/primitives";
import type { CheckpointState } from "../checkpoint/checkpoint-state.ts";
import { type BlockContext, decodeContexts } from "../checkpoint/context.ts";
import { type ControlEntry, decodeControlEntries, encodeControlEntry } from "../checkpoint/control-list.ts";
import type { CertifiedCheckpoint } from "../checkpoint/era-chain.ts";
import { FinalRecord } from "../checkpoint/final-record.ts";
import type { Keyring } from "../epochs/keyring.ts";
import { MalformedRoomError } from "../errors.ts";
import type { Genesis } from "../membership/genesis.ts";
import type { ControlSets } from "../membership/control-sets.ts";
import type { RoomControls } from "./room-controls.ts";

/** A checkpoint to begin with: verified by the era chain, or this device's own. */
export interface CheckpointStart {
  readonly state: CheckpointState;
  /** Of the era that begins. */
  readonly indexers: readonly Bytes[];
  /** Of the era that ended: their votes may still come. Empty where `chain` proves the checkpoint already. */
  readonly voters: readonly Bytes[];
  /** What proves it, to be handed on; empty where it is not certified. */
  readonly chain: readonly CertifiedCheckpoint[];
}

/** What a log goes on with. */
export interface RestoredStart {
  readonly record: FinalRecord;
  /** The anchor's first. */
  readonly contexts: readonly BlockContext[];
  readonly eraStart: EraStart | undefined;
}

/** Who is known to have been an indexer before a checkpoint: their blocks that are not final may be what shows its commits. */
export function indexersBefore(
  { dag, genesis }: { readonly dag: Dag; readonly genesis: Genesis },
  { state: { commits }, voters, chain }: CheckpointStart,
): { readonly commits: number; readonly indexersBefore: readonly number[] } {
  const writers = [genesis.writer, ...voters, ...chain.slice(0, -1).flatMap(({ indexers }) => indexers)];
  return { commits, indexersBefore: writers.map((writer) => dag.numberWriter(writer)) };
}

/**
 * Restores control blocks with what was decided about them, and gives the rest to restore.
 * @throws MalformedRoomError where the state contradicts itself
 */
export function restoreStart(
  log: { readonly dag: Dag; readonly controls: RoomControls },
  {
    primitives,
    sets,
    keyring,
    start,
  }: {
    readonly primitives: Primitives;
    readonly sets: ControlSets;
    readonly keyring: Keyring;
    readonly start: CheckpointStart | undefined;
  },
): RestoredStart {
  if (start === undefined) return { record: new FinalRecord(primitives, { sets }), contexts: [], eraStart: undefined };
  const { state, indexers } = start;
  const record = new FinalRecord(primitives, { sets, position: state.position, chains: state.chains });
  try {
    restoreControls(log.controls, { entries: decodeControlEntries(primitives, state.control), state, record, keyring });
    const contexts = anchorFirst(decodeContexts(record.numbers, state.contexts), state.anchor);
    record.restoreContexts(contexts.inOrder);
    const { era, position, orderHash, commits } = state;
    const [anchor] = contexts.anchorFirst;
    if (anchor === undefined) throw new MalformedRoomError("a checkpoint without its anchor");
    const { hash, writer, seq, lamport } = anchor;
    const index = log.dag.add({ hash, writer, seq, lamport, commits: anchor.commits, parents: [] });
    const numbers = indexers.map((indexer) => log.dag.numberWriter(indexer));
    return {
      record,
      contexts: contexts.anchorFirst,
      eraStart: { era, anchor: index, indexers: numbers, position, orderHash, commits },
    };
  } catch (error) {
    if (error instanceof MalformedBlockError) throw new MalformedRoomError("a checkpoint's parts are cut off");
    throw error;
  }
}

function restoreControls(
  controls: RoomControls,
  {
    entries,
    state,
    record,
    keyring,
  }: {
    readonly entries: readonly ControlEntry[];
    readonly state: CheckpointState;
    readonly record: FinalRecord;
    readonly keyring: Keyring;
  },
): void {
  const { membershipLog } = controls;
  const { sets } = membershipLog;
  let set = sets.empty;
  for (const [i, entry] of entries.entries()) {
    const past = record.numbers.decode(new ByteReader(entry.past));
    const { hash, writer, seq, lamport, commits, epochId, operations, isVoidByItself, finalAt } = entry;
    const place = { block: undefined, hash, writer, seq, lamport, commits, epochId, past, operations };
    if (finalAt < 1 || finalAt > state.commits || finalAt <= membershipLog.commits)
      throw new MalformedRoomError("a checkpoint's control blocks are out of order");
    // Before the entries of a commit, since they may know of all commits before it.
    membershipLog.skipCommits(finalAt - 1);
    const control = controls.restore(place, isVoidByItself);
    record.restoreControl(encodeControlEntry(entry), control);
    for (const operation of operations)
      if (operation.kind === "rotate") keyring.addRotation({ epochId, lamport, wraps: operation.wraps });
    set = sets.with(set, control);
    if (entries[i + 1]?.finalAt === finalAt) continue;
    membershipLog.decide({ set, commit: finalAt - 1 });
  }
  membershipLog.skipCommits(state.commits);
}

function anchorFirst(
  inOrder: readonly BlockContext[],
  anchor: Bytes,
): { readonly inOrder: readonly BlockContext[]; readonly anchorFirst: readonly BlockContext[] } {
  const isAnchor = ({ hash }: BlockContext): boolean => equalBytes(hash, anchor);
  const found = inOrder.filter(isAnchor);
  return { inOrder, anchorFirst: [...found, ...inOrder.filter((context) => !isAnchor(context))] };
}
