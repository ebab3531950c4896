/**
 * State that is longer than a storage takes at once (docs/protocol/rooms.md §9): views, the control record and the keyring grow with the room, and
 * with whatever somebody hostile writes into it.
 */
import { type Ciphertext, concatBytes } from "@coterie/bytes";
import type { LogStore, StateChanges } from "@coterie/oplog";
import { roomLimits } from "../limits.ts";

/**
 * The same store, but for long values: pieces of one length, and a last one that is shorter, under names of their own. Pieces behind the last one are
 * of a longer value that was there before, and are never read.
 */
export function withLongState(store: LogStore): LogStore {
  return {
    ...store,
    load: async (key) => {
      const pieces: Ciphertext<"state">[] = [];
      for (;;) {
        const piece = await store.load(nameOf(key, pieces.length));
        if (piece === undefined && pieces.length === 0) return undefined;
        if (piece !== undefined) pieces.push(piece);
        // brand: as it was before it was cut
        if (piece?.length !== roomLimits.statePieceBytes) return concatBytes(...pieces) as Ciphertext<"state">;
      }
    },
    save: async (changes) => await store.save(new Map(cut(changes))),
  };
}

function* cut(changes: StateChanges): Generator<readonly [string, Ciphertext<"state"> | undefined]> {
  const { statePieceBytes } = roomLimits;
  for (const [key, value] of changes) {
    if (value === undefined || value.length < statePieceBytes) {
      yield [key, value];
      continue;
    }
    for (let number = 0; number * statePieceBytes <= value.length; number++) {
      const piece = value.subarray(number * statePieceBytes, (number + 1) * statePieceBytes);
      // brand: a part of it
      yield [nameOf(key, number), piece as Ciphertext<"state">];
    }
  }
}

function nameOf(key: string, number: number): string {
  return number === 0 ? key : `piece/${number}/${key}`;
}
