/** Small histories written by hand: who writes what, and who hears of it. */
import type { Genesis } from "../src/rooms/acts.ts";
import { type Block, capsIn, type Add, type Operation } from "../src/rooms/blocks.ts";
import { hasUnsafeEpoch } from "../src/rooms/epochs.ts";
import { Peer } from "../src/rooms/peer.ts";
import { Room } from "../src/rooms/room.ts";
import { type Rules, theRules } from "../src/rooms/rules.ts";

export function add(identity: string, more: Partial<Add> = {}): Add {
  return { kind: "add", identity, role: "member", history: "all", keyVersion: 0, ...more };
}

export class Scene {
  readonly room: Room;
  readonly peers: Peer[] = [];
  readonly blocks = new Set<Block>();
  readonly #byName = new Map<string, Peer>();
  #count = 0;

  /** The founder comes first, and is the only indexer. */
  constructor(people: readonly string[], rules: Partial<Rules> = {}, genesis: Partial<Genesis> = {}) {
    const [founder = "a"] = people;
    const whole: Genesis = { founder, writer: `${founder}.0`, mode: "majority", interval: 1000, ...genesis };
    this.room = new Room(whole, { ...theRules, ...rules }, hasUnsafeEpoch);
    for (const identity of people) {
      const peer = new Peer(this.room, identity, `${identity}.0`);
      this.peers.push(peer);
      this.#byName.set(identity, peer);
    }
  }

  peer(identity: string): Peer {
    const peer = this.#byName.get(identity);
    if (peer === undefined) throw new Error(`${identity} is not in this scene`);
    return peer;
  }

  /** Writes a block by the rules. */
  writes(identity: string, ...operations: readonly Operation[]): Block {
    return this.#write(identity, operations, true);
  }

  /** Writes a block with neither operations nor content, as indexers do. */
  acknowledges(identity: string): Block {
    return this.#write(identity, [], false);
  }

  /** Writes a vote for a checkpoint, and nothing else. */
  votes(identity: string): Block {
    return this.#write(identity, [{ kind: "vote" }], false);
  }

  #write(identity: string, operations: readonly Operation[], hasContent: boolean): Block {
    const name = `${String(this.#count++).padStart(2, "0")}${identity}`;
    const block = this.peer(identity).write(name, { operations, hasContent });
    this.blocks.add(block);
    return block;
  }

  /** A removal that accepts what its author has seen. */
  removal(identity: string, by: string): Operation {
    return { kind: "remove", identity, caps: capsIn(this.peer(by).applied, identity) };
  }

  demotion(identity: string, by: string): Operation {
    return { kind: "role", identity, role: "member", caps: capsIn(this.peer(by).applied, identity) };
  }

  /** Some hear all that another one has heard. */
  tell(from: string, ...to: readonly string[]): void {
    for (const identity of to) this.peer(identity).receive(this.peer(from).received);
  }

  tellAll(): void {
    for (const peer of this.peers) peer.receive(this.blocks);
  }

  /** A new device of somebody whose old writer is stopped. */
  renewWriter(identity: string): void {
    const peer = this.peer(identity);
    peer.writer = `${identity}.${Number(peer.writer.split(".")[1]) + 1}`;
    peer.last = undefined;
  }

  members(): string[] {
    const { members } = this.room.state(this.blocks, this.room.commitsIn(this.blocks).length);
    return [...members].map(([identity, { powers }]) => identity + (powers.length > 0 ? "*" : "")).sort();
  }

  sure(): string[] {
    return [...this.room.state(this.blocks, this.room.commitsIn(this.blocks).length).sure].sort();
  }
}
