/** The contract of relays. */
import { type Bytes, type Ciphertext, equalBytes } from "@coterie/bytes";
import type { Envelope } from "../format/envelope.ts";
import { oplogLimits } from "../limits.ts";
import { insist, insistRefused, type TestRunner } from "../test-runner.ts";
import { compareHeads } from "./chain-index.ts";
import { type Authors, changed, chunkOf, contractLogTag, createAuthors } from "./relay-contract-blocks.ts";
import type { AppendOutcome, Relay } from "./relay.ts";

/** A relay with an empty log, as whoever bears its token has it. */
export interface MadeRelay {
  readonly relay: Relay;
  /** The same log for somebody whose token is another one. */
  readonly stranger: Relay;
}

/** One relay under test. */
export interface RelayCase {
  readonly name: string;
  /** For the suite's own blocks; the keys are visibly fake. */
  readonly primitives: Parameters<typeof createAuthors>[0];
  /** A fresh, empty log with this tag. */
  readonly make: (logTag: Bytes) => Promise<MadeRelay>;
}

/** The contract of `Relay`, for relays that take blocks. */
export function describeRelay({ describe, it }: TestRunner, { name, primitives, make }: RelayCase): void {
  describe(`Relay: ${name}`, () => {
    for (const [title, test] of Object.entries(contract)) {
      it(title, async () => await test(await make(contractLogTag), createAuthors(primitives)));
    }
  });
}

type ContractTest = (made: MadeRelay, authors: Authors) => Promise<void>;

const writing: Readonly<Record<string, ContractTest>> = {
  "takes blocks of several writers, and says the cursor after each": async ({ relay }, { chain }) => {
    const [alice, bob] = [chain("alice", 3), chain("bob", 2)];
    await requireKinds(relay, [...alice, ...bob], ["accepted", "accepted", "accepted", "accepted", "accepted"]);
    const { envelopes, next, end } = await relay.since({ cursor: 0, limit: 10 });
    insist(isSame(envelopes, [...alice, ...bob]), "the blocks are not those that were sent, in their order");
    insist(next === 5 && end === 5, "the cursor is not after the last block");
  },
  "knows a block that it has": async ({ relay }, { chain }) => {
    const blocks = chain("alice", 2);
    await requireKinds(relay, blocks, ["accepted", "accepted"]);
    await requireKinds(relay, blocks, ["known", "known"]);
    insist((await relay.since({ cursor: 0, limit: 10 })).end === 2, "a block was stored twice");
  },
  "refuses a block that does not follow the head of its writer, and tells the head": async ({ relay }, { chain }) => {
    const [first, second, , fourth] = chain("alice", 4);
    await requireConflict(relay, { block: fourth, head: undefined });
    await requireKinds(relay, [first, second], ["accepted", "accepted"]);
    await requireConflict(relay, { block: fourth, head: second });
    await requireConflict(relay, { block: chain("alice", 2, 1)[1], head: second });
    await requireConflict(relay, { block: chain("alice", 1, 1)[0], head: second });
  },
  "keeps no block in a place that is not its own": async ({ relay }, { chain, stray }) => {
    const [alice, bob] = [chain("alice", 3), chain("bob", 3)];
    await relay.append({ envelopes: bytesOf([...alice, ...bob]), onConflict: "refuse" });
    const [first, second] = [alice[0], bob[1]];
    insist(first !== undefined && second !== undefined, "the suite has no blocks");
    if (first === undefined || second === undefined) return;
    // After a block whose seq is another one; after a block of another writer.
    const strays = bytesOf([stray("alice", { seq: 2, previous: first }), stray("alice", { seq: 2, previous: second })]);
    const outcomes = await relay.append({ envelopes: strays, onConflict: "keep" });
    insist(
      outcomes.every(({ kind }) => kind === "conflict"),
      "a block is kept that follows nothing",
    );
  },
  "takes a block again after a conflict": async ({ relay }, { chain }) => {
    const blocks = chain("alice", 3);
    await requireKinds(relay, [blocks[0], blocks[2], blocks[1]], ["accepted", "conflict", "accepted"]);
    await requireKinds(relay, blocks.slice(2), ["accepted"]);
  },
  "keeps a branch beside the chain where it is asked to": async ({ relay }, { chain }) => {
    const [trunk, branch] = [chain("alice", 3), chain("alice", 3, 1)];
    await requireKinds(relay, trunk, ["accepted", "accepted", "accepted"]);
    const outcomes = await relay.append({ envelopes: bytesOf(branch.slice(1)), onConflict: "keep" });
    insist(
      outcomes.every(({ kind }) => kind === "accepted"),
      "a branch is not kept",
    );
    const { heads } = await relay.heads({ after: undefined, limit: 10 });
    insist(heads.length === 2 && heads.every(({ seq }) => seq === 2), "the heads are not the ends of both branches");
    await requireConflict(relay, { block: chain("alice", 4, 1)[3], head: trunk[2] });
  },
  "keeps no more branches of a writer than its limit, and none whose beginning is not there": async (
    { relay },
    { chain },
  ) => {
    await requireKinds(relay, chain("alice", 2), ["accepted", "accepted"]);
    const branches = Array.from({ length: oplogLimits.branchesPerWriter + 1 }, (_unused, i) =>
      chain("alice", 3, i + 1),
    );
    const firsts = bytesOf(branches.map(([, second]) => second));
    const outcomes = await relay.append({ envelopes: firsts, onConflict: "keep" });
    const kept = outcomes.filter(({ kind }) => kind === "accepted").length;
    insist(kept === oplogLimits.branchesPerWriter, "not as many branches as the limit says");
    insist(outcomes.at(-1)?.kind === "conflict", "a branch beyond the limit is not refused");
    const seconds = bytesOf([branches[0]?.[2], branches.at(-1)?.[2]]);
    const [longer, gap] = await relay.append({ envelopes: seconds, onConflict: "keep" });
    insist(longer?.kind === "accepted" && gap?.kind === "conflict", "a branch does not grow, or begins in the air");
  },
  "lets a writer's blocks begin where it is asked to, and ever lower": async ({ relay }, { chain }) => {
    const blocks = chain("alice", 6);
    const [, , third, fourth, fifth, sixth] = blocks;
    const begin = async (block: Envelope | undefined): Promise<string | undefined> =>
      (await relay.append({ envelopes: bytesOf([block]), onConflict: "begin" }))[0]?.kind;
    insist((await begin(fifth)) === "accepted", "what comes first is not taken");
    await requireKinds(relay, [fifth, sixth], ["known", "accepted"]);
    insist((await begin(chain("alice", 6, 1)[4])) === "conflict", "a writer begins twice");
    insist((await begin(third)) === "accepted", "what comes before the beginning is not taken");
    const outcomes = await relay.append({ envelopes: bytesOf([fourth]), onConflict: "keep" });
    insist(outcomes[0]?.kind === "accepted", "what lies between is not taken");
    const { heads } = await relay.heads({ after: undefined, limit: 10 });
    insist(heads.length === 1 && heads[0]?.seq === 5 && heads[0].from === 2, "the head does not tell what is there");
    const range = await relay.range({ writer: heads[0]?.writer ?? new Uint8Array(32), from: 0, limit: 10 });
    insist(isSame(range, blocks.slice(2)), "the blocks are not those that were sent");
    const whole = await relay.append({ envelopes: bytesOf(blocks.slice(0, 2)), onConflict: "keep" });
    insist(
      whole.every(({ kind }) => kind === "accepted"),
      "the first blocks are not taken",
    );
    insist((await relay.heads({ after: undefined, limit: 10 })).heads[0]?.from === undefined, "it is not whole");
  },
  "refuses what is no block of this log signed by its writer": async ({ relay }, { chain, foreign }) => {
    const [block] = chain("alice", 1);
    const unsigned = changed(block, (bytes) => bytes.length - 40);
    const cut = block?.bytes.slice(0, -1);
    // brand: no block at all, which is what is tested
    const bad = [unsigned, cut, foreign("alice").bytes, new Uint8Array(1)] as Ciphertext<"block">[];
    const outcomes = await relay.append({ envelopes: bad, onConflict: "refuse" });
    const reasons = outcomes.map((outcome) => (outcome.kind === "refused" ? outcome.reason : outcome.kind));
    insist(reasons.join() === "signature,malformed,other-log,malformed", `it says ${reasons.join()}`);
    insist((await relay.since({ cursor: 0, limit: 10 })).end === 0, "something was stored");
  },
  "refuses who bears another token, and lets them read": async ({ relay, stranger }, { chain }) => {
    const [first, second] = chain("alice", 2);
    await requireKinds(relay, [first], ["accepted"]);
    const [outcome] = await stranger.append({ envelopes: bytesOf([second]), onConflict: "refuse" });
    insist(outcome?.kind === "refused" && outcome.reason === "token", "a stranger may write");
    const chunk = await stranger.putChunk({ chunk: chunkOf(1) });
    insist(chunk.kind === "refused" && chunk.reason === "token", "a stranger may store chunks");
    insist((await stranger.since({ cursor: 0, limit: 10 })).envelopes.length === 1, "a stranger may not read");
  },
};

const reading: Readonly<Record<string, ContractTest>> = {
  "gives pages until the end": async ({ relay }, { chain }) => {
    const blocks = chain("alice", 7);
    await relay.append({ envelopes: bytesOf(blocks), onConflict: "refuse" });
    const read: Bytes[] = [];
    for (let cursor = 0; ; ) {
      const { envelopes, next, end } = await relay.since({ cursor, limit: 3 });
      insist(end === 7 && next === cursor + envelopes.length && envelopes.length <= 3, "a page is not sound");
      if (envelopes.length === 0) break;
      read.push(...envelopes);
      cursor = next;
    }
    insist(isSame(read, blocks), "the pages are not the log");
  },
  "has nothing beyond its end": async ({ relay }, { chain }) => {
    await relay.append({ envelopes: bytesOf(chain("alice", 2)), onConflict: "refuse" });
    const { envelopes, end } = await relay.since({ cursor: 1_000, limit: 10 });
    insist(envelopes.length === 0 && end === 2, "there is something beyond the end");
  },
  "bounds pages in bytes": async ({ relay }, { long }) => {
    const blocks = long("alice", 3);
    for (const block of blocks) await requireKinds(relay, [block], ["accepted"]);
    const sizes = blocks.map(({ bytes }) => bytes.length);
    insist((sizes[0] ?? 0) * 2 > oplogLimits.pageBytes, "the blocks are not long enough for this test");
    const page = await relay.since({ cursor: 0, limit: 10 });
    const range = await relay.range({ writer: writerOf(blocks[0]), from: 0, limit: 10 });
    const found = await relay.find({ hashes: blocks.map(({ hash }) => hash) });
    insist(page.envelopes.length === 1 && page.next === 1 && page.end === 3, "a page is too long");
    insist(range.length === 1 && found.length === 1, "an answer is too long");
  },
  "finds blocks by hash, in the order asked": async ({ relay }, { chain }) => {
    const blocks = chain("alice", 3);
    await relay.append({ envelopes: bytesOf(blocks), onConflict: "refuse" });
    const [first, second, third] = blocks.map(({ hash }) => hash);
    const nothing = new Uint8Array(32).fill(9);
    const found = await relay.find({ hashes: [third, nothing, first, second].filter((hash) => hash !== undefined) });
    insist(found[1] === undefined, "a block that is not there was found");
    insist(isSame([found[2], found[3], found[0]], blocks), "the blocks are not those that were asked for");
  },
  "gives a writer's blocks from a seq on, with all branches, never parts of a seq": async ({ relay }, { chain }) => {
    const [trunk, branch] = [chain("alice", 4), chain("alice", 3, 1)];
    await relay.append({ envelopes: bytesOf([...chain("bob", 2), ...trunk]), onConflict: "refuse" });
    await relay.append({ envelopes: bytesOf(branch), onConflict: "keep" });
    const writer = writerOf(trunk[0]);
    const all = await relay.range({ writer, from: 1, limit: 10 });
    insist(isSame(all, [trunk[1], branch[1], trunk[2], branch[2], trunk[3]]), "the range is not complete");
    const page = await relay.range({ writer, from: 1, limit: 3 });
    insist(isSame(page, [trunk[1], branch[1]]), "a page ends inside of a seq");
    insist((await relay.range({ writer, from: 4, limit: 10 })).length === 0, "there is something beyond the head");
    insist(
      (await relay.range({ writer: new Uint8Array(32).fill(0x22), from: 0, limit: 10 })).length === 0,
      "an unknown writer wrote",
    );
  },
  "gives all heads in pages, ascending": async ({ relay }, { chain }) => {
    const chains = ["alice", "bob", "carol", "dave", "erin"].map((name, i) => chain(name, i + 1));
    for (const blocks of chains) await relay.append({ envelopes: bytesOf(blocks), onConflict: "refuse" });
    const expected = chains
      .map((blocks) => ({ writer: writerOf(blocks[0]), seq: blocks.length - 1, hash: hashOf(blocks.at(-1)) }))
      .sort(compareHeads);
    const first = await relay.heads({ after: undefined, limit: 3 });
    const rest = await relay.heads({ after: first.heads.at(-1), limit: 3 });
    insist(first.hasMore && first.heads.length === 3 && !rest.hasMore && first.end === 15, "the pages are not sound");
    const heads = [...first.heads, ...rest.heads];
    const isRight = expected.every((head, i) => heads[i]?.seq === head.seq && equalBytes(heads[i].hash, head.hash));
    insist(isRight && heads.length === 5, "the heads are not the last blocks");
  },
  "keeps chunks by their SHA-256": async ({ relay }, { sha256 }) => {
    const chunk = chunkOf(oplogLimits.chunkBytes);
    const hash = sha256(chunk);
    insist((await relay.getChunk({ hash })) === undefined, "there is a chunk that nobody stored");
    for (let i = 0; i < 2; i++) {
      const outcome = await relay.putChunk({ chunk });
      insist(outcome.kind === "stored" && equalBytes(outcome.hash, hash), "the chunk is not stored under its hash");
    }
    const found = await relay.getChunk({ hash });
    insist(found !== undefined && equalBytes(found, chunk), "the chunk is not what was stored");
  },
  "hands out copies": async ({ relay }, { chain }) => {
    const blocks = chain("alice", 1);
    const sent = bytesOf(blocks).map((bytes) => bytes.slice());
    // brand: a copy of what carries it
    await relay.append({ envelopes: sent as Ciphertext<"block">[], onConflict: "refuse" });
    sent[0]?.fill(0);
    (await relay.since({ cursor: 0, limit: 1 })).envelopes[0]?.fill(0);
    insist(
      isSame((await relay.since({ cursor: 0, limit: 1 })).envelopes, blocks),
      "what is kept was changed from outside",
    );
  },
  "tells of news, until nobody wants to hear it": async ({ relay }, { chain }) => {
    const [first, second] = chain("alice", 2);
    const ends: number[] = [];
    const stop = relay.subscribe(({ end }) => void ends.push(end));
    // Whoever subscribes through a message is heard after it: any other answer comes later.
    await relay.heads({ after: undefined, limit: 1 });
    await requireKinds(relay, [first], ["accepted"]);
    await relay.heads({ after: undefined, limit: 1 });
    insist(ends.join() === "1", "the news are not told once");
    stop();
    await relay.heads({ after: undefined, limit: 1 });
    await requireKinds(relay, [second], ["accepted"]);
    await relay.heads({ after: undefined, limit: 1 });
    insist(ends.join() === "1", "news are told after the end");
  },
  "ends calls whose signal is raised": async ({ relay }) => {
    const nothing = (): void => undefined;
    const signal = { aborted: true, addEventListener: nothing, removeEventListener: nothing };
    await insistRefused("oplog/aborted", async () => await relay.since({ cursor: 0, limit: 1 }, { signal }));
    await insistRefused(
      "oplog/aborted",
      async () => await relay.append({ envelopes: [], onConflict: "refuse" }, { signal }),
    );
  },
};

const contract: Readonly<Record<string, ContractTest>> = { ...writing, ...reading };

type Maybe<Value> = Value | undefined;

function bytesOf(blocks: readonly Maybe<Envelope>[]): Ciphertext<"block">[] {
  return blocks.flatMap((block) => (block === undefined ? [] : [block.bytes]));
}

function writerOf(block: Maybe<Envelope>): Bytes {
  return block?.header.writer ?? new Uint8Array(32);
}

function hashOf(block: Maybe<Envelope>): Bytes {
  return block?.hash ?? new Uint8Array(32);
}

function isSame(found: readonly Maybe<Bytes>[], expected: readonly Maybe<Envelope>[]): boolean {
  return (
    found.length === expected.length &&
    expected.every((block, i) => block !== undefined && equalBytes(found[i] ?? new Uint8Array(), block.bytes))
  );
}

async function requireKinds(
  relay: Relay,
  blocks: readonly Maybe<Envelope>[],
  kinds: readonly AppendOutcome["kind"][],
): Promise<void> {
  const outcomes = await relay.append({ envelopes: bytesOf(blocks), onConflict: "refuse" });
  const found = outcomes.map(({ kind }) => kind).join();
  insist(found === kinds.join(), `the outcomes are ${found}`);
}

async function requireConflict(
  relay: Relay,
  { block, head }: { readonly block: Maybe<Envelope>; readonly head: Maybe<Envelope> },
): Promise<void> {
  const [outcome] = await relay.append({ envelopes: bytesOf([block]), onConflict: "refuse" });
  insist(outcome?.kind === "conflict", "a block that does not follow is taken");
  if (outcome?.kind !== "conflict") return;
  const isRight =
    head === undefined
      ? outcome.head === undefined
      : outcome.head?.seq === head.header.seq && equalBytes(outcome.head.hash, head.hash);
  insist(isRight, "the head that is told is not the stored one");
}
