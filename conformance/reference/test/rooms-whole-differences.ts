/** Where somebody of the product knows or writes something else than the same one of the model. */
import { encodeHex } from "@coterie/bytes";
import type { Block } from "../src/rooms/blocks.ts";
import { rotateOf } from "../src/rooms/epochs.ts";
import type { Peer } from "../src/rooms/peer.ts";
import type { Position } from "../src/rooms/position.ts";
import type { Room } from "../src/rooms/room.ts";
import { sealBlock } from "../src/rooms/writing.ts";
import { planOf } from "./rooms-product-texts.ts";
import type { WholePerson } from "./rooms-whole-people.ts";

/** A sentence, or nothing. */
export function differ(what: string, model: unknown, product: unknown): string[] {
  const [one, other] = [JSON.stringify(model), JSON.stringify(product)];
  return one === other ? [] : [`${what}: the model says ${one}, the product ${other}`];
}

/** What a block links to, how many commits it names, and what it does about epochs. */
export function placeDifferences(
  block: Block,
  { room, peer, at }: { readonly room: Room; readonly peer: Peer; readonly at: Position },
): string[] {
  const chosen = block.operations.filter(({ kind }) => kind !== "rotate" && kind !== "grant");
  const author = { identity: peer.identity, writer: block.writer, known: peer.known };
  const sealed = sealBlock({ room, at, author, fresh: rotateOf(block)?.epoch ?? "new" }, chosen);
  return [
    ...differ(`past of ${block.name}`, namesOf(at.past), namesOf(block.past)),
    ...differ(`commits of ${block.name}`, at.commits, block.commits),
    ...differ(`plan of ${block.name}`, withoutKeys(planOf({ ...block, ...sealed })), withoutKeys(planOf(block))),
  ];
}

function namesOf(blocks: Iterable<Block>): string[] {
  return [...blocks].map(({ name }) => name).sort();
}

/** Operations do not say which sealing key was sealed to. */
function withoutKeys(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/ \S+ key \d+$/u, "")).sort();
}

/** Which blocks somebody knows, in which order, what of them is void, and who is a member by them. */
export function knowledgeDifferences(
  person: WholePerson,
  {
    room,
    peer,
    nameOf,
  }: { readonly room: Room; readonly peer: Peer; readonly nameOf: (identity: Uint8Array) => string },
): string[] {
  const { log } = person.in;
  const hashes = Array.from({ length: log.dag.size }, (_, i) => encodeHex(log.dag.hash(i)));
  const unlike = differ(`what ${person.name} knows`, namesOf(peer.applied), hashes.toSorted());
  if (unlike.length > 0) return unlike;
  const { order, membership } = log;
  const final = Array.from({ length: order.position }, (_, position) => order.at(position));
  const theirs = [...final, ...order.tail()].map((index) => hashes[index]);
  const { state } = peer;
  const members = [...state.members].map(
    ([identity, { powers }]) => `${identity} ${powers.length > 0} ${state.sure.has(identity)}`,
  );
  const there = membership.members.map(
    ({ identity, role, index }) => `${nameOf(identity)} ${role === "admin"} ${membership.isSureAt(index)}`,
  );
  const decided = room.commitsIn(peer.applied).at(-1)?.decisions.final;
  const isVoid = (block: Block): boolean => (decided?.get(block) ?? state.standOf(block)) === "void";
  const ordered = room.orderOf(peer.applied).map(({ name }) => name);
  const voidThere = hashes.filter((_, i) => log.isVoid(i)).sort();
  return [
    ...differ(`order of ${person.name}`, ordered, theirs),
    ...differ(`commits of ${person.name}`, peer.commits, order.commits),
    ...differ(`members of ${person.name}`, members.sort(), there.sort()),
    ...differ(`void for ${person.name}`, namesOf([...peer.applied].filter(isVoid)), voidThere),
  ];
}
