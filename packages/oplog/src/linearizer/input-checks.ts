/** Refuses what no host should ask the linearizer for. */
import { InvalidLinearizerInputError } from "../errors.ts";
import { none } from "./era.ts";
import type { LinearizerInput } from "./linearizer-interface.ts";

/** @throws InvalidLinearizerInputError */
export function checkInput({ dag, indexers, checkpointInterval, start }: LinearizerInput): void {
  check(
    isCount(checkpointInterval) && checkpointInterval > 0,
    "an interval between checkpoints is a whole number from 1",
  );
  checkIndexers(start?.indexers ?? indexers);
  if (start === undefined) return;
  check(isCount(start.era) && isCount(start.position) && isCount(start.commits), "an era starts at whole numbers");
  check(start.orderHash.length === 32, "an order hash has 32 bytes");
  check(start.anchor === none || (isCount(start.anchor) && start.anchor < dag.size), "the anchor is not in the Dag");
}

/** @throws InvalidLinearizerInputError */
export function checkIndexers(indexers: readonly number[]): readonly number[] {
  check(indexers.length > 0, "there must be an indexer");
  check(indexers.every(isCount), "indexers are dense numbers of writers");
  check(new Set(indexers).size === indexers.length, "an indexer is listed twice");
  return indexers;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function check(holds: boolean, message: string): void {
  if (!holds) throw new InvalidLinearizerInputError(message);
}
