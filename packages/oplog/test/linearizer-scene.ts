/** Graphs drawn by hand, and rooms whose peers take turns. */
import { nodePrimitives } from "@coterie/primitives/node";
import { createLinearizer, type EraStart, type FinalityMode, type Linearizer } from "../src/index.ts";
import { Dice, TestDag, type TestBlock } from "./linearizer-dag.ts";
import { evaluate, Peer } from "./linearizer-peers.ts";

const alphabet = "abcdefghij";

/** Writers by their letters: "ac" is [0, 2]. */
export function writersOf(letters: string): number[] {
  return [...letters].map((letter) => alphabet.indexOf(letter));
}

/** A pencil: `draw("b1", a0, c0)` follows b's last block and these. Blocks of one lamport are ordered by their names. */
export function createPencil(): (name: string, ...links: (TestBlock | { readonly indexers: string })[]) => TestBlock {
  const last = new Map<string, TestBlock>();
  return (name, ...links) => {
    const letter = name.slice(0, 1);
    const previous = last.get(letter);
    const linked = links.filter((link) => "name" in link);
    const parents = [...new Set(previous === undefined ? linked : [previous, ...linked])];
    const indexers = links.find((link) => !("name" in link))?.indexers;
    const drawn = {
      name,
      writer: alphabet.indexOf(letter),
      seq: previous === undefined ? 0 : previous.seq + 1,
      parents,
      lamport: 1 + Math.max(-1, ...parents.map(({ lamport }) => lamport)),
      hash: Uint8Array.from({ length: 32 }, (_, at) => name.codePointAt(at) ?? 0),
      isValue: true,
      ...(typeof indexers === "string" ? { indexers: writersOf(indexers) } : {}),
    };
    // A name with a stroke ("b1'") is on a branch of its own: what comes next goes on where the branch began.
    if (!name.endsWith("'")) last.set(letter, drawn);
    return drawn;
  };
}

export interface DrawnRoom {
  readonly indexers: string;
  readonly mode?: FinalityMode;
  readonly interval?: number;
}

/** What one peer makes of drawn blocks, in the order in which they are given. */
export interface Reading {
  readonly linearizer: Linearizer;
  readonly dag: TestDag;
  /** Names in the final order. */
  readonly final: string[];
  readonly tail: string[];
  /** Names of the leaders that committed, with a stroke after those that ended an era. */
  readonly leaders: string[];
}

export function read(room: DrawnRoom, blocks: readonly TestBlock[], start?: EraStart): Reading {
  const dag = new TestDag();
  const { mode = "majority", interval = 1_000 } = room;
  let indexers: readonly number[] = start?.indexers ?? writersOf(room.indexers);
  const linearizer = createLinearizer(nodePrimitives, { dag, mode, indexers, checkpointInterval: interval, start });
  for (const block of blocks) linearizer.add(dag.add(block));
  const segments = linearizer.advance((commit) => (indexers = evaluate(dag, commit.blocks, indexers)));
  const name = (block: number): string => dag.block(block).name;
  return {
    linearizer,
    dag,
    final: Array.from({ length: linearizer.position }, (_, position) => name(linearizer.at(position))),
    tail: linearizer.tail().map(name),
    leaders: segments.map(({ leader, endsEra }) => name(leader) + (endsEra ? "|" : "")),
  };
}

/** Peers of a room without partitions. */
export class Room {
  readonly peers: readonly Peer[];

  constructor(room: DrawnRoom, writers = room.indexers) {
    const { mode = "majority", interval = 1_000 } = room;
    const rules = { mode, interval, indexers: writersOf(room.indexers), create: createLinearizer };
    const dice = new Dice(writers.length);
    this.peers = writersOf(writers).map((writer) => new Peer(dice, rules, writer));
  }

  peer(letter: string): Peer {
    const found = this.peers.find(({ writer }) => writer === alphabet.indexOf(letter));
    if (found === undefined) throw new Error("no such peer");
    return found;
  }

  /** These exchange all that they know. */
  exchange(letters: string): void {
    const peers = [...letters].map((letter) => this.peer(letter));
    for (const to of peers) for (const from of peers) to.receive(from.dag.blocks);
    for (const peer of peers) peer.advance();
  }

  /** These exchange, then all who are due acknowledge at once; again until nobody is. The number of rounds; -1 after 100. */
  settle(letters: string): number {
    for (let rounds = 0; rounds < 100; rounds++) {
      this.exchange(letters);
      const due = [...letters].map((letter) => this.peer(letter)).filter((peer) => peer.isAckDue());
      if (due.length === 0) return rounds;
      for (const peer of due) peer.write({ isValue: false });
    }
    return -1;
  }

  /** These take turns: each hears all, and acknowledges if due. The number of times around until silence; -1 after 100. */
  takeTurns(letters: string): number {
    for (let turns = 0; turns < 100; turns++) {
      let isSilent = true;
      for (const letter of letters) {
        this.exchange(letters);
        if (!this.peer(letter).isAckDue()) continue;
        this.peer(letter).write({ isValue: false });
        isSilent = false;
      }
      if (isSilent) return turns;
    }
    return -1;
  }
}
