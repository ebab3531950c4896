/**
 * A slow, obvious twin of membership: docs/protocol/rooms.md §5 said with sets of blocks, without numbers for sets, caches or increments.
 * Everything is found again for every question.
 */
import { encodeHex } from "@coterie/bytes";
import type { Operation } from "../src/membership/operation.ts";
import { closureOf, keyOf, type Scene, type SceneBlock } from "./membership-scene.ts";

/** An authorised operation; without a block it is the genesis. */
interface Act {
  readonly block: SceneBlock | undefined;
  readonly index: number;
  readonly operation: Operation;
  readonly author: string;
  readonly needsAdmin: boolean;
  readonly seniority: Act | undefined;
  readonly targetSeniority: Act | undefined;
}

type Standing = "good" | "powerless" | "void";

export interface TwinState {
  readonly members: ReadonlyMap<
    string,
    { readonly admission: Act; readonly isAdmin: boolean; readonly sealingKey: string }
  >;
  readonly sure: ReadonlySet<string>;
  readonly sureAdmins: ReadonlySet<string>;
  readonly indexers: readonly string[];
  readonly triggers: ReadonlySet<SceneBlock>;
  readonly standingOf: (block: SceneBlock) => Standing;
  readonly held: ReadonlySet<Act>;
  readonly mayWrite: (writer: string) => boolean;
}

interface Decided {
  readonly restrictions: ReadonlyMap<Act, boolean>;
  readonly standings: ReadonlyMap<SceneBlock, Standing>;
}

const hexByKey = new WeakMap<Uint8Array, string>();

function hex(key: Uint8Array): string {
  const text = hexByKey.get(key) ?? encodeHex(key);
  hexByKey.set(key, text);
  return text;
}

/** Everything that there is to ask about a scene. */
export class Twin {
  readonly #scene: Scene;
  readonly #genesis: Act;
  readonly #acts = new Map<SceneBlock, readonly Act[]>();
  readonly #authors = new Map<SceneBlock, string>();
  readonly #decided: Decided[] = [{ restrictions: new Map(), standings: new Map() }];

  constructor(scene: Scene) {
    this.#scene = scene;
    const operation = {
      kind: "add",
      identity: keyOf("alice"),
      sealingKey: keyOf("alice's sealing key"),
      role: "admin",
      history: "all",
    } as const;
    const nothing = { seniority: undefined, targetSeniority: undefined };
    this.#genesis = {
      block: undefined,
      index: 0,
      operation,
      author: hex(keyOf("alice")),
      needsAdmin: false,
      ...nothing,
    };
    // In an order in which parents come first, and a commit before the blocks that know it.
    for (const block of scene.blocks) {
      while (this.#decided.length <= block.commits) this.#decide();
      this.#acts.set(block, this.#authorise(block));
    }
    while (this.#decided.length <= scene.leaders.length) this.#decide();
  }

  authorised(block: SceneBlock): readonly boolean[] {
    const indices = new Set((this.#acts.get(block) ?? []).map(({ index }) => index));
    return block.operations.map((_, index) => indices.has(index));
  }

  /** M(P, c). */
  state(blocks: ReadonlySet<SceneBlock>, commits: number): TwinState {
    const acts = [this.#genesis, ...[...blocks].flatMap((block) => this.#acts.get(block) ?? [])];
    const decided = this.#decided[commits] ?? { restrictions: new Map(), standings: new Map() };
    const { held, open } = this.#judge(acts, decided);
    const standingOf = this.#standing(held, decided);
    const members = this.#members(acts, { held, standingOf });
    const worst = this.#members(acts, { held: open, standingOf: this.#standing(open, decided) });
    const sure = new Set([...members.keys()].filter((identity) => worst.has(identity)));
    const isAdminIn = (known: typeof worst, identity: string): boolean => known.get(identity)?.isAdmin === true;
    const sureAdmins = new Set(
      [...sure].filter((identity) => isAdminIn(members, identity) && isAdminIn(worst, identity)),
    );
    const mayWrite = (writer: string): boolean => this.#mayWrite(blocks, writer, { held, standingOf });
    const indexers = this.#indexers(acts, { members, standingOf, mayWrite, blocks });
    const asksForEpoch = ({ operation }: Act): boolean =>
      operation.kind === "update-key" || (operation.kind === "add" && operation.history !== "all");
    const triggers = new Set([...open, ...acts.filter(asksForEpoch)].flatMap(({ block }) => block ?? []));
    return { members, sure, sureAdmins, indexers, triggers, standingOf, held, mayWrite };
  }

  #decide(): void {
    const commit = this.#decided.length - 1;
    const leader = this.#scene.leaders[commit];
    const before = this.#decided[commit];
    if (leader === undefined || before === undefined) throw new Error("no such commit");
    const final = closureOf([leader]);
    const { held, standingOf } = this.state(final, commit);
    const restrictions = new Map(before.restrictions);
    const standings = new Map(before.standings);
    for (const block of final) {
      if (!standings.has(block)) standings.set(block, standingOf(block));
      for (const act of this.#acts.get(block) ?? [])
        if (isRestriction(act) && !restrictions.has(act)) restrictions.set(act, held.has(act));
    }
    this.#decided.push({ restrictions, standings });
  }

  /** §5.1. */
  #authorise(block: SceneBlock): readonly Act[] {
    const state = this.state(block.past, block.commits);
    const author = this.#authorOf(block, state);
    const member = author === undefined ? undefined : state.members.get(author);
    if (block.isVoidByItself || author === undefined || member === undefined) return [];
    this.#authors.set(block, author);
    const acts: Act[] = [];
    for (const [index, operation] of block.operations.entries()) {
      if (this.#addsNothing(operation, block)) continue;
      const right = this.#rightTo(operation, { author, state, block, index });
      if (right === "none" || (right === "admin" && !member.isAdmin)) continue;
      const isAbout = operation.kind === "remove" || (operation.kind === "role" && operation.role === "member");
      const targetSeniority = isAbout ? state.members.get(hex(operation.identity))?.admission : undefined;
      acts.push({
        block,
        index,
        operation,
        author,
        needsAdmin: right === "admin",
        seniority: member.admission,
        targetSeniority,
      });
    }
    return acts;
  }

  #authorOf(block: SceneBlock, state: TwinState): string | undefined {
    const first = firstKnown(this.#acts, block.past, block.writer);
    const [operation] = block.operations;
    if (block.writer === "alice/1" || first !== undefined) {
      // A fork stops what comes from its seq on; for a new block that is everything.
      const isLater = ({ operation }: Act): boolean =>
        operation.kind === "fork" && isKeyOf(operation.proof, block.writer) && block.seq < (operation.proof[32] ?? 0);
      const held = new Set([...state.held].filter((act) => !isLater(act)));
      const isFree = this.#mayWrite(block.past, block.writer, { held, standingOf: state.standingOf });
      if (!isFree || (block.seq === 0 && block.writer !== "alice/1")) return undefined;
      return first?.author ?? this.#genesis.author;
    }
    if (block.seq !== 0 || operation?.kind !== "add-writer" || hex(operation.writer) !== hex(keyOf(block.writer)))
      return undefined;
    return hex(operation.identity);
  }

  #rightTo(
    operation: Operation,
    { author, state, block, index }: { author: string; state: TwinState; block: SceneBlock; index: number },
  ): "admin" | "own" | "none" {
    switch (operation.kind) {
      case "add":
        return state.sure.has(hex(operation.identity)) ? "none" : "admin";
      case "remove":
        if (!state.members.has(hex(operation.identity))) return "none";
        return hex(operation.identity) === author ? "own" : "admin";
      case "role":
        return state.members.has(hex(operation.identity)) ? "admin" : "none";
      case "add-writer":
        return index === 0 && this.#isFirst(block) ? "own" : "none";
      case "revoke-writer": {
        const isFounders = hex(operation.cap.writer) === hex(keyOf("alice/1"));
        const owner = isFounders ? this.#genesis.author : ownerIn(this.#acts, block.past, operation.cap.writer);
        return owner === author ? "own" : "admin";
      }
      case "update-key":
        return hex(operation.identity) === author ? "own" : "none";
      case "set-indexers":
        return "admin";
      case "fork":
      case "rotate":
      case "grant":
      case "vote":
        return "own";
    }
  }

  /** §5.2: the same writer, by what holds, or one whose restriction was decided to hold, has said so before. */
  #addsNothing(operation: Operation, block: SceneBlock): boolean {
    const decided = this.#decided[block.commits]?.restrictions;
    const { held } = this.state(block.past, block.commits);
    return this.#actsIn(block.past).some(
      (act) =>
        stopsAsWell(act.operation, operation) &&
        ((act.block?.writer === block.writer && held.has(act)) || decided?.get(act) === true),
    );
  }

  #isFirst(block: SceneBlock): boolean {
    if (block.seq !== 0 || block.writer === "alice/1") return false;
    return firstKnown(this.#acts, block.past, block.writer) === undefined;
  }

  /** Rules 1 and 2. */
  #judge(acts: readonly Act[], decided: Decided): { held: Set<Act>; open: Set<Act> } {
    const restrictions = acts.filter(isRestriction);
    const held = new Set(restrictions.filter((act) => decided.restrictions.get(act) === true));
    const settled = this.#standing(held, decided);
    const isLost = (act: Act): boolean => !isDone(act, settled);
    const undecided = restrictions.filter((act) => !decided.restrictions.has(act) && !isLost(act));
    const open = new Set([...held, ...undecided]);
    const rest = undecided.filter((act) => !(isUpward(act) && isOnCycle(act, undecided)));
    for (const act of rest) if (act.operation.kind === "fork") held.add(act);
    const sorted = rest.filter((act) => !held.has(act));
    sorted.sort((a, b) => compare(a.seniority, b.seniority) || compare(a, b));
    for (const act of sorted) if (isDone(act, this.#standing(held, decided))) held.add(act);
    return { held, open };
  }

  /** Rule 3. */
  #standing(held: ReadonlySet<Act>, decided: Decided): (block: SceneBlock) => Standing {
    const known = new Map<SceneBlock, Standing>();
    const standingOf = (block: SceneBlock): Standing => {
      const standing = decided.standings.get(block) ?? known.get(block) ?? judge(block);
      known.set(block, standing);
      return standing;
    };
    const isGood = ({ block }: Act): boolean => block === undefined || standingOf(block) === "good";
    const judge = (block: SceneBlock): Standing => {
      const acts = this.#acts.get(block) ?? [];
      const author = this.#authors.get(block);
      if (author === undefined) return "void";
      const first = firstKnown(this.#acts, new Set([...block.past, block]), block.writer);
      const firstBlock = block.writer === "alice/1" ? undefined : first?.block;
      if (firstBlock !== undefined && firstBlock !== block && standingOf(firstBlock) === "void") return "void";
      const cuts = [...held].filter((act) => cutsOff(act, block));
      if (cuts.some(({ operation }) => operation.kind === "fork" || operation.kind === "revoke-writer")) return "void";
      const removals = cuts.filter((act) => removes(act, author));
      const known = block.writer === "alice/1" ? [this.#genesis] : this.#actsIn(firstBlock?.past ?? new Set());
      const isAdmitting = (act: Act): boolean => adds(act, author) && isGood(act) && isAfterAll(act, removals);
      if (!known.some(isAdmitting)) return "void";
      if (!acts.some(({ needsAdmin }) => needsAdmin)) return "good";
      const limits = cuts.filter((act) => removes(act, author) || demotes(act, author));
      const isPower = (act: Act): boolean => promotes(act, author) && isGood(act) && isAfterAll(act, limits);
      return this.#actsIn(block.past).some(isPower) ? "good" : "powerless";
    };
    return standingOf;
  }

  #actsIn(blocks: ReadonlySet<SceneBlock>): readonly Act[] {
    return [this.#genesis, ...[...blocks].flatMap((block) => this.#acts.get(block) ?? [])];
  }

  /** Rule 4. */
  #members(
    acts: readonly Act[],
    { held, standingOf }: { held: ReadonlySet<Act>; standingOf: (block: SceneBlock) => Standing },
  ): Map<string, { admission: Act; isAdmin: boolean; sealingKey: string }> {
    const good = acts.filter(({ block }) => block === undefined || standingOf(block) === "good").sort(compare);
    const members = new Map<string, { admission: Act; isAdmin: boolean; sealingKey: string }>();
    for (const identity of new Set(
      acts.flatMap(({ operation }) => (operation.kind === "add" ? hex(operation.identity) : [])),
    )) {
      const removals = [...held].filter((act) => removes(act, identity));
      const limits = [...held].filter((act) => removes(act, identity) || demotes(act, identity));
      const admitting = good.filter((act) => adds(act, identity) && isAfterAll(act, removals));
      const [admission] = admitting;
      const last = admitting.at(-1);
      if (admission === undefined || last?.operation.kind !== "add") continue;
      const isAdmin = good.some((act) => promotes(act, identity) && isAfterAll(act, limits));
      const updates = acts.flatMap((act) =>
        act.operation.kind === "update-key" && act.author === identity && !isIn(last.block, act)
          ? [{ act, ...act.operation }]
          : [],
      );
      const best = updates.sort((a, b) => a.version - b.version || compare(a.act, b.act)).at(-1);
      members.set(identity, { admission, isAdmin, sealingKey: hex(best?.sealingKey ?? last.operation.sealingKey) });
    }
    return members;
  }

  #mayWrite(
    blocks: ReadonlySet<SceneBlock>,
    writer: string,
    { held, standingOf }: { held: ReadonlySet<Act>; standingOf: (block: SceneBlock) => Standing },
  ): boolean {
    const isFounders = writer === "alice/1";
    const first = isFounders ? undefined : firstKnown(this.#acts, blocks, writer);
    if (!isFounders && (first?.block === undefined || standingOf(first.block) === "void")) return false;
    const author = first?.author ?? this.#genesis.author;
    const isStopped = ({ operation }: Act): boolean =>
      (operation.kind === "fork" && isKeyOf(operation.proof, writer)) ||
      (operation.kind === "revoke-writer" && isKeyOf(operation.cap.writer, writer));
    if ([...held].some(isStopped)) return false;
    const removals = [...held].filter((act) => removes(act, author));
    const known = isFounders ? [this.#genesis] : this.#actsIn(first?.block?.past ?? new Set());
    const isGood = ({ block }: Act): boolean => block === undefined || standingOf(block) === "good";
    return known.some((act) => adds(act, author) && isGood(act) && isAfterAll(act, removals));
  }

  #indexers(
    acts: readonly Act[],
    {
      members,
      standingOf,
      mayWrite,
      blocks,
    }: Pick<TwinState, "members" | "standingOf" | "mayWrite"> & { readonly blocks: ReadonlySet<SceneBlock> },
  ): readonly string[] {
    const names = [...new Set(["alice/1", ...[...blocks].map(({ writer }) => writer)])].filter(mayWrite);
    const good = acts.filter(({ block }) => block !== undefined && standingOf(block) === "good").sort(compare);
    const list = good.findLast(({ operation }) => operation.kind === "set-indexers")?.operation;
    const wanted = list?.kind === "set-indexers" ? list.writers : [keyOf("alice/1")];
    const listed = wanted.flatMap((key) => names.find((name) => hex(keyOf(name)) === hex(key)) ?? []);
    if (listed.length > 0) return listed;
    const ranked = names.map((name) => {
      const first = name === "alice/1" ? this.#genesis : firstKnown(this.#acts, blocks, name);
      return { name, first, member: members.get(first?.author ?? "") };
    });
    ranked.sort(
      (a, b) =>
        Number(b.member?.isAdmin) - Number(a.member?.isAdmin) ||
        compare(a.member?.admission, b.member?.admission) ||
        compare(a.first, b.first),
    );
    return ranked.slice(0, 1).map(({ name }) => name);
  }
}

function isRestriction({ operation: { kind, ...rest } }: Act): boolean {
  if (kind === "role") return "role" in rest && rest.role === "member";
  return kind === "remove" || kind === "revoke-writer" || kind === "fork";
}

function isDone({ block, needsAdmin }: Act, standingOf: (block: SceneBlock) => Standing): boolean {
  const standing = block === undefined ? "good" : standingOf(block);
  return standing === "good" || (standing === "powerless" && !needsAdmin);
}

/** Whether an act's caps leave a block of their writer out. */
function cutsOff({ block: own, operation }: Act, block: SceneBlock): boolean {
  if (operation.kind === "fork")
    return isKeyOf(operation.proof, block.writer) && block.seq >= (operation.proof[32] ?? 0);
  const isSeen = own === block || own?.past.has(block) === true;
  return !isSeen && (operation.kind !== "revoke-writer" || isKeyOf(operation.cap.writer, block.writer));
}

/** Whether a key, or what begins with one, is a writer's. */
function isKeyOf(key: Uint8Array, writer: string): boolean {
  return hex(key.subarray(0, 32)) === hex(keyOf(writer));
}

function adds({ operation }: Act, identity: string): boolean {
  return operation.kind === "add" && hex(operation.identity) === identity;
}

function removes({ operation }: Act, identity: string): boolean {
  return operation.kind === "remove" && hex(operation.identity) === identity;
}

function demotes({ operation }: Act, identity: string): boolean {
  return operation.kind === "role" && operation.role === "member" && hex(operation.identity) === identity;
}

function promotes({ operation }: Act, identity: string): boolean {
  const isEither = operation.kind === "add" || operation.kind === "role";
  return isEither && operation.role === "admin" && hex(operation.identity) === identity;
}

function isIn(block: SceneBlock | undefined, earlier: Act): boolean {
  return block !== undefined && earlier.block !== undefined && block.past.has(earlier.block);
}

function isAfterAll(act: Act, earlier: readonly Act[]): boolean {
  return earlier.every((one) => isIn(act.block, one));
}

function compare(a: Act | undefined, b: Act | undefined): number {
  const byLamport = (a?.block?.lamport ?? -1) - (b?.block?.lamport ?? -1);
  const [left, right] = [hex(a?.block?.hash ?? new Uint8Array(0)), hex(b?.block?.hash ?? new Uint8Array(0))];
  if (byLamport !== 0 || left !== right) return byLamport || (left < right ? -1 : 1);
  return (a?.index ?? 0) - (b?.index ?? 0);
}

function isUpward({ seniority, targetSeniority }: Act): boolean {
  return targetSeniority !== undefined && compare(targetSeniority, seniority) < 0;
}

/** Whether the author can be reached from the target. */
function isOnCycle({ seniority, targetSeniority }: Act, edges: readonly Act[]): boolean {
  const reached = new Set([targetSeniority]);
  for (const place of reached)
    for (const edge of edges)
      if (edge.targetSeniority !== undefined && edge.seniority === place) reached.add(edge.targetSeniority);
  return reached.has(seniority);
}

/** The claim of a writer key that counts: the earliest. */
function firstKnown(
  acts: ReadonlyMap<SceneBlock, readonly Act[]>,
  blocks: Iterable<SceneBlock>,
  writer: string,
): Act | undefined {
  const claims = [...blocks]
    .filter((block) => block.writer === writer)
    .flatMap((block) => (acts.get(block) ?? []).filter(({ operation }) => operation.kind === "add-writer"));
  return claims.sort(compare)[0];
}

function ownerIn(
  acts: ReadonlyMap<SceneBlock, readonly Act[]>,
  blocks: Iterable<SceneBlock>,
  key: Uint8Array,
): string | undefined {
  const named = [...blocks].find(({ writer }) => hex(keyOf(writer)) === hex(key));
  return named === undefined ? undefined : firstKnown(acts, blocks, named.writer)?.author;
}

function stopsAsWell(before: Operation, operation: Operation): boolean {
  if (before.kind === "revoke-writer" && operation.kind === "revoke-writer")
    return hex(before.cap.writer) === hex(operation.cap.writer);
  if (before.kind !== "fork" || operation.kind !== "fork") return false;
  const [one, other] = [before.proof, operation.proof];
  return hex(one.subarray(0, 32)) === hex(other.subarray(0, 32)) && (one[32] ?? 0) <= (other[32] ?? 0);
}
