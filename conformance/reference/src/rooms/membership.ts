/** M(P, c): docs/protocol/rooms.md §5.2 and §5.3, from the authorised operations of P and what is decided. */
import {
  type Act,
  adds,
  type Authorship,
  comparePlaces,
  demotes,
  genesisPlace,
  isAfterAll,
  type Place,
  placeOf,
} from "./acts.ts";
import { promotes, removes } from "./acts.ts";
import { type Block, compareBlocks, type Operation } from "./blocks.ts";
import { judge } from "./judgement.ts";
import { type Facts, type Stand, type Standing, standingOf } from "./standing.ts";

export interface Member {
  readonly admission: Place;
  /** All adds that admit, the admission first. */
  readonly admitters: readonly Place[];
  /** What makes an admin. */
  readonly powers: readonly Place[];
  readonly keyVersion: number;
}

export interface State {
  readonly members: ReadonlyMap<string, Member>;
  /** The members without doubt: §5.3. */
  readonly sure: ReadonlySet<string>;
  /** Whether what an author adds with a writer is sure as well: it is an admin whatever undecided restriction holds. */
  readonly maySeal: (author: { readonly identity: string; readonly writer: string }) => boolean;
  /** Restrictions that hold. */
  readonly held: ReadonlySet<Act>;
  /** Restrictions that are not decided void. */
  readonly open: ReadonlySet<Act>;
  /** Whether what is decided makes a block void, for good. */
  readonly isLost: (block: Block) => boolean;
  readonly indexers: readonly string[];
  /** Those that may write: claimed by a member, neither revoked nor frozen, oldest first. */
  readonly writers: readonly string[];
  /** Whether a writer may write its block of some seq: where it forked, it could before. */
  readonly mayWrite: (writer: string, seq: number) => boolean;
  /** Whether a writer has revoked a writer, or shown its fork at that seq, before, so that it holds; or somebody else did, decided to hold. */
  readonly addsNothing: (operation: Operation, by: string) => boolean;
  readonly standOf: (block: Block) => Stand;
  /** Who wrote the first claim of a writer, and where. */
  readonly claimOf: (
    writer: string,
  ) => { readonly identity: string; readonly certificate: Block | undefined } | undefined;
  /** All adds of somebody, and all that made it an admin, void or not: what its blocks may stand on, whatever comes to hold (rule 3). */
  readonly groundsOf: (identity: string) => Pick<Authorship, "admitters" | "powers">;
  /** The newest sealing key that somebody signed: what an add names. */
  readonly newestKeyOf: (identity: string) => number;
}

export function evaluate(facts: Facts): State {
  const { held, open, isLost } = judge(facts);
  const standing = standingOf(facts, held);
  const members = membersOf(facts, held, standing);
  const worstStanding = standingOf(facts, open);
  const worst = membersOf(facts, open, worstStanding);
  const worstWriters = validWriters(facts, { members: worst, held: open, standing: worstStanding });
  const valid = validWriters(facts, { members, held, standing });
  const isKnown = (writer: string): boolean => claimIn(facts, writer) !== undefined;
  const isSure = (identity: string): boolean =>
    facts.rules.doubt === "cascades" ? worst.has(identity) : isUndisputed(facts, open, identity);
  return {
    members,
    sure: new Set([...members.keys()].filter(isSure)),
    maySeal: ({ identity, writer }) =>
      facts.rules.ownAdds === "of all admins" ||
      ((worst.get(identity)?.powers.length ?? 0) > 0 &&
        (!isKnown(writer) || worstWriters.some((one) => one.writer === writer))),
    held,
    open,
    isLost,
    indexers: indexersOf(facts, { members, held, standing }),
    writers: valid.map(({ writer }) => writer),
    mayWrite: (writer, seq) => {
      const isFrozen = [...held].some(({ operation }) => operation.kind === "fork" && operation.writer === writer);
      const then = isFrozen ? validWriters(facts, { members, held, standing, seq }) : valid;
      return then.some((one) => one.writer === writer);
    },
    addsNothing: (operation, by) =>
      facts.acts.some(
        (act) =>
          stopsAsWell(act.operation, operation) &&
          ((act.block.writer === by && held.has(act)) || facts.decisions.restrictions.get(act) === true),
      ),
    standOf: standing.standOf,
    claimOf: (writer) => claimIn(facts, writer),
    groundsOf: (identity) => {
      const origin = identity === facts.genesis.founder ? [genesisPlace] : [];
      const places = (isAbout: typeof adds): Place[] => [
        ...origin,
        ...facts.acts.filter((act) => isAbout(act, identity)).map(placeOf),
      ];
      return { admitters: places(adds), powers: places(promotes) };
    },
    newestKeyOf: (identity) => Math.max(0, ...updatesOf(facts.acts, identity).map(({ version }) => version)),
  };
}

function stopsAsWell(before: Operation, operation: Operation): boolean {
  if (before.kind === "revoke writer" && operation.kind === "revoke writer") return before.writer === operation.writer;
  if (before.kind !== "fork" || operation.kind !== "fork") return false;
  return before.writer === operation.writer && before.seq <= operation.seq;
}

/** The rival of §5.3: every removal that is not decided void is followed by an add. */
function isUndisputed({ acts }: Facts, open: ReadonlySet<Act>, identity: string): boolean {
  return [...open].every(
    (act) => !removes(act, identity) || acts.some((add) => adds(add, identity) && add.block.past.has(act.block)),
  );
}

/** The earliest claim counts. */
function claimIn({ acts, genesis }: Facts, writer: string): ReturnType<State["claimOf"]> {
  if (writer === genesis.writer) return { identity: genesis.founder, certificate: undefined };
  const claims = acts.filter(({ operation, block }) => operation.kind === "add writer" && block.writer === writer);
  const first = claims.sort((a, b) => compareBlocks(a.block, b.block))[0];
  return first === undefined ? undefined : { identity: first.authorship.identity, certificate: first.block };
}

/** Rule 4. */
function membersOf(facts: Facts, held: ReadonlySet<Act>, { isEffective }: Standing): Map<string, Member> {
  const { acts, genesis, rules } = facts;
  const effective = acts.filter(isEffective).sort((a, b) => compareBlocks(a.block, b.block) || a.index - b.index);
  const added = effective.flatMap(({ operation }) => (operation.kind === "add" ? [operation.identity] : []));
  const members = new Map<string, Member>();
  for (const identity of new Set([genesis.founder, ...added])) {
    const origin = identity === genesis.founder ? [genesisPlace] : [];
    const removals = [...held].filter((act) => removes(act, identity));
    const all = [...origin, ...effective.filter((act) => adds(act, identity)).map(placeOf)];
    const admitters = all.filter((place) => isAfterAll(place, removals)).sort(comparePlaces);
    const [admission] = admitters;
    if (admission === undefined) continue;
    const limits = [...removals, ...[...held].filter((act) => demotes(act, identity))];
    const given = [...origin, ...effective.filter((act) => promotes(act, identity)).map(placeOf)];
    const last = effective.findLast((act) => promotes(act, identity) || demotes(act, identity));
    const lastGiven = last === undefined ? origin : promotes(last, identity) ? [placeOf(last)] : [];
    const powers = rules.demotion === "last in order" ? lastGiven : given.filter((place) => isAfterAll(place, limits));
    const signed = rules.keys === "not void" ? effective : acts;
    members.set(identity, { admission, admitters, powers, keyVersion: keyVersionOf(signed, identity, admitters) });
  }
  return members;
}

function updatesOf(acts: readonly Act[], identity: string): { readonly block: Block; readonly version: number }[] {
  return acts.flatMap(({ operation, block }) =>
    operation.kind === "update key" && operation.identity === identity ? [{ block, version: operation.version }] : [],
  );
}

/** Of the best update that the last add did not know, or else the key which that add names. */
function keyVersionOf(signed: readonly Act[], identity: string, admitters: readonly Place[]): number {
  const add = admitters.at(-1)?.block;
  const newer = updatesOf(signed, identity).filter(({ block }) => !(add?.past.has(block) ?? false));
  const named = add?.operations.find((operation) => operation.kind === "add" && operation.identity === identity);
  return newer.length > 0
    ? Math.max(...newer.map(({ version }) => version))
    : named?.kind === "add"
      ? named.keyVersion
      : 0;
}

interface Outcome {
  readonly members: ReadonlyMap<string, Member>;
  readonly held: ReadonlySet<Act>;
  readonly standing: Standing;
}

/** Valid writers of the last list; where there are none, the first one of the most senior admin, or else member. */
function indexersOf(facts: Facts, outcome: Outcome): string[] {
  const { members, standing } = outcome;
  const valid = validWriters(facts, outcome);
  const lists = facts.acts.filter((act) => act.operation.kind === "set indexers" && standing.isEffective(act));
  const last = lists.sort((a, b) => compareBlocks(a.block, b.block) || a.index - b.index).at(-1)?.operation;
  const wanted = last?.kind === "set indexers" ? last.writers : [facts.genesis.writer];
  const listed = [...new Set(wanted)].filter((writer) => valid.some((one) => one.writer === writer));
  if (listed.length > 0) return listed;
  const isAdmin = (identity: string): number => Number((members.get(identity)?.powers.length ?? 0) > 0);
  const admissionOf = (identity: string): Place => members.get(identity)?.admission ?? genesisPlace;
  const fallback = valid.sort(
    (a, b) =>
      isAdmin(b.identity) - isAdmin(a.identity) || comparePlaces(admissionOf(a.identity), admissionOf(b.identity)),
  )[0];
  return fallback === undefined ? [] : [fallback.writer];
}

/** Writers of members that nothing stops, oldest first. */
function validWriters(
  facts: Facts,
  { members, held, standing, seq = Number.POSITIVE_INFINITY }: Outcome & { readonly seq?: number },
): { readonly writer: string; readonly identity: string }[] {
  const { acts, genesis } = facts;
  const certificates = acts
    .filter((act) => act.operation.kind === "add writer" && standing.isEffective(act))
    .sort((a, b) => compareBlocks(a.block, b.block));
  const writers = [genesis.writer, ...new Set(certificates.map(({ block }) => block.writer))];
  return writers.flatMap((writer) => {
    const claim = claimIn(facts, writer);
    if (claim === undefined || !members.has(claim.identity)) return [];
    const admitters =
      claim.certificate === undefined ? [genesisPlace] : (facts.authorshipOf(claim.certificate)?.admitters ?? []);
    const removals = [...held].filter((act) => removes(act, claim.identity));
    const stops = ({ operation }: Act): boolean =>
      "writer" in operation && operation.writer === writer && !(operation.kind === "fork" && seq < operation.seq);
    const isStopped = [...held].some(stops);
    const isGood = ({ block }: Place): boolean => block === undefined || standing.standOf(block) === "good";
    const isAdmitted = admitters.some((add) => isGood(add) && isAfterAll(add, removals));
    return isStopped || !isAdmitted ? [] : [{ writer, identity: claim.identity }];
  });
}
