/** The messages between a client and a relay (docs/protocol/rooms.md §10) over a socket of the loopback interface. */
import { once } from "node:events";
import { createServer, connect, type Socket } from "node:net";
import { encodeHex } from "@coterie/bytes";
import {
  ChainIndex,
  createSingleLogHost,
  createStoreRelay,
  decodeEnvelope,
  type LogStore,
  type Relay,
  type RelayHost,
  type RelayTransport,
  serveRelay,
  Syncer,
} from "@coterie/oplog";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import type { Room } from "@coterie/room";
import { createRelayOver } from "./relay-pages.ts";

/** Serves a store on a port of the loopback interface, until the process ends. */
export async function servePort(host: RelayHost): Promise<number> {
  const server = createServer((socket) => {
    const relay = serveRelay({ host });
    // In turn: the client tells answers apart by their order.
    let turn = Promise.resolve();
    onMessages(socket, (message) => {
      turn = turn.then(async () => sendMessage(socket, await relay.answer(message)));
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** A store, and pieces of a snapshot by their SHA-256 in hex. */
export interface Served {
  readonly store: LogStore;
  readonly chunks: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

/** A store as a host that only reads. */
export async function hostOf({ store, chunks }: Served, logTag: Uint8Array): Promise<RelayHost> {
  const index = new ChainIndex();
  for (let at = 0; at < store.length(); ) {
    const page = await store.read(at, 1_000);
    for (const block of page) index.add(decodeEnvelope(primitives, block));
    at += page.length;
  }
  const blocks = createStoreRelay({ source: store, index, subscribe: () => () => undefined });
  const relay: Relay = { ...blocks, getChunk: async ({ hash }) => chunks.get(encodeHex(hash)) };
  return createSingleLogHost({ logTag, relay });
}

/** Carries messages to a port, and what ends the connection. */
export async function openTransport(
  port: number,
): Promise<{ readonly transport: RelayTransport; readonly close: () => void }> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const waiting: ((message: Uint8Array) => void)[] = [];
  onMessages(socket, (message) => waiting.shift()?.(message));
  const transport = {
    request: async (message: Uint8Array) => {
      const answer = Promise.withResolvers<Uint8Array>();
      waiting.push(answer.resolve);
      sendMessage(socket, message);
      return await answer.promise;
    },
    onPush: () => () => undefined,
  };
  return { transport, close: () => socket.destroy() };
}

/** The relay at a port, and what ends the connection. */
export async function connectPort(
  port: number,
  { logId }: { readonly logId: string },
): Promise<{ readonly relay: Relay; readonly close: () => void }> {
  const { transport, close } = await openTransport(port);
  return { relay: createRelayOver({ sha256: primitives.sha256, transport }, { logId }), close };
}

/** Syncs until there is nothing left to do. */
export async function syncWith(room: Room, relay: Relay): Promise<void> {
  const host = room.syncHost((alarm) => {
    throw new Error(`an alarm of the sync: ${alarm.kind}`);
  });
  const { sha256, verify } = primitives;
  const deps = { sha256, verify, nowMs: () => performance.now() };
  const logTag = room.log.logId.slice(0, 16);
  const syncer = new Syncer(deps, { logTag, host, relays: [{ id: "loopback", relay }] });
  for (;;) {
    const { relays } = await syncer.step();
    if (relays.every(({ outcome }) => outcome.kind === "synced")) return;
    if (relays.some(({ outcome }) => outcome.kind !== "more")) throw new Error("the sync failed");
  }
}

function sendMessage(socket: Socket, message: Uint8Array): void {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(message.length);
  socket.write(Buffer.concat([length, message]));
}

function onMessages(socket: Socket, listener: (message: Uint8Array<ArrayBuffer>) => void): void {
  let parts: Buffer[] = [];
  let held = 0;
  let wanted = 4;
  let isLength = true;
  socket.on("data", (part: Buffer) => {
    parts.push(part);
    held += part.length;
    while (held >= wanted) {
      const all = Buffer.concat(parts, held);
      const piece = new Uint8Array(all.subarray(0, wanted));
      parts = [all.subarray(wanted)];
      held -= wanted;
      wanted = isLength ? all.readUInt32LE(0) : 4;
      isLength = !isLength;
      if (isLength) listener(piece);
    }
  });
}
