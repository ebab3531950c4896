// A shared list, a partition, and a removal race: `npm run example:shared-list`.
//
// Five members, each a process of its own, and two relays in this one, which see ciphertext alone. The family's connection breaks: alice, carol
// and dave reach one relay, bob and erin the other. Alice removes erin while bob removes dave. Each makes a new key, which the other's
// removed one knows. Then the connection is back, and carol writes.
import { encodeUtf8 } from "@coterie/bytes";
import { MemoryRelay, serveRelay } from "@coterie/oplog";
import { nodePrimitives } from "@coterie/primitives/node";
import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import type { Card, Order, Shown, ToMember, ToStory } from "./channel.ts";

const names = ["alice", "bob", "carol", "dave", "erin"] as const;
type Name = (typeof names)[number];

const relays = new Map(["home", "mobile"].map((name) => [name, createRelay()]));
const orders = new Map<number, { resolve: (result: unknown) => void; reject: (reason: Error) => void }>();
let lastOrder = 0;

function createRelay() {
  const relay = new MemoryRelay(nodePrimitives, {
    logs: 1,
    blocksPerLog: 10_000,
    bytesPerLog: 10_000_000,
    writersPerLog: 100,
    chunkBytesPerLog: 1,
  });
  return { relay, server: serveRelay({ host: relay }) };
}

const members = new Map<Name, ChildProcess>(names.map((name) => [name, startMember()]));

function startMember(): ChildProcess {
  const child = fork(join(import.meta.dirname, "member.ts"), { execArgv: process.execArgv });
  child.on("message", (message: ToStory) => {
    if (message.kind === "question") void pass(child, message);
    else if (message.kind === "done") orders.get(message.id)?.resolve(message.result);
    else orders.get(message.id)?.reject(new Error(message.message));
  });
  return child;
}

async function pass(
  child: ChildProcess,
  { id, relay, message }: Extract<ToStory, { kind: "question" }>,
): Promise<void> {
  const answer = await relays.get(relay)?.server.answer(new Uint8Array(Buffer.from(message, "base64")));
  const back: ToMember = { kind: "answer", id, message: Buffer.from(answer ?? []).toString("base64") };
  child.send(back);
}

async function tell(name: Name, order: Order): Promise<unknown> {
  const id = ++lastOrder;
  const message: ToMember = { kind: "order", id, order };
  members.get(name)?.send(message);
  return await new Promise((resolve, reject) => orders.set(id, { resolve, reject }));
}

async function text(name: Name, order: Order): Promise<string> {
  return String(await tell(name, order));
}

/** Everybody named meets at a relay, a few times, so that acknowledgements get around. */
async function meet(relay: string, ...who: readonly Name[]): Promise<void> {
  for (let round = 0; round < 4; round++) for (const name of who) await tell(name, { kind: "sync", relay });
}

async function show(...who: readonly Name[]): Promise<Map<Name, Shown>> {
  const shown = new Map<Name, Shown>();
  for (const name of who) {
    // cast: a member answers `show` with this
    const seen = (await tell(name, { kind: "show" })) as Shown;
    shown.set(name, seen);
    const locked = seen.waiting > 0 ? `, ${seen.waiting} locked` : "";
    say(`   ${name.padEnd(5)} sees ${seen.list.join(", ") || "nothing"}  (${seen.finalBlocks} final${locked})`);
  }
  return shown;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

say("1. Alice founds a list and adds bob, carol, dave and erin.");
const genesis = await text("alice", { kind: "found" });
const cards = new Map<Name, Card>();
for (const name of names.slice(1)) {
  // cast: a member answers `card` with this
  const card = (await tell(name, { kind: "card" })) as Card;
  cards.set(name, card);
  await tell("alice", { kind: "add", card });
  const logId = await text(name, { kind: "join", genesis });
  const logTag = new Uint8Array(Buffer.from(logId, "hex")).slice(0, 16);
  for (const { relay } of relays.values()) relay.createLog({ logTag, token: encodeUtf8("whoever may write here") });
}
await tell("alice", { kind: "write", text: "bread" });
await meet("home", ...names);
await tell("bob", { kind: "write", text: "milk" });
await meet("home", ...names);
await tell("carol", { kind: "write", text: "apples" });
await meet("home", ...names);
await show(...names);

say("2. The connection breaks: alice, carol and dave are at home, bob and erin on the way.");
say("   Alice removes erin and makes a new key. Bob removes dave and makes a new key.");
await tell("alice", { kind: "remove", identity: cards.get("erin")?.identity ?? "" });
const aliceKey = await text("alice", { kind: "rotate" });
await tell("alice", { kind: "write", text: "candles" });
await tell("bob", { kind: "remove", identity: cards.get("dave")?.identity ?? "" });
const bobKey = await text("bob", { kind: "rotate" });
await tell("bob", { kind: "write", text: "batteries" });
await meet("home", "alice", "carol", "dave");
await meet("mobile", "bob", "erin");
await show(...names);

say("3. The connection is back. Alice's key is known to dave, bob's to erin: carol uses neither.");
await meet("home", "alice", "bob", "carol");
await meet("mobile", "alice", "bob", "carol");
const carolKey = await text("carol", { kind: "write", text: "a surprise for dave and erin" });
say(`   keys: alice ${aliceKey.slice(0, 8)}, bob ${bobKey.slice(0, 8)}, carol ${carolKey.slice(0, 8)}`);
await meet("home", "alice", "bob", "carol");
await tell("alice", { kind: "write", text: "flour" });
await meet("home", "alice", "bob", "carol");
await meet("mobile", "carol");

say("4. Dave and erin fetch everything from both relays.");
await meet("home", "dave", "erin");
await meet("mobile", "dave", "erin");
await meet("home", "dave", "erin");
const seen = await show(...names);

const secret = "a surprise for dave and erin";
const readBy = names.filter((name) => seen.get(name)?.list.includes(secret) === true);
const isRight = carolKey !== aliceKey && carolKey !== bobKey && readBy.join() === "alice,bob,carol";
say(isRight ? "Dave and erin read nothing that was written after the merge; the others read everything." : "WRONG");
process.exitCode = isRight ? 0 : 1;
for (const child of members.values()) child.disconnect();
