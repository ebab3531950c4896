/** When an indexer acknowledges: the end of docs/protocol/rooms.md §4.2. */
import type { Block } from "./blocks.ts";
import { isCounted, roundAfter, roundOf } from "./order.ts";
import type { Position } from "./position.ts";
import type { Room } from "./room.ts";

export interface Acknowledger {
  readonly writer: string;
  readonly at: Position;
  /** Whether votes ask for acknowledgements like everything else, which never ends. */
  readonly votesAsk?: boolean;
}

/** Whether something is not final that should become so, and the next block would be of a later round than the last. */
export function shouldAcknowledge(room: Room, blocks: ReadonlySet<Block>, acknowledger: Acknowledger): boolean {
  const { writer, at, votesAsk = false } = acknowledger;
  const commits = room.commitsIn(blocks);
  const era = room.eraAfter(commits.length);
  if (!era.indexers.includes(writer)) return false;
  const final = new Set(commits.flatMap(({ segment }) => segment));
  const { standOf } = room.state(blocks, commits.length);
  const asks = ({ hasContent, operations }: Block): boolean =>
    hasContent || operations.some(({ kind }) => votesAsk || kind !== "vote");
  const isOpen = [...blocks].some((block) => !final.has(block) && asks(block) && standOf(block) !== "void");
  const own = [...blocks].filter((block) => block.writer === writer && isCounted(era, block));
  const last = Math.max(-1, ...own.map((block) => roundOf(era, block)));
  return isOpen && roundAfter(era, at.past) > last;
}
