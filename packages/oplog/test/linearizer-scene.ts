/** Graphs drawn by hand, and rooms whose peers take turns. */
import { nodePrimitives } from "@coterie/primitives/node";
import { expect } from "vitest";
import { createLinearizer, type EraStart, type FinalityMode, type Linearizer } from "../src/index.ts";
import { Dice, TestDag, type TestBlock } from "./linearizer-dag.ts";
import { evaluate, Peer } from "./linearizer-peers.ts";
import { linearizeByTheBook } from "./linearizer-twin.ts";

const alphabet = "abcdefghij";

/** Writers by their letters: "ac" is [0, 2]. */
export function writersOf(letters: string): number[] {
  return letters.split("").map((letter) => alphabet.indexOf(letter));
}

/**
 * A pencil: `draw("b1", a0, c0)` follows b's last block and these; `draw("b1'", b0, a0)` is on another branch of b and follows these alone.
 * Blocks of one lamport are ordered by their names.
 */
export function createPencil(): (name: string, ...links: (TestBlock | { readonly indexers: string })[]) => TestBlock {
  const last = new Map<string, TestBlock>();
  return (name, ...links) => {
    const letter = name.slice(0, 1);
    const writer = alphabet.indexOf(letter);
    const linked = links.filter((link) => "name" in link);
    const isBranch = name.endsWith("'");
    const previous = isBranch ? linked.find((link) => link.writer === writer) : last.get(letter);
    const parents = [...new Set(previous === undefined ? linked : [previous, ...linked])];
    const indexers = links.find((link) => !("name" in link))?.indexers;
    const drawn = {
      name,
      writer,
      seq: previous === undefined ? 0 : previous.seq + 1,
      parents,
      lamport: 1 + Math.max(-1, ...parents.map(({ lamport }) => lamport)),
      hash: Uint8Array.from({ length: 32 }, (_, at) => name.codePointAt(at) ?? 0),
      isValue: true,
      ...(typeof indexers === "string" ? { indexers: writersOf(indexers) } : {}),
    };
    if (!isBranch) last.set(letter, drawn);
    return drawn;
  };
}

export interface DrawnRoom {
  readonly indexers: string;
  readonly mode?: FinalityMode;
  readonly interval?: number;
  /** More indexers lie than the mode bears. */
  readonly isSplit?: boolean;
}

export interface Reading {
  readonly linearizer: Linearizer;
  readonly dag: TestDag;
  /** Names in the final order. */
  readonly final: string[];
  readonly tail: string[];
  /** Names of the leaders that committed, with a stroke after those that ended an era. */
  readonly leaders: string[];
}

/** What a linearizer makes of these blocks; without a start, and unless liars split the room, it must be what its twin makes of them. */
export function read(room: DrawnRoom, blocks: readonly TestBlock[], start?: EraStart): Reading {
  const dag = new TestDag();
  const { mode = "majority", interval = 1_000 } = room;
  let indexers: readonly number[] = start?.indexers ?? writersOf(room.indexers);
  const expected = linearizeByTheBook({ blocks, mode, interval, indexers, first: "latest" });
  for (const block of blocks) dag.add(block);
  const linearizer = createLinearizer(nodePrimitives, { dag, mode, indexers, checkpointInterval: interval, start });
  for (const [block] of blocks.entries()) linearizer.add(block);
  const segments = linearizer.advance((commit) => (indexers = evaluate(dag, commit.blocks, indexers)));
  const name = (block: number): string => dag.block(block).name;
  const reading = {
    linearizer,
    dag,
    final: start === undefined ? finalOf(linearizer).map(name) : [],
    tail: linearizer.tail().map(name),
    leaders: segments.map(({ leader, endsEra }) => name(leader) + (endsEra ? "|" : "")),
  };
  if (start === undefined && room.isSplit !== true) {
    expect(reading.final).toEqual(expected.final.map((block) => block.name));
    expect(reading.tail).toEqual(expected.tail.map((block) => block.name));
  }
  return reading;
}

function finalOf(linearizer: Linearizer): number[] {
  return Array.from({ length: linearizer.position }, (_, position) => linearizer.at(position));
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
    const peers = letters.split("").map((letter) => this.peer(letter));
    for (const to of peers) for (const from of peers) to.receive(from.dag.blocks);
    for (const peer of peers) peer.advance();
  }

  /** These exchange, then all who are due acknowledge at once; again until nobody is. The number of rounds; -1 after 100. */
  settle(letters: string): number {
    for (let rounds = 0; rounds < 100; rounds++) {
      this.exchange(letters);
      const due = letters
        .split("")
        .map((letter) => this.peer(letter))
        .filter((peer) => peer.isAckDue());
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
