// Whole rooms in a browser: libsodium in WebAssembly, blocks and state in IndexedDB. What is stored is searched for what was written.
import { decodeUtf8, encodeUtf8, SecretKey } from "@coterie/bytes";
import { openIndexedDbLogStore } from "@coterie/oplog/browser";
import { generateAgreementKeyPair, generateSigningKeyPair, randomBytes } from "@coterie/primitives";
import { loadBrowserPrimitives, systemRandom as random } from "@coterie/primitives/browser";
import { expect, it } from "vitest";
import {
  createRoom,
  createSealingKeyHolder,
  encodeGenesis,
  joinRoom,
  openRoom,
  proposeAdd,
  type Room,
  type RoomDeps,
} from "../src/index.ts";

const primitives = await loadBrowserPrimitives();

async function person(): Promise<{
  deps: () => Promise<RoomDeps>;
  sealingKey: Uint8Array<ArrayBuffer>;
  alarms: string[];
}> {
  const identity = generateSigningKeyPair(primitives, random);
  const sealing = generateAgreementKeyPair(primitives, random);
  const deviceKey = randomBytes(random, 32);
  const name = crypto.randomUUID();
  const alarms: string[] = [];
  const holder = createSealingKeyHolder({ primitives }, sealing);
  const deps = async (): Promise<RoomDeps> => ({
    primitives,
    random,
    store: (await openIndexedDbLogStore(name)).store,
    deviceKey: SecretKey.copyOf("store", deviceKey),
    identity,
    sealingKeys: () => [holder],
    ownHead: "trust",
    views: {
      lines: (view, blocks) => {
        for (const { values } of blocks) for (const value of values) view.append(value);
      },
    },
    onAlarm: ({ kind }) => alarms.push(kind),
  });
  return { deps, sealingKey: sealing.publicKey, alarms };
}

async function give(from: Room, to: Room): Promise<void> {
  await to.receive(await from.readStored(0, 1_000));
}

async function lines(room: Room): Promise<readonly string[]> {
  const view = await room.view("lines");
  return Array.from({ length: view.length }, (_, i) => decodeUtf8(view.at(i)));
}

it("lets two people write to one room, close it, and go on", async () => {
  const [alice, bob] = [await person(), await person()];
  const bobs = await bob.deps();
  let room = await createRoom(await alice.deps(), { mode: "majority", checkpointInterval: 5 });
  const add = {
    identity: bobs.identity.publicKey,
    sealingKey: bob.sealingKey,
    role: "member",
    history: "all",
  } as const;
  await room.change((proposer) => [proposeAdd({ primitives }, { ...proposer, add })]);
  const other = await joinRoom(bobs, { genesis: encodeGenesis(room.log.genesis) });
  await room.write(encodeUtf8("the garden gate key is under the pot"));
  await give(room, other);
  await other.write(encodeUtf8("thank you"));
  await give(other, room);
  const { logId } = room.log;
  await room.acknowledge();
  await room.close();
  room = await openRoom(await alice.deps(), { logId, from: "checkpoint" });
  await room.write(encodeUtf8("see you"));
  await give(room, other);
  const expected = ["the garden gate key is under the pot", "thank you", "see you"];
  expect(await lines(room)).toEqual(expected);
  expect(await lines(other)).toEqual(expected);
  expect([...alice.alarms, ...bob.alarms]).toEqual([]);
  for (const block of await room.readStored(0, 100))
    expect(new TextDecoder("latin1").decode(block)).not.toContain("garden");
  await room.close();
  await other.close();
});
