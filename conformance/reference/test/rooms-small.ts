/**
 * Everything that can happen in a small room in a few steps. A step: somebody hears what some others have heard, then writes a block with
 * one operation by the rules. After every such history all meet and write on, and keys are checked. Histories that come to the same
 * blocks and the same hearing are looked at once; hashes follow from what blocks say.
 */
import { type Block, capsIn, type Operation } from "../src/rooms/blocks.ts";
import { hasUnsafeEpoch } from "../src/rooms/epochs.ts";
import { Peer } from "../src/rooms/peer.ts";
import { Room } from "../src/rooms/room.ts";
import { type Rules, theRules } from "../src/rooms/rules.ts";
import { shouldAcknowledge } from "../src/rooms/acknowledging.ts";
import { builtOn, excessIn, leaksIn, missingIn, strangersIn, theftsIn } from "./rooms-checks.ts";
import { hasQuorum, openIn } from "./rooms-liveness.ts";
import { add } from "./rooms-scene.ts";

type Deed = readonly ["write"] | readonly ["update"] | readonly ["add" | "invite" | "remove" | "demote", string];

interface Step {
  readonly who: string;
  readonly hears: readonly string[];
  readonly does: Deed;
}

export interface SmallRooms {
  states: number;
  faults: string[];
}

export interface SmallChoice {
  readonly steps: number;
  readonly rules?: Partial<Rules>;
  /** Those who take steps; all but the founder, who comes first, are admins that were added by it. */
  readonly writers: readonly string[];
  /** Members who only listen at first. */
  readonly listeners?: readonly string[];
  /** Who may be added. */
  readonly others: readonly string[];
  /** How many of those who take steps are indexers; if several, all of them have written before. */
  readonly indexers?: number;
  /** Whether to stop at the first fault. */
  readonly stops?: boolean;
}

export function trySmallRooms(choice: SmallChoice): SmallRooms {
  const result: SmallRooms = { states: 0, faults: [] };
  let layer: Step[][] = [[]];
  for (let depth = 0; depth <= choice.steps; depth++) {
    const seen = new Map<string, Step[]>();
    for (const steps of layer) {
      const small = new SmallRoom(choice);
      if (!steps.every((step) => small.take(step))) continue;
      const key = small.key();
      if (seen.has(key)) continue;
      seen.set(key, steps);
      result.states++;
      const fault = small.close();
      if (fault === undefined) continue;
      result.faults.push(`${fault}: ${JSON.stringify(steps)}`);
      if (choice.stops === true) return result;
    }
    layer = [...seen.values()].flatMap((steps) => stepsIn(choice).map((step) => [...steps, step]));
  }
  return result;
}

function stepsIn({ writers, listeners = [], others }: SmallChoice): Step[] {
  const targets = [...writers, ...listeners];
  return writers.flatMap((who) => {
    const deeds: Deed[] = [["write"], ["update"]];
    for (const one of others) deeds.push(["add", one], ["invite", one]);
    for (const one of targets) if (one !== who) deeds.push(["remove", one]);
    for (const one of writers) if (one !== who) deeds.push(["demote", one]);
    const near = writers.filter((one) => one !== who);
    const hearings = near.reduce<string[][]>((all, one) => all.flatMap((some) => [some, [...some, one]]), [[]]);
    return hearings.flatMap((hears) => deeds.map((does) => ({ who, hears, does })));
  });
}

class SmallRoom {
  readonly #room: Room;
  readonly #peers = new Map<string, Peer>();
  readonly #blocks = new Set<Block>();
  readonly #indexers: number;

  constructor({ writers, listeners = [], others, rules, indexers = 1 }: SmallChoice) {
    this.#indexers = indexers;
    const [founder = ""] = writers;
    const genesis = { founder, writer: `${founder}.0`, mode: "majority", interval: 1000 } as const;
    this.#room = new Room(genesis, { ...theRules, ...rules }, hasUnsafeEpoch);
    for (const one of [...writers, ...listeners, ...others])
      this.#peers.set(one, new Peer(this.#room, one, `${one}.0`));
    const admins = writers.slice(1).map((one) => add(one, { role: "admin" }));
    this.#write(this.#peer(founder), [...admins, ...listeners.map((one) => add(one))]);
    this.#tellAll();
    if (indexers > 1) this.#nameIndexers(writers);
  }

  #tellAll(): void {
    for (const peer of this.#peers.values()) peer.receive(this.#blocks);
  }

  #nameIndexers(writers: readonly string[]): void {
    for (const one of writers.slice(1)) this.#write(this.#peer(one), []);
    this.#tellAll();
    const [founder = ""] = writers;
    const list = writers.slice(0, this.#indexers).map((one) => `${one}.0`);
    this.#write(this.#peer(founder), [{ kind: "set indexers", writers: list }]);
    this.#settle();
  }

  /** Acknowledgements until there is silence. */
  #settle(): void {
    for (let isSilent = false; !isSilent; ) {
      this.#tellAll();
      isSilent = true;
      for (const peer of this.#peers.values()) {
        const at = peer.position();
        const { room, applied, writer } = peer;
        if (at === undefined || !shouldAcknowledge(room, applied, { writer, at })) continue;
        this.#write(peer, [], { hasContent: false });
        isSilent = false;
      }
    }
  }

  #peer(identity: string): Peer {
    const peer = this.#peers.get(identity);
    if (peer === undefined) throw new Error(`${identity} is not in this room`);
    return peer;
  }

  /** Whether the step can be taken, and has been. */
  take({ who, hears, does }: Step): boolean {
    const peer = this.#peer(who);
    for (const one of hears) peer.receive(this.#peer(one).received);
    const at = peer.position();
    if (at === undefined) return false;
    const [kind, target = ""] = does;
    const isAdmin = (at.state.members.get(who)?.powers.length ?? 0) > 0;
    if (kind === "write" || kind === "update") {
      const version = at.state.newestKeyOf(who) + 1;
      this.#write(peer, kind === "write" ? [] : [{ kind: "update key", identity: who, version }]);
      return true;
    }
    const isThere = at.state.members.has(target);
    if (!isAdmin || (kind === "add" || kind === "invite" ? at.state.sure.has(target) : !isThere)) return false;
    this.#write(peer, [operationOf(kind, target, capsIn(at.past, target))]);
    return true;
  }

  #write(peer: Peer, operations: readonly Operation[], { hasContent = true } = {}): void {
    const past = peer.position()?.past ?? new Set();
    const name = hashOf([
      peer.writer,
      JSON.stringify(operations, withoutCaps),
      ...[...past].map((one) => one.name).sort(),
    ]);
    this.#blocks.add(peer.write(name, { operations, hasContent }));
  }

  key(): string {
    const heard = [...this.#peers.values()].map(({ received }) =>
      [...received]
        .map(({ name }) => name)
        .sort()
        .join(),
    );
    return heard.join("|");
  }

  /** All meet and write on until nobody needs to; what is wrong then. */
  close(): string | undefined {
    const peers = [...this.#peers.values()];
    const history = { room: this.#room, peers, blocks: this.#blocks };
    for (let round = 0; round < 3; round++) {
      this.#tellAll();
      if (this.#indexers > 1) this.#settle();
      for (const peer of peers) if (peer.position() !== undefined) this.#write(peer, []);
    }
    this.#tellAll();
    if (this.#indexers > 1) this.#settle();
    if (this.#indexers > 1 && hasQuorum(history)) {
      const [open] = openIn(history);
      if (open !== undefined) return open;
    }
    const [leak] = leaksIn(history);
    if (leak !== undefined) return `${leak.who} reads ${leak.block}`;
    const [stranger] = strangersIn(history);
    return theftsIn(history)[0] ?? excessIn(history)[0] ?? stranger ?? missingIn(history, builtOn(history))[0];
  }
}

function operationOf(
  kind: "add" | "invite" | "remove" | "demote",
  identity: string,
  caps: Map<string, Block>,
): Operation {
  switch (kind) {
    case "add":
      return add(identity);
    case "invite":
      return add(identity, { history: "since join" });
    case "remove":
      return { kind: "remove", identity, caps };
    case "demote":
      return { kind: "role", identity, role: "member", caps };
  }
}

function withoutCaps(name: string, value: unknown): unknown {
  return name === "caps" ? undefined : value;
}

/** Looks like chance, and is the same for the same (FNV-1a). */
function hashOf(parts: readonly string[]): string {
  let hash = 0x811c9dc5;
  for (const character of parts.join("\n")) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  let mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39) >>> 0;
  return `${mixed.toString(36).padStart(7, "0")}${hash.toString(36).padStart(7, "0")}`;
}
