/** The write rule: docs/protocol/rooms.md §7. What a block must carry so that all who should can read it, and no other. */
import {
  type Add,
  control,
  full,
  type Grant,
  type Level,
  nothing,
  type Operation,
  read,
  type Recipient,
  type Rotate,
} from "./blocks.ts";
import {
  closeKnowledge,
  compareEpochs,
  downwards,
  dueOf,
  type Epoch,
  epochsIn,
  followersIn,
  givenTo,
  isSafe,
  type Knowledge,
  levelOf,
  triggersIn,
} from "./epochs.ts";
import type { State } from "./membership.ts";
import type { Position } from "./position.ts";
import type { Room } from "./room.ts";

export interface Author {
  readonly identity: string;
  readonly writer: string;
  readonly known: Knowledge;
}

interface Draft {
  readonly room: Room;
  readonly at: Position;
  readonly author: Author;
  /** Name for a new epoch. */
  readonly fresh: string;
}

/** The epoch of a new block, and its operations with the rotation and the grants that it needs. */
export function sealBlock(draft: Draft, operations: readonly Operation[]): { epoch: string; operations: Operation[] } {
  const { room, author, at } = draft;
  const { state } = at;
  const added = state.maySeal(author) ? addedIn(operations) : new Map<string, Add>();
  const mustRotate =
    room.rules.lateJoiners === "trigger" && [...addedIn(operations).values()].some(({ history }) => history !== "all");
  const usable = mustRotate ? undefined : chooseEpoch(draft);
  const rotate = usable === undefined ? rotation(draft, added) : undefined;
  const carried = rotate === undefined ? [...operations] : [...operations, rotate];
  // Who removes somebody gives them nothing more in the same block.
  const isRemoved = (identity: string): boolean =>
    operations.some((operation) => operation.kind === "remove" && operation.identity === identity);
  const others = [...new Set([...followersIn(room, at), ...added.keys()])].filter((identity) => !isRemoved(identity));
  const grants = others.flatMap((identity) => grantsTo(draft, { identity, add: added.get(identity), rotate }));
  return { epoch: usable ?? draft.fresh, operations: [...carried, ...grants] };
}

function addedIn(operations: readonly Operation[]): Map<string, Add> {
  const added = new Map<string, Add>();
  for (const operation of operations) if (operation.kind === "add") added.set(operation.identity, operation);
  return added;
}

function chooseEpoch({ room, at, author }: Draft): string | undefined {
  const { past: blocks, state } = at;
  const epochs = [...epochsIn(blocks).values()].sort((a, b) => compareEpochs(b, a));
  const canRead = ({ name }: Epoch): boolean => (author.known.get(name) ?? nothing) >= read;
  if (room.rules.epoch === "latest") {
    const newest = epochs[0];
    const isMissing = triggersIn(room, blocks, state).some(
      (act) => !epochs.some(({ block }) => block.past.has(act.block)),
    );
    return newest !== undefined && canRead(newest) && !isMissing ? newest.name : undefined;
  }
  const isUsable = (epoch: Epoch): boolean =>
    canRead(epoch) && isSafe(room, blocks, { ...at, name: epoch.name, author: author.identity });
  return epochs.find(isUsable)?.name;
}

/** Sealed at a level to the key that somebody has, or that its add names. */
function recipientOf(
  state: State,
  { identity, add }: { identity: string; add: Add | undefined },
  level: Level,
): Recipient {
  return { level, keyVersion: add?.keyVersion ?? state.members.get(identity)?.keyVersion ?? 0 };
}

function rotation({ room, at, author, fresh }: Draft, added: ReadonlyMap<string, Add>): Rotate {
  const { past: blocks, state } = at;
  const recipients = new Map<string, Recipient>();
  for (const identity of followersIn(room, at))
    recipients.set(identity, recipientOf(state, { identity, add: undefined }, control));
  for (const identity of new Set([...state.sure, author.identity, ...added.keys()])) {
    const add = added.get(identity);
    const history = add?.history ?? state.members.get(identity)?.admission.history ?? "all";
    recipients.set(identity, recipientOf(state, { identity, add }, levelOf(history)));
  }
  const epochs = epochsIn(blocks);
  const known = new Map([...author.known].filter(([name]) => room.rules.wraps === "all known" || epochs.has(name)));
  return { kind: "rotate", epoch: fresh, recipients, wraps: wrapsOf(known, downwards(epochs)) };
}

/** All that no other wrapped one reaches at the level at which it is known. */
function wrapsOf(known: Knowledge, epochs: ReadonlyMap<string, Epoch>): Map<string, "full" | "control"> {
  const wraps = new Map<string, "full" | "control">();
  for (const [name, level] of known) {
    const wanted: Level = level === full ? full : 1;
    const isReached = [...known].some(
      ([other, itsLevel]) =>
        other !== name &&
        (closeKnowledge(new Map([[other, itsLevel === full ? full : 1]]), epochs).get(name) ?? nothing) >= wanted,
    );
    if (!isReached) wraps.set(name, level === full ? "full" : "control");
  }
  return wraps;
}

interface Grantee {
  readonly identity: string;
  readonly add: Add | undefined;
  readonly rotate: Rotate | undefined;
}

function grantsTo({ room, at, author, fresh }: Draft, { identity, add, rotate }: Grantee): Grant[] {
  const { past: blocks, state } = at;
  const epochs = downwards(epochsIn(blocks));
  // Who made an epoch knows it at one device; what counts is what was sealed to them.
  const known = givenTo(blocks, { identity, keyVersion: Number.POSITIVE_INFINITY, isAuthor: false });
  const isFull = rotate?.recipients.get(identity)?.level === full;
  for (const [name, what] of rotate?.wraps ?? []) {
    const reached = isFull && what === "full" ? full : control;
    if (reached > (known.get(name) ?? nothing)) known.set(name, reached);
  }
  const grants: Grant[] = [];
  for (const epoch of [...epochs.values()].sort((a, b) => compareEpochs(b, a))) {
    const due = add === undefined ? dueOf(state, identity, epoch) : add.history === "all" ? full : control;
    const own = author.known.get(epoch.name) ?? nothing;
    const level = own < due && room.rules.grants === "what is due or nothing" ? nothing : lower(own, due);
    const reached = closeKnowledge(known, epochs).get(epoch.name) ?? nothing;
    if (reached >= level || epoch.name === fresh) continue;
    grants.push({ kind: "grant", epoch: epoch.name, identity, ...recipientOf(state, { identity, add }, level) });
    known.set(epoch.name, level);
  }
  return grants;
}

function lower(a: Level, b: Level): Level {
  return a < b ? a : b;
}
