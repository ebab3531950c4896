// One member: a process with a room in memory. It talks to relays only through its parent, and hands it nothing but ciphertext.
import { decodeHex, decodeUtf8, encodeHex, encodeUtf8, SecretKey } from "@coterie/bytes";
import { createMemoryLogStore, createRemoteRelay, type Scheduler, Syncer } from "@coterie/oplog";
import { generateAgreementKeyPair, generateSigningKeyPair, randomBytes } from "@coterie/primitives";
import { nodePrimitives as primitives, systemRandom as random } from "@coterie/primitives/node";
import {
  createRoom,
  createSealingKeyHolder,
  decodeGenesis,
  deriveLogId,
  encodeGenesis,
  joinRoom,
  proposeAdd,
  proposeRemoval,
  type Room,
  type RoomDeps,
} from "@coterie/room";
import type { Card, Order, Shown, ToMember, ToStory } from "./channel.ts";

const scheduler: Scheduler = {
  nowMs: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
const identity = generateSigningKeyPair(primitives, random);
const sealing = createSealingKeyHolder({ primitives }, generateAgreementKeyPair(primitives, random));
const alarms: string[] = [];
const questions = new Map<number, (message: Uint8Array) => void>();
const syncers = new Map<string, Syncer>();
let room: Room | undefined;
let lastQuestion = 0;

// The list: each value is a line, in the order that all members agree on.
const deps: RoomDeps = {
  primitives,
  random,
  store: createMemoryLogStore(),
  deviceKey: SecretKey.own("store", randomBytes(random, 32)),
  identity,
  sealingKeys: () => [sealing],
  ownHead: "trust",
  views: {
    list: (view, blocks) => {
      for (const { values } of blocks) for (const value of values) view.append(value);
    },
  },
  onAlarm: ({ kind }) => void alarms.push(kind),
};

async function carryOut(order: Order): Promise<unknown> {
  switch (order.kind) {
    case "found":
      room = await createRoom(deps, { mode: "majority", checkpointInterval: 1_000 });
      return encodeHex(encodeGenesis(room.log.genesis));
    case "card":
      return { identity: encodeHex(identity.publicKey), sealingKey: encodeHex(sealing.publicKey) } satisfies Card;
    case "join":
      room = await joinRoom(deps, { genesis: decodeHex(order.genesis) });
      return encodeHex(deriveLogId(primitives, decodeGenesis(primitives, decodeHex(order.genesis))));
    case "add":
      return await add(order.card);
    case "write":
      return encodeHex((await open().write(encodeUtf8(order.text))).epochId);
    case "remove":
      return await remove(decodeHex(order.identity));
    case "rotate":
      return encodeHex((await open().rotateNow()).epochId);
    case "sync":
      return await sync(order.relay);
    case "show":
      return await show();
  }
}

async function add(card: Card): Promise<void> {
  const [who, sealingKey] = [decodeHex(card.identity), decodeHex(card.sealingKey)];
  await open().change((proposer) => [
    proposeAdd({ primitives }, { ...proposer, add: { identity: who, sealingKey, role: "admin", history: "all" } }),
  ]);
}

async function remove(who: Uint8Array<ArrayBuffer>): Promise<void> {
  const { log } = open();
  const findHead = (writer: Uint8Array) => {
    const head = log.findHead(writer);
    return head === undefined ? undefined : { seq: log.dag.seq(head), hash: log.dag.hash(head) };
  };
  await open().change((proposer) => [proposeRemoval({ ...proposer, identity: who, findHead })]);
}

/** Two steps: what came in the first one may let this member acknowledge. */
async function sync(relay: string): Promise<void> {
  const syncer = syncers.get(relay) ?? createSyncer(relay);
  syncers.set(relay, syncer);
  await syncer.step();
  await open().acknowledge();
  await syncer.step();
}

function createSyncer(relay: string): Syncer {
  const transport = {
    request: async (message: Uint8Array) => await ask(relay, message),
    onPush: () => () => undefined,
  };
  const logTag = open().log.logId.slice(0, 16);
  const token = () => encodeUtf8("whoever may write here");
  const remote = createRemoteRelay(
    { sha256: primitives.sha256, transport, scheduler },
    { logTag, token, timeoutMs: 10_000 },
  );
  const { sha256, verify } = primitives;
  const host = open().syncHost(({ kind }) => void alarms.push(kind));
  return new Syncer(
    { sha256, verify, nowMs: scheduler.nowMs },
    { logTag, host, relays: [{ id: relay, relay: remote }] },
  );
}

async function ask(relay: string, message: Uint8Array): Promise<Uint8Array> {
  const id = ++lastQuestion;
  tell({ kind: "question", id, relay, message: Buffer.from(message).toString("base64") });
  return await new Promise((resolve) => questions.set(id, resolve));
}

async function show(): Promise<Shown> {
  const view = await open().view("list");
  return {
    list: Array.from({ length: view.length }, (_, i) => decodeUtf8(view.at(i))),
    finalBlocks: open().log.order.position,
    members: open().members.length,
    waiting: open().log.waiting.blocks,
    alarms,
  };
}

function open(): Room {
  if (room === undefined) throw new Error("this member is in no room yet");
  return room;
}

function tell(message: ToStory): void {
  process.send?.(message);
}

process.on("message", (message: ToMember) => {
  if (message.kind === "answer") {
    questions.get(message.id)?.(new Uint8Array(Buffer.from(message.message, "base64")));
    questions.delete(message.id);
    return;
  }
  const { id } = message;
  carryOut(message.order).then(
    (result) => tell({ kind: "done", id, result }),
    (error: unknown) => tell({ kind: "failed", id, message: error instanceof Error ? error.message : "unknown" }),
  );
});
