/** People who pool what they know and write what they like: stale links, invented commits, forks, sock puppets, any operation. */
import { authorise, findAuthor } from "../src/rooms/authorising.ts";
import {
  type Block,
  capsIn,
  type Caps,
  closureOf,
  control,
  forksIn,
  full,
  headsOf,
  holderOf,
  makeBlock,
  type Operation,
  read,
} from "../src/rooms/blocks.ts";
import { epochsIn } from "../src/rooms/epochs.ts";
import type { Room } from "../src/rooms/room.ts";
import { knowledgeOf, poolOf } from "./rooms-checks.ts";
import type { Chance } from "./rooms-chance.ts";

export interface Gang {
  readonly room: Room;
  readonly chance: Chance;
  /** Who belongs to it; sock puppets join. */
  readonly identities: Set<string>;
  readonly prefix: string;
  /** Whether its members keep secrets to themselves: what members pass on nobody can prevent. */
  readonly keepsKeys?: boolean;
}

/** A block that one of a gang forges on what all of them know, or nothing. */
export function forge(gang: Gang, blocks: ReadonlySet<Block>, people: readonly string[]): Block | undefined {
  const { room, chance, identities, prefix } = gang;
  const identity = chance.pick([...identities]);
  if (identity === undefined) return undefined;
  const own = [...blocks].filter((block) => holderOf(block.writer) === identity);
  const base = chance.isLess(0.85) ? own : own.slice(0, -1);
  const previous = chooseBefore(gang, base);
  const writer = previous?.writer ?? newWriter(gang, own, identity);
  const links = [...blocks].filter(() => chance.isLess(1.5 / blocks.size));
  if (chance.isLess(0.3)) links.push(...headsOf(blocks));
  const view = closureOf([...links, ...(previous === undefined ? [] : [previous])]);
  const commits = Math.max(0, ...[...view].map((block) => block.commits));
  const more = chance.isLess(0.2) ? room.commitsIn(view).length : 0;
  const name = `${chance.name(blocks.size)}${prefix}`;
  const claim: Operation[] =
    previous === undefined && writer !== room.genesis.writer ? [{ kind: "add writer", identity }] : [];
  const chosen = chooseOperation(gang, { identity, people, view, blocks });
  const isOpen = room.rules.epoch === "none";
  const keys = isOpen ? { epoch: "", operations: [] } : chooseKeys(gang, { blocks, people, name, view, identity });
  const block = makeBlock({
    name,
    writer,
    previous,
    links: headsOf(view),
    commits: Math.max(commits, more),
    epoch: keys.epoch,
    operations: [...claim, ...(chosen === undefined ? [] : [chosen]), ...keys.operations],
    hasContent: chance.isLess(0.5),
  });
  const state = room.stateOf(block);
  const authorship = findAuthor(block, { state, authorshipOf: room.authorshipOf });
  const acts = authorship === undefined ? [] : authorise(block, { state, authorship });
  const isGranted = acts.length === claim.length + (chosen === undefined ? 0 : 1);
  return isGranted || chance.isLess(0.1) ? block : undefined;
}

/** Mostly the end of a chain; an earlier block makes a fork. */
function chooseBefore({ chance }: Gang, own: readonly Block[]): Block | undefined {
  if (own.length === 0 || chance.isLess(0.1)) return undefined;
  if (chance.isLess(0.15)) return chance.pick(own);
  const writer = chance.pick(own)?.writer;
  return own.filter((block) => block.writer === writer).sort((a, b) => b.seq - a.seq)[0];
}

function newWriter({ room }: Gang, own: readonly Block[], identity: string): string {
  const count = new Set(own.map(({ writer }) => writer)).size;
  return identity === room.genesis.founder && count === 0 ? room.genesis.writer : `${identity}.${count}`;
}

function chooseOperation(
  gang: Gang,
  about: { identity: string; people: readonly string[]; view: ReadonlySet<Block>; blocks: ReadonlySet<Block> },
): Operation | undefined {
  const { chance, identities, prefix } = gang;
  const { identity, people, view, blocks } = about;
  const kind = chance.next();
  const honest = chance.pick(people.filter((one) => !identities.has(one))) ?? identity;
  const friend = chance.pick([...identities]) ?? identity;
  if (kind < 0.35)
    return { kind: "remove", identity: chance.isLess(0.8) ? honest : friend, caps: someCaps(gang, view, honest) };
  if (kind < 0.6) {
    const puppet = chance.isLess(0.5) ? friend : `${prefix}${identities.size}`;
    if (identities.size < 9) identities.add(puppet);
    return {
      kind: "add",
      identity: puppet,
      role: "admin",
      history: chance.isLess(0.7) ? "all" : "since join",
      keyVersion: 0,
    };
  }
  if (kind < 0.7) return { kind: "role", identity: friend, role: "admin", caps: new Map() };
  if (kind < 0.8) return { kind: "role", identity: honest, role: "member", caps: someCaps(gang, view, honest) };
  const fork = chance.pick([...forksIn(blocks)]);
  if (kind > 0.9 && fork !== undefined) return { kind: "fork", writer: fork[0], seq: fork[1] };
  const theirs = chance.pick([...blocks].filter((block) => holderOf(block.writer) === honest));
  if (kind < 0.85 && theirs !== undefined)
    return { kind: "revoke writer", writer: theirs.writer, cap: theirs.previous };
  return { kind: "update key", identity, version: 1 + chance.below(5) };
}

/** Any epoch that one of the gang knows, or a new one for whomever; grants of either to anybody. */
function chooseKeys(
  gang: Gang,
  about: {
    blocks: ReadonlySet<Block>;
    view: ReadonlySet<Block>;
    people: readonly string[];
    name: string;
    identity: string;
  },
): { readonly epoch: string; readonly operations: Operation[] } {
  const { chance, room } = gang;
  const { blocks, view, people, name, identity } = about;
  const isSecretive = gang.keepsKeys === true;
  const own = knowledgeOf(blocks, identity);
  const known = isSecretive
    ? new Map([...own].filter(([one]) => epochsIn(view).has(one)))
    : poolOf(
        [...gang.identities].map((one) => knowledgeOf(blocks, one)),
        blocks,
      );
  const { sure } = room.state(view, room.commitsIn(view).length);
  const everybody = isSecretive ? [...sure] : [...people, ...gang.identities];
  const anybody = everybody.filter(() => chance.isLess(0.5));
  const old = chance.pick([...known.keys()]);
  const operations: Operation[] = [];
  if (old === undefined || chance.isLess(0.4)) {
    const wraps = new Map(
      [...known]
        .filter(() => chance.isLess(0.3))
        .map(([one, level]) => [one, level === full ? "full" : "control"] as const),
    );
    const recipients = new Map(
      anybody.map((one) => [one, { level: chance.pick([full, read, control] as const) ?? full, keyVersion: 0 }]),
    );
    operations.push({ kind: "rotate", epoch: `e-${name}`, recipients, wraps });
    return { epoch: `e-${name}`, operations };
  }
  const level = known.get(old) ?? control;
  const friend = chance.pick(anybody);
  if (friend !== undefined && !isSecretive && chance.isLess(0.4))
    operations.push({ kind: "grant", epoch: old, identity: friend, level, keyVersion: 0 });
  const unknown = chance.pick([...epochsIn(view).keys()].filter((one) => !known.has(one)));
  if (unknown !== undefined && !isSecretive && chance.isLess(0.5))
    operations.push({ kind: "grant", epoch: unknown, identity: "nobody", level: full, keyVersion: 0 });
  return { epoch: old, operations };
}

function someCaps({ chance }: Gang, view: ReadonlySet<Block>, identity: string): Caps {
  return chance.isLess(0.5) ? new Map() : capsIn(view, identity);
}
