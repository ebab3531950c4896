/** What the model and the product say, in a form in which it can be compared. */
import type { WriterView, WriteRuleDeps } from "@coterie/room";
import { type Block, type Grant, type Level, nothing, type Rotate } from "../src/rooms/blocks.ts";
import { grantsOf, type Knowledge, rotateOf } from "../src/rooms/epochs.ts";
import { levelNames, textOf } from "./rooms-product-names.ts";
import type { ProductBlock } from "./rooms-product.ts";

/** The places of what changes membership; rotations, grants and votes are anybody's. */
export function rightsOf(block: Block, { authorised }: ProductBlock): number[] {
  const isAnybodys = (kind: string | undefined): boolean => kind === "rotate" || kind === "grant" || kind === "vote";
  return authorised.flatMap((isAuthorised, index) =>
    isAuthorised && !isAnybodys(block.operations[index]?.kind) ? [index] : [],
  );
}

export function distinct(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}

function levelName(level: Level): string {
  return level === nothing ? "nothing" : levelNames[level];
}

/** What a block of the model did about epochs. */
export function planOf(block: Block): string[] {
  const grants = grantsOf(block).map(
    ({ epoch, identity, level, keyVersion }: Grant) =>
      `grant ${epoch} to ${identity} ${levelName(level)} ${identity} key ${keyVersion}`,
  );
  const rotate: Rotate | undefined = rotateOf(block);
  if (rotate === undefined) return [`in ${block.epoch}`, ...grants.sort()];
  const recipients = [...rotate.recipients].map(
    ([identity, { level, keyVersion }]) => `to ${identity} ${levelName(level)} ${identity} key ${keyVersion}`,
  );
  const wraps = [...rotate.wraps.keys()].map((epoch) => `wraps ${epoch}`);
  return [`in ${block.epoch}`, ...recipients.sort(), ...wraps.sort(), ...grants.sort()];
}

export function heldOf(known: Knowledge): WriterView["held"] {
  return {
    revision: 0,
    findLevel: (epochId) => {
      const level = known.get(textOf(epochId)) ?? nothing;
      return level === nothing ? undefined : levelNames[level];
    },
  };
}

export const allTrue: WriteRuleDeps["truth"] = { begin: () => undefined, isTrue: () => true, hasMore: false };
