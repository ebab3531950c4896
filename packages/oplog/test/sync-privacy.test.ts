// Test 29: what a relay sees. Everything that passes between devices and relays is searched for what must not be in it.
import { type Bytes, concatBytes, encodeHex, encodeUtf8 } from "@coterie/bytes";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { describe, expect, it } from "vitest";
import { createRemoteRelay, decodeRequest, type Envelope, MemoryRelay } from "../src/index.ts";
import { logTag, nextBlock } from "./blocks.ts";
import { deps, Peer, signerOf } from "./sync-peers.ts";
import { connect, fakeScheduler, generousQuotas, tokenOf } from "./sync-scene.ts";

/** A member's id, as it stands in operations. */
function memberId(name: string): Bytes {
  return primitives.sha256(encodeUtf8(`fake identity of ${name}`));
}

async function transcriptOfARoom() {
  const host = new MemoryRelay(deps, generousQuotas);
  host.createLog({ logTag, token: tokenOf(1) });
  const scheduler = fakeScheduler();
  const seen: Uint8Array[] = [];
  const peers = ["alice", "bob", "carol"].map((name, i) => {
    const connection = connect(host);
    const peer = new Peer(name, i + 1);
    const relay = createRemoteRelay(
      { ...deps, transport: connection.transport, scheduler },
      { logTag, token: () => tokenOf(1), timeoutMs: 1_000 },
    );
    peer.connect([{ id: "relay", relay }], { scheduler });
    return { peer, seen: connection.seen };
  });
  const written: Envelope[] = [];
  for (let i = 0; i < 12; i++) {
    // Now and then two write at once, so that there are links.
    for (const { peer } of [peers[i % 3], peers[(i + 1) % 3]].flatMap((each) => each ?? []))
      written.push(await peer.write(`canary ${peer.name} ${i}`, concatBytes(memberId(peer.name), memberId("dave"))));
    for (const { peer } of peers) await peer.syncer?.step();
    scheduler.advance(30_000);
  }
  for (let round = 0; round < 3; round++) for (const { peer } of peers) await peer.syncer?.step();
  for (const peer of peers) seen.push(...peer.seen);
  return { seen, written, peers: peers.map(({ peer }) => peer) };
}

/** Whether it stands anywhere, as bytes or as text of them. */
function has(seen: readonly Uint8Array[], what: Uint8Array): boolean {
  const forms = [Buffer.from(what), Buffer.from(encodeHex(what)), Buffer.from(Buffer.from(what).toString("base64url"))];
  return seen.some((message) => forms.some((form) => Buffer.from(message).includes(form)));
}

/** Links that stand in the bytes of the block that has them, where only `previous` may. */
function linksShown(blocks: readonly { readonly block: Envelope; readonly links: readonly Bytes[] }[]): number {
  return blocks.reduce((sum, { block, links }) => sum + links.filter((link) => has([block.bytes], link)).length, 0);
}

describe("what a relay sees (test 29)", () => {
  it("has no content and no member's id in it", async () => {
    const { seen, written, peers } = await transcriptOfARoom();
    expect(peers.every((peer) => peer.blocks.length === written.length)).toBe(true);
    expect(seen.length).toBeGreaterThan(50);
    for (const word of ["canary", "alice", "bob"]) expect(has(seen, encodeUtf8(word))).toBe(false);
    for (const name of ["alice", "bob", "carol", "dave"]) expect(has(seen, memberId(name))).toBe(false);
    // The search finds what is there.
    expect(has(seen, signerOf(1).writer)).toBe(true);
    expect(has([...seen, encodeUtf8("a canary in clear")], encodeUtf8("canary"))).toBe(true);
  });

  it("does not tell which blocks a block builds on, other than its writer's own previous one", async () => {
    const { seen, peers } = await transcriptOfARoom();
    const [alice] = peers;
    const blocks = (alice?.blocks ?? []).map((block) => ({ block, links: linksOf(alice, block) }));
    expect(blocks.flatMap(({ links }) => links).length).toBeGreaterThan(10);
    expect(linksShown(blocks)).toBe(0);
    // A question for a hash would tell that something builds on it: an honest relay is never asked one.
    const questions = seen.filter((message) => (message[1] ?? 128) < 64).map((message) => decodeRequest(message));
    expect(new Set(questions.map(({ request }) => request.kind))).toEqual(new Set(["append", "since", "heads"]));
  });

  it("would show links that are not encrypted", () => {
    const first = nextBlock(signerOf(1), { lamport: 0 });
    const second = nextBlock(signerOf(2), { lamport: 1, links: [first.hash] });
    expect(linksShown([{ block: second, links: [first.hash] }])).toBe(1);
  });

  it("has no token in it but where something is written, and what devices keep of relays has no content", async () => {
    const { seen, peers } = await transcriptOfARoom();
    for (const message of seen.filter((each) => (each[1] ?? 128) < 64)) {
      const { request, token } = decodeRequest(message);
      expect(token.length > 0).toBe(request.kind === "append");
    }
    for (const { state } of peers) expect(has([state ?? new Uint8Array()], encodeUtf8("canary"))).toBe(false);
  });
});

function linksOf(peer: Peer | undefined, { hash, header }: Envelope): Bytes[] {
  const index = peer?.dag.find(hash);
  if (peer === undefined || index === undefined) return [];
  return peer.dag
    .parents(index)
    .map((parent) => peer.dag.hash(parent))
    .filter((parent) => encodeHex(parent) !== encodeHex(header.previous));
}
