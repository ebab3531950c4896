/** Differences between the model and the product over one history, in words. */
import { type Membership, type WritePlan, WriteRule } from "@coterie/room";
import { isControl } from "../src/rooms/acts.ts";
import { type Block, compareBlocks } from "../src/rooms/blocks.ts";
import { epochsIn, isSafe, type Knowledge, rotateOf, triggersIn } from "../src/rooms/epochs.ts";
import type { State } from "../src/rooms/membership.ts";
import type { Peer } from "../src/rooms/peer.ts";
import type { Room } from "../src/rooms/room.ts";
import { bytesOf, type ProductNames, textOf } from "./rooms-product-names.ts";
import { allTrue, distinct, heldOf, planOf, rightsOf } from "./rooms-product-texts.ts";
import { type ProductBlock, ProductRoom } from "./rooms-product.ts";

export interface TwinTally {
  histories: number;
  blocks: number;
  /** Blocks that some rule makes void. */
  void: number;
  restrictions: number;
  commits: number;
  /** Epochs whose safety was compared. */
  epochs: number;
  /** Plans of writers that were compared. */
  plans: number;
  differences: string[];
}

export function emptyTwinTally(): TwinTally {
  return { histories: 0, blocks: 0, void: 0, restrictions: 0, commits: 0, epochs: 0, plans: 0, differences: [] };
}

export interface TwinHistory {
  readonly room: Room;
  readonly peers: readonly Peer[];
  readonly blocks: ReadonlySet<Block>;
}

/**
 * The blocks that a reader who has every key would admit, in an order in which it may: what is malformed, and what builds on it, is left out,
 * and what names commits that are not shown waits.
 */
export function admissible({ room, blocks }: Pick<TwinHistory, "room" | "blocks">): Block[] {
  const admitted = new Set<Block>();
  for (let size = -1; size !== admitted.size; ) {
    size = admitted.size;
    for (const block of [...blocks].sort(compareBlocks)) {
      if (admitted.has(block) || ![...block.past].every((earlier) => admitted.has(earlier))) continue;
      const isBegun =
        room.rules.epoch === "none" || [block, ...block.past].some((one) => rotateOf(one)?.epoch === block.epoch);
      if (isBegun && block.commits <= room.commitsIn(admitted).length) admitted.add(block);
    }
  }
  return [...admitted];
}

export function compareWithProduct(history: TwinHistory, names: ProductNames, tally: TwinTally): string[] {
  const { room } = history;
  const hasKeys = room.rules.epoch !== "none";
  const product = new ProductRoom(names, { genesis: room.genesis, hasKeys });
  const blocks = admissible(history);
  const differences: string[] = [];
  const same = (what: string, model: unknown, theirs: unknown): void => {
    const [one, other] = [JSON.stringify(model), JSON.stringify(theirs)];
    if (one !== other) differences.push(`${what}: the model says ${one}, the product ${other}`);
  };
  const twin = new Twin({ room, product, names, same, tally });
  const writers = new Map(history.peers.flatMap(({ written }) => [...written]));
  for (const block of blocks) {
    const known = writers.get(block);
    if (known !== undefined && room.rules.epoch === "safe") twin.comparePlan(block, known);
    twin.compareBlock(block);
    if (differences.length > 0) return differences;
  }
  twin.compareEnd(new Set(blocks));
  tally.histories++;
  tally.blocks += blocks.length;
  return differences;
}

interface TwinDeps {
  readonly room: Room;
  readonly product: ProductRoom;
  readonly names: ProductNames;
  readonly same: (what: string, model: unknown, product: unknown) => void;
  readonly tally: TwinTally;
}

class Twin {
  readonly #deps: TwinDeps;
  readonly #rules = new Map<string, WriteRule>();

  constructor(deps: TwinDeps) {
    this.#deps = deps;
  }

  compareBlock(block: Block): void {
    const { room, product, same, tally } = this.#deps;
    const theirs = product.admit(block);
    const state = room.stateOf(block);
    this.#compareState(`M of ${block.name}`, state, theirs.membership);
    same(`void by itself, ${block.name}`, room.isVoidByItself(block), theirs.verdict.reason !== undefined);
    const author = room.authorshipOf(block)?.identity;
    same(`author of ${block.name}`, author ?? null, this.#nameOf(theirs.verdict.author?.identity) ?? null);
    same(
      `rights of ${block.name}`,
      room.actsOf(block).map(({ index }) => index),
      rightsOf(block, theirs),
    );
    if (isControl(block)) {
      const triggers = triggersIn(room, block.past, state).map((act) => act.block.name);
      const { sets } = product.log;
      const known = sets.ids(sets.intersection(theirs.membership.triggers, theirs.past));
      same(
        `triggers of ${block.name}`,
        distinct(triggers),
        distinct(known.map((id) => product.controlAt(id)?.name ?? "")),
      );
    }
    if (room.rules.epoch === "safe" && rotateOf(block) !== undefined) this.#compareSafety(block, theirs);
    if (room.isVoidByItself(block)) tally.void++;
  }

  /** Of all epochs that a block might have used. */
  #compareSafety(block: Block, { past, membership, verdict }: ProductBlock): void {
    const { room, product, same, tally } = this.#deps;
    const author = room.authorshipOf(block)?.identity;
    const index = verdict.author?.index;
    if (author === undefined || index === undefined) return;
    const state = room.stateOf(block);
    for (const name of epochsIn(block.past).keys()) {
      const epoch = product.facts.find(bytesOf(name, 16));
      const theirs = epoch !== undefined && product.safe.isSafe(epoch, { past, membership, author: index });
      same(
        `safety of ${name} for ${block.name}`,
        isSafe(room, block.past, { state, commits: block.commits, name, author }),
        theirs,
      );
      tally.epochs++;
    }
  }

  /** What the rules made an honest author do about epochs, in its block. */
  comparePlan(block: Block, known: Knowledge): void {
    const { room, product, names, same, tally } = this.#deps;
    const author = room.authorshipOf(block)?.identity;
    if (author === undefined) return;
    const past = product.pastOf(block.past);
    const membership = product.log.evaluate(past, block.commits);
    const own = membership.find(names.identity(author));
    if (own === undefined) return same(`author of ${block.name}`, author, undefined);
    const operations = block.operations.map((operation) => names.operation(operation, block.writer));
    const added = operations.flatMap((operation) => (operation.kind === "add" ? [operation] : []));
    const { identities } = product.log;
    const mayGive = membership.mayGiveKeys({ index: own.index, writer: bytesOf(block.writer) });
    const adds = added.filter(({ identity }) => mayGive && !membership.isSure(identity));
    const rule = this.#rules.get(author) ?? new WriteRule({ facts: product.facts, safe: product.safe, truth: allTrue });
    this.#rules.set(author, rule);
    const plan = rule.plan({
      past,
      membership,
      author: own.index,
      held: heldOf(known),
      adds: adds.map(({ identity, sealingKey, history }) => {
        return { index: identities.add(identity), identity, sealingKey, history, admission: undefined };
      }),
      removes: operations.flatMap((operation) =>
        operation.kind === "remove" ? [identities.add(operation.identity)] : [],
      ),
      rotates: added.some(({ history }) => history !== "all"),
    });
    same(`plan of ${block.name}`, planOf(block), this.#textOfPlan(plan, block));
    tally.plans++;
  }

  #textOfPlan(plan: WritePlan, block: Block): string[] {
    const grants = plan.grants.map(
      ({ epochId, identity, level, sealingKey }) =>
        `grant ${textOf(epochId)} to ${this.#nameOf(identity)} ${level} ${textOf(sealingKey)}`,
    );
    if (plan.kind === "write") return [`in ${textOf(plan.epochId)}`, ...grants.sort()];
    const recipients = plan.recipients.map(
      ({ identity, level, sealingKey }) => `to ${this.#nameOf(identity)} ${level} ${textOf(sealingKey)}`,
    );
    const wraps = plan.wrapped.map((epochId) => `wraps ${textOf(epochId)}`);
    return [`in ${block.epoch}`, ...recipients.sort(), ...wraps.sort(), ...grants.sort()];
  }

  compareEnd(blocks: ReadonlySet<Block>): void {
    const { room, product, same, tally } = this.#deps;
    const commits = room.commitsIn(blocks);
    const state = room.state(blocks, commits.length);
    this.#compareState("M of everything", state, product.membership);
    same(
      "order",
      room.orderOf(blocks).map(({ name }) => name),
      this.#order(),
    );
    same(
      "commits",
      commits.map(({ leader }) => leader.name),
      product.segments.map(({ leader }) => this.#name(leader)),
    );
    const era = room.eraAfter(commits.length);
    same("era", [era.number, era.indexers], [product.linearizer.era, this.#writers()]);
    const decided = commits.at(-1)?.decisions;
    const lost: string[] = [];
    const lostThere: string[] = [];
    const isVoid = (block: Block): boolean => (decided?.final.get(block) ?? state.standOf(block)) === "void";
    for (const block of blocks) {
      same(`void, ${block.name}`, isVoid(block), product.isVoid(block));
      const { control } = product.find(block);
      if (control === undefined || decided?.final.has(block) === true) continue;
      if (state.isLost(block)) lost.push(block.name);
      if (product.membership.isLostControl(control)) lostThere.push(block.name);
    }
    same("what is lost for good", lost, lostThere);
    tally.commits += commits.length;
    tally.restrictions += decided?.restrictions.size ?? 0;
  }

  #order(): string[] {
    const { linearizer } = this.#deps.product;
    const final = Array.from({ length: linearizer.position }, (_, position) => linearizer.at(position));
    return [...final, ...linearizer.tail()].map((index) => this.#name(index));
  }

  #writers(): string[] {
    const { linearizer, dag } = this.#deps.product;
    return linearizer.indexers.map((writer) => textOf(dag.writerKey(writer)));
  }

  #name(index: number): string {
    return this.#deps.product.blocks[index]?.block.name ?? "none";
  }

  #nameOf(identity: Uint8Array | undefined): string | undefined {
    return identity === undefined ? undefined : this.#deps.names.nameOf(identity);
  }

  #compareState(what: string, state: State, theirs: Membership): void {
    const { same, product } = this.#deps;
    const people = [...state.members].map(([identity, { admission, powers, keyVersion }]) => {
      const isSure = state.sure.has(identity);
      const key = `${identity} key ${keyVersion}`;
      return [identity, powers.length > 0, isSure, key, admission.block?.name ?? "", admission.history].join(" ");
    });
    const members = theirs.members.map(({ index, identity, role, sealingKey, admission, history }) => {
      const place = product.controlAt(admission.control)?.name ?? "";
      const isSure = theirs.isSureAt(index);
      return [
        this.#nameOf(identity),
        role === "admin",
        isSure,
        textOf(sealingKey),
        place,
        history.replace("-", " "),
      ].join(" ");
    });
    same(what, people.sort(), members.sort());
    same(`indexers by ${what}`, state.indexers, theirs.indexers.map(textOf));
    const valid = theirs.members.flatMap((member) => theirs.validWritersOf(member).map(textOf));
    same(`writers by ${what}`, [...state.writers].sort(), valid.sort());
  }
}
