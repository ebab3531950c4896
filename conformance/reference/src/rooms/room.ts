/** A room as a whole: eras and commits (docs/protocol/rooms.md §4.2, steps 5 and 6) with what each commit decides. */
import { type Act, type Authorship, type Genesis, isRestriction } from "./acts.ts";
import { authorise, findAuthor } from "./authorising.ts";
import { type Block, compareBlocks } from "./blocks.ts";
import { evaluate, type State } from "./membership.ts";
import { type Era, leadersIn } from "./order.ts";
import type { Rules } from "./rules.ts";
import type { Decisions, Facts, Stand } from "./standing.ts";

export interface Commit {
  readonly leader: Block;
  /** What became final by it, in order. */
  readonly segment: readonly Block[];
  readonly era: Era;
  /** Of everything up to it. */
  readonly decisions: Decisions;
}

/** Tells whether a block of a member is void by itself because of its keys: §7. */
export type ReadRule = (
  room: Room,
  block: Block,
  found: { readonly state: State; readonly author: Authorship },
) => boolean;

const nothingDecided: Decisions = { restrictions: new Map(), final: new Map() };

export class Room {
  readonly genesis: Genesis;
  readonly rules: Rules;
  readonly #readRule: ReadRule;
  readonly #evaluated = new Map<Decisions, Map<string, State>>();
  readonly #states = new Map<Block, State>();
  readonly #authors = new Map<Block, Authorship | undefined>();
  readonly #voidByItself = new Map<Block, boolean>();
  readonly #acts = new Map<Block, readonly Act[]>();
  /** The longest known sequence; what others see is a prefix, or I3 is broken. */
  readonly #commits: Commit[] = [];
  readonly #eras: Era[];

  constructor(genesis: Genesis, rules: Rules, readRule: ReadRule = () => false) {
    this.genesis = genesis;
    this.rules = rules;
    this.#readRule = readRule;
    this.#eras = [{ number: 0, anchor: undefined, indexers: [genesis.writer], mode: genesis.mode, rounds: new Map() }];
  }

  /** M(P, c). Equal sets of operations under equal decisions are looked at once. */
  state(blocks: Iterable<Block>, commits: number): State {
    const facts = this.#facts(blocks, this.#decisions(commits));
    const key = facts.acts
      .map(({ block, index }) => `${block.name}/${index}`)
      .sort()
      .join();
    const known = this.#evaluated.get(facts.decisions) ?? new Map<string, State>();
    this.#evaluated.set(facts.decisions, known);
    const state = known.get(key) ?? evaluate(facts);
    known.set(key, state);
    return state;
  }

  /** M of a block: of its past and the commits that its author knew. */
  stateOf(block: Block): State {
    const known = this.#states.get(block);
    if (known !== undefined) return known;
    const state = this.state(block.past, block.commits);
    this.#states.set(block, state);
    return state;
  }

  /** Whose a block is by M of it; nobody's where its writer may not write there. */
  readonly authorshipOf = (block: Block): Authorship | undefined => {
    if (this.#authors.has(block)) return this.#authors.get(block);
    const found = findAuthor(block, { state: this.stateOf(block), authorshipOf: this.authorshipOf });
    this.#authors.set(block, found);
    return found;
  };

  /** Whether its own past makes it void (§7): it is nobody's, or its keys break the read rule. */
  readonly isVoidByItself = (block: Block): boolean => {
    const known = this.#voidByItself.get(block);
    if (known !== undefined) return known;
    const author = this.authorshipOf(block);
    const isVoid = author === undefined || this.#readRule(this, block, { state: this.stateOf(block), author });
    this.#voidByItself.set(block, isVoid);
    return isVoid;
  };

  /** What a block may do; nothing if it is void by itself. */
  actsOf(block: Block): readonly Act[] {
    const known = this.#acts.get(block);
    if (known !== undefined) return known;
    const authorship = this.authorshipOf(block);
    const isMute = authorship === undefined || this.isVoidByItself(block);
    const acts = isMute ? [] : authorise(block, { state: this.stateOf(block), authorship });
    this.#acts.set(block, acts);
    return acts;
  }

  #facts(blocks: Iterable<Block>, decisions: Decisions): Facts {
    const acts = [...blocks].flatMap((block) => this.actsOf(block));
    const { genesis, rules, authorshipOf, isVoidByItself } = this;
    return { genesis, rules, acts, decisions, authorshipOf, isVoidByItself };
  }

  #decisions(commits: number): Decisions {
    return commits === 0 ? nothingDecided : (this.#commits[commits - 1]?.decisions ?? nothingDecided);
  }

  /** The commits that a set of blocks shows, from nothing. */
  commitsIn(blocks: ReadonlySet<Block>): readonly Commit[] {
    let count = 0;
    for (let number = 0; ; number++) {
      const era = this.#eras[number];
      if (era === undefined) throw new Error("an era began that nothing ended");
      let hasEnded = false;
      for (const leader of leadersIn(era, blocks)) {
        const commit = this.#commit(count++, leader, era);
        hasEnded = this.#endsEra(commit, count);
        if (hasEnded) break;
      }
      if (!hasEnded) return this.#commits.slice(0, count);
    }
  }

  #commit(index: number, leader: Block, era: Era): Commit {
    const known = this.#commits[index];
    if (known !== undefined) {
      if (known.leader !== leader) throw new Error(`I3: commit ${index} is ${known.leader.name} and ${leader.name}`);
      return known;
    }
    const before = this.#decisions(index);
    const closed = [...leader.past, leader];
    const segment = closed.filter((block) => !before.final.has(block)).sort(compareBlocks);
    const { acts } = this.#facts(closed, before);
    const { held, standOf } = this.state(closed, index);
    const undecided = acts.filter((act) => isRestriction(act) && !before.restrictions.has(act));
    const restrictions = new Map([...before.restrictions, ...undecided.map((act) => [act, held.has(act)] as const)]);
    const final = new Map<Block, Stand>([...before.final, ...segment.map((block) => [block, standOf(block)] as const)]);
    const commit: Commit = { leader, segment, era, decisions: { restrictions, final } };
    this.#commits.push(commit);
    return commit;
  }

  /** Step 6; the next era is made when the commit is seen first. */
  #endsEra({ leader, era }: Commit, count: number): boolean {
    const next = this.#eras[era.number + 1];
    if (next !== undefined) return next.anchor === leader;
    const { indexers } = this.state([...leader.past, leader], count);
    const inEra = this.#commits.slice(0, count).filter((commit) => commit.era === era);
    const blocks = inEra.reduce((sum, { segment }) => sum + segment.length, 0);
    const isSame = indexers.join() === era.indexers.join();
    if (isSame && blocks < this.genesis.interval) return false;
    this.#eras.push({ number: era.number + 1, anchor: leader, indexers, mode: era.mode, rounds: new Map() });
    return true;
  }

  /** The era that a number of commits leads to. */
  eraAfter(commits: number): Era {
    const last = this.#commits[commits - 1];
    const next = last === undefined ? this.#eras[0] : this.#eras[last.era.number + 1];
    const era = next !== undefined && (last === undefined || next.anchor === last.leader) ? next : last?.era;
    if (era === undefined) throw new Error("there is no such era");
    return era;
  }

  /** The whole order: what is final, then the rest ascending (§4). */
  orderOf(blocks: ReadonlySet<Block>): readonly Block[] {
    const final = this.commitsIn(blocks).flatMap(({ segment }) => segment);
    const isFinal = new Set(final);
    return [...final, ...[...blocks].filter((block) => !isFinal.has(block)).sort(compareBlocks)];
  }
}
