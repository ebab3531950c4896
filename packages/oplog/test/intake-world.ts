// Random logs with honest writers, forks, faults, keys that come late and commits; what must become of them by a slow and obvious model; and
// peers that get all of it in any order.
import { type Bytes, encodeHex } from "@coterie/bytes";
import { expect } from "vitest";
import { decodeControlPrefix, type Envelope, type IntakeLimits } from "../src/index.ts";
import {
  blockOf,
  createChooser,
  epochOf,
  filled,
  nextBlock,
  openMark,
  shuffle,
  signerOf,
  withBadSignature,
} from "./blocks.ts";
import { laterKey, offeredKey, TestPeer, wrappedKey } from "./intake-scene.ts";

type Choose = (count: number) => number;

/** What becomes of the blocks of a world: hashes, sorted. */
export interface Outcome {
  readonly admitted: readonly string[];
  readonly refused: readonly string[];
  readonly waiting: number;
  readonly forks: readonly string[];
}

/** A block with what its author (not its reader) knows of it. */
interface Grown {
  readonly envelope: Envelope;
  readonly writer: number;
  readonly lamport: number;
  readonly commits: number;
  /** Neither it nor anything that it builds on has a fault. */
  readonly isClean: boolean;
}

/** Blocks of writer 0 are commits. */
const indexer = signerOf(0);
const mallory = signerOf(66);
const faults = [
  "lamport up",
  "lamport down",
  "commits down",
  "no mark",
  "no control",
  "stolen previous",
  "seq",
  "ack",
] as const;
type Fault = (typeof faults)[number];

/** A log of 10 to 34 blocks. */
export function growWorld(choose: Choose): Envelope[] {
  const grown: Grown[] = [];
  const count = 10 + choose(25);
  while (grown.length < count) grown.push(growBlock(choose, grown));
  return grown.map(({ envelope }) => envelope);
}

function growBlock(choose: Choose, grown: readonly Grown[]): Grown {
  const writer = choose(4);
  const own = grown.filter((block) => block.writer === writer && (block.isClean || choose(8) === 0));
  const previous = choose(6) === 0 ? own[choose(own.length + 1)] : own.at(-1);
  const linkable = grown.filter((block) => block !== previous && (block.isClean || choose(8) === 0));
  const linked = new Set(Array.from({ length: choose(4) }, () => linkable[choose(Math.max(1, linkable.length))]));
  const links = [...linked].filter((block) => block !== undefined);
  const parents = previous === undefined ? links : [previous, ...links];
  const lamport = parents.reduce((greatest, parent) => Math.max(greatest, parent.lamport + 1), 0);
  const base = parents.reduce((greatest, parent) => Math.max(greatest, parent.commits), 0);
  const known = grown.filter((block) => block.writer === 0 && block.isClean).length;
  const commits = choose(150) === 0 ? 1_000_000 : Math.max(base, choose(4) === 0 ? choose(known + 1) : 0);
  const fault = choose(16) === 0 ? faults[choose(faults.length)] : undefined;
  const isClean = fault === undefined && parents.every((parent) => parent.isClean);
  const hashes = links.map(({ envelope }) => envelope.hash).sort((a, b) => (encodeHex(a) < encodeHex(b) ? -1 : 1));
  const facts = { previous: previous?.envelope, links: hashes, lamport, commits, base };
  const envelope = writeBlock(choose, {
    ...facts,
    writer,
    fault,
    isClean,
    stolen: grown[choose(grown.length + 1)]?.envelope,
  });
  return { envelope, writer, lamport, commits, isClean };
}

function writeBlock(
  choose: Choose,
  facts: {
    readonly previous: Envelope | undefined;
    readonly links: readonly Bytes[];
    readonly lamport: number;
    readonly commits: number;
    readonly base: number;
    readonly writer: number;
    readonly fault: Fault | undefined;
    readonly isClean: boolean;
    readonly stolen: Envelope | undefined;
  },
): Envelope {
  const { previous, links, lamport, commits, fault } = facts;
  const signer = signerOf(facts.writer);
  // The fifth one never opens.
  const epochId = epochOf(choose(60) === 0 ? 5 : Math.max(1, choose(10) - 5));
  const keys = [wrappedKey(3), laterKey(4), filled(64, 0), filled(64, 0), filled(64, 0), filled(64, 0)];
  const control = (facts.isClean ? keys[choose(keys.length)] : undefined) ?? filled(64, 0);
  const publicPart = choose(12) === 0 ? offeredKey(2) : filled(0, 0);
  // Two blocks of one place differ at least here.
  const nonce = filled(24, choose(256));
  const plain = { previous, links, lamport, commits, control, publicPart, nonce, content: filled(choose(2) * 50, 1) };
  const seq = previous === undefined ? 0 : previous.header.seq + 1;
  switch (fault) {
    case undefined:
      return nextBlock(signer, { ...plain, header: { epochId } });
    case "lamport up":
      return nextBlock(signer, { ...plain, lamport: lamport + 1 });
    case "lamport down":
      return nextBlock(signer, { ...plain, lamport: lamport === 0 ? 9 : lamport - 1 });
    case "commits down":
      return nextBlock(signer, facts.base === 0 ? { ...plain, lamport: 99 } : { ...plain, commits: facts.base - 1 });
    case "no mark":
      return blockOf(signer, {
        header: { seq, previous: previous?.hash ?? filled(32, 0) },
        control: filled(90, 3),
        nonce,
      });
    case "no control":
      return blockOf(signer, { control: openMark, nonce });
    case "stolen previous":
      return nextBlock(signer, { ...plain, links: [], previous: facts.stolen ?? previous, lamport: lamport + 50 });
    case "seq":
      return nextBlock(signer, { ...plain, header: { seq: seq + 7, previous: previous?.hash ?? filled(32, 8) } });
    case "ack":
      return nextBlock(signer, {
        previous,
        links,
        lamport,
        commits,
        nonce,
        header: { flags: 1 },
        control: filled(64, 1),
      });
  }
}

/** What must become of the blocks: rules applied to all of them again and again, until nothing changes. */
export function modelOutcome(blocks: readonly Envelope[]): Outcome {
  const byHash = new Map(blocks.map((block) => [encodeHex(block.hash), block]));
  const epochs = new Set([1]);
  for (const { publicPart } of blocks) if (publicPart[0] === 0x4b) epochs.add(publicPart[1] ?? 0);
  const admitted = new Map<string, { readonly lamport: number; readonly commits: number }>();
  const refused = new Set<string>();
  const isRefused = (hash: Bytes): boolean => refused.has(encodeHex(hash));
  const judge = ({ header, control, hash }: Envelope): "admitted" | "refused" | "waiting" => {
    if (!epochs.has(header.epochId[0] ?? 0)) return isRefused(header.previous) ? "refused" : "waiting";
    const opened = readPlain(control);
    if (opened === undefined) return "refused";
    if (opened.rest[0] === 0x57) epochs.add(opened.rest[1] ?? 0);
    if (header.flags === 1 && opened.rest[0] !== 0) return "refused";
    if (opened.links.some((link) => encodeHex(link) === encodeHex(header.previous))) return "refused";
    const parents = [...(header.seq === 0 ? [] : [header.previous]), ...opened.links].map((parent) =>
      encodeHex(parent),
    );
    if (parents.some((parent) => refused.has(parent))) return "refused";
    if (!parents.every((parent) => admitted.has(parent))) return "waiting";
    const before = byHash.get(encodeHex(header.previous))?.header;
    if (
      before !== undefined &&
      (before.seq + 1 !== header.seq || encodeHex(before.writer) !== encodeHex(header.writer))
    )
      return "refused";
    const known = parents.map((parent) => admitted.get(parent) ?? { lamport: 0, commits: 0 });
    if (opened.lamport !== Math.max(-1, ...known.map(({ lamport }) => lamport)) + 1) return "refused";
    if (opened.commits < Math.max(0, ...known.map(({ commits }) => commits))) return "refused";
    if (opened.commits > countCommits(admitted, byHash)) return "waiting";
    admitted.set(encodeHex(hash), opened);
    if (opened.rest[0] === 0x4c) epochs.add(opened.rest[1] ?? 0);
    return "admitted";
  };
  for (let before = -1; before !== admitted.size + refused.size + epochs.size; ) {
    before = admitted.size + refused.size + epochs.size;
    for (const [hash, block] of byHash)
      if (!admitted.has(hash) && !refused.has(hash) && judge(block) === "refused") refused.add(hash);
  }
  return {
    admitted: [...admitted.keys()].sort(),
    refused: [...refused].sort(),
    waiting: byHash.size - admitted.size - refused.size,
    forks: modelForks([...admitted.keys()].flatMap((hash) => byHash.get(hash) ?? [])),
  };
}

function readPlain(control: Bytes): ReturnType<typeof decodeControlPrefix> | undefined {
  if (encodeHex(control.subarray(0, openMark.length)) !== encodeHex(openMark)) return undefined;
  try {
    return decodeControlPrefix(control.subarray(openMark.length));
  } catch {
    return undefined;
  }
}

function countCommits(admitted: ReadonlyMap<string, unknown>, byHash: ReadonlyMap<string, Envelope>): number {
  const key = encodeHex(indexer.writer);
  return [...admitted.keys()].filter((hash) => encodeHex(byHash.get(hash)?.header.writer ?? filled(0, 0)) === key)
    .length;
}

/** One entry for each block that follows what another one of its writer follows already. */
function modelForks(blocks: readonly Envelope[]): string[] {
  const places = blocks.map(({ header: { writer, seq, previous } }) =>
    [encodeHex(writer), seq, encodeHex(previous)].join(" "),
  );
  return places
    .filter((place, i) => places.indexOf(place) !== i)
    .map((place) => place.split(" ").slice(0, 2).join(" "))
    .sort();
}

/** What a peer makes of the blocks, with duplicates, copies that nobody signed and garbage among them, in an order and in batches by chance. */
export function deliver(choose: Choose, blocks: readonly Envelope[], limits: Partial<IntakeLimits> = {}): Outcome {
  const peer = new TestPeer({ limits, commitsOf: (dag) => commitsIn(dag) });
  const queue = shuffle(choose, [...blocks.map(({ bytes }) => bytes), ...noise(choose, blocks)]);
  const known = new Map(blocks.map((block) => [encodeHex(block.hash), block.bytes]));
  // What was missed or crowded out is fetched again, as long as that helps.
  for (let idle = 0; queue.length > 0 && idle < 3 * blocks.length; ) {
    const before = peer.dag.size + peer.refused.size;
    const { refused, missing } = peer.receive(...queue.splice(0, 1 + choose(8)));
    const crowdedOut = refused.flatMap((refusal) => (refusal.reason === "crowded-out" ? [refusal.hash] : []));
    queue.unshift(...missing.flatMap((hash) => known.get(encodeHex(hash)) ?? []));
    queue.push(...crowdedOut.flatMap((hash) => known.get(encodeHex(hash)) ?? []));
    if (choose(6) === 0) peer.unlock();
    idle = peer.dag.size + peer.refused.size === before ? idle + 1 : 0;
  }
  expectOrder(peer);
  const lasting = [...peer.refused].filter(
    ([hash, reason]) => reason !== "crowded-out" && reason !== "bad-signature" && known.has(hash),
  );
  return {
    admitted: peer.admitted.toSorted(),
    refused: lasting.map(([hash]) => hash).sort(),
    waiting: limits.waitingBlocks === undefined ? peer.intake.waiting.blocks : blocksLeft(known, peer, lasting.length),
    forks: peer.forks.toSorted(),
  };
}

function blocksLeft(known: ReadonlyMap<string, unknown>, peer: TestPeer, refused: number): number {
  return known.size - peer.dag.size - refused;
}

function commitsIn(dag: TestPeer["dag"]): number {
  const writer = dag.writerIndex(indexer.writer);
  let commits = 0;
  for (let index = 0; index < dag.size; index++) if (dag.writer(index) === writer) commits += 1;
  return commits;
}

/** Copies, copies with bad signatures, blocks in others' names on top of theirs, and bytes that are no block. */
function noise(choose: Choose, blocks: readonly Envelope[]): Bytes[] {
  return blocks.flatMap((block) => {
    switch (choose(6)) {
      case 0:
        return [block.bytes.slice()];
      case 1:
        return [withBadSignature(block)];
      case 2: {
        const forger = { writer: block.header.writer, sign: mallory.sign };
        const forged = nextBlock(forger, { previous: block, lamport: choose(20), publicPart: offeredKey(5) });
        return [forged.bytes, nextBlock(forger, { previous: forged, lamport: choose(20) }).bytes];
      }
      case 3:
        return [block.bytes.slice(0, choose(block.bytes.length))];
      default:
        return [];
    }
  });
}

/** I1: (lamport, hash) extends causality; and indices do. */
function expectOrder({ dag }: TestPeer): void {
  for (let index = 0; index < dag.size; index++)
    for (const parent of dag.parents(index)) {
      expect(parent).toBeLessThan(index);
      expect(dag.compare(parent, index)).toBeLessThan(0);
    }
}

/** Compares peers that get the same blocks in different orders with the model, for one seed. */
export function checkWorld(seed: number): Outcome {
  const choose = createChooser(seed);
  const blocks = growWorld(choose);
  const expected = modelOutcome(blocks);
  expect(deliver(choose, blocks), `seed ${seed}`).toEqual(expected);
  expect(deliver(choose, blocks), `seed ${seed}, another order`).toEqual(expected);
  return expected;
}

/** The same with little room to wait in. */
export function checkCrowdedWorld(seed: number): void {
  const choose = createChooser(seed);
  const blocks = growWorld(choose);
  const limits = { waitingBlocks: 3 + choose(6), refusedBlocks: 2 + choose(10) };
  const { admitted, forks } = deliver(choose, blocks, limits);
  const expected = modelOutcome(blocks);
  expect({ admitted, forks }, `seed ${seed}, crowded`).toEqual({ admitted: expected.admitted, forks: expected.forks });
}
