/** Rotating to many members, on any platform: sealing, opening and verifying alone, and as a block of a room in memory. */
import { createMemoryLogStore } from "@coterie/oplog";
import { generateAgreementKeyPair, generateSigningKeyPair } from "@coterie/primitives";
import {
  createRoom,
  createRotation,
  createSealingKeyHolder,
  encodeGenesis,
  encodePublicPart,
  joinRoom,
  openEntries,
  type Room,
  verifyRotation,
} from "@coterie/room";
import { median } from "./median.ts";
import { addMembers, checkpointInterval, createSeeds, depsOf, give, type Platform } from "./device.ts";

/** To how many, and how often. */
export interface RotationOptions {
  readonly members: number;
  readonly rounds: number;
}

/** Medians. */
export interface RotationFigures {
  readonly members: number;
  readonly sealMs: number;
  readonly openMs: number;
  readonly verifyMs: number;
  readonly sealedBytes: number;
  /** `rotateNow`, from the call until the block is stored. */
  readonly rotateMs: number;
  readonly blockBytes: number;
  /** Taking that block, as another member. */
  readonly receiveMs: number;
}

/** See {@link RotationOptions}. */
export async function measureRotation(platform: Platform, options: RotationOptions): Promise<RotationFigures> {
  return { members: options.members, ...measureAlone(platform, options), ...(await measureBlocks(platform, options)) };
}

function measureAlone(
  { primitives, random }: Platform,
  { members, rounds }: RotationOptions,
): Pick<RotationFigures, "sealMs" | "openMs" | "verifyMs" | "sealedBytes"> {
  const logId = new Uint8Array(32).fill(7);
  const keyPairs = Array.from({ length: members }, () => generateAgreementKeyPair(primitives, random));
  const recipients = keyPairs.map(({ publicKey }) => ({
    identity: generateSigningKeyPair(primitives, random).publicKey,
    level: "full" as const,
    sealingKey: publicKey,
  }));
  const times = { seal: [] as number[], open: [] as number[], verify: [] as number[] };
  let sealedBytes = 0;
  for (let round = 0; round < rounds; round++) {
    const [{ secret, sealing }, sealMs] = timed(() =>
      createRotation({ primitives, random }, { logId, recipients, wrapped: [] }),
    );
    const [keyPair, recipient] = [keyPairs[round % members], recipients[round % members]];
    if (keyPair === undefined || recipient === undefined) throw new Error("no member");
    const holder = createSealingKeyHolder({ primitives }, keyPair);
    const { identity } = recipient;
    const [opened, openMs] = timed(() => openEntries({ primitives }, { logId, identity, sealing, holder }));
    const [verdict, verifyMs] = timed(() =>
      lastOf(verifyRotation({ primitives }, { logId, secret, recipients, sealing })),
    );
    if (opened.kind !== "opened" || verdict.kind !== "complete") throw new Error("a member was left out");
    times.seal.push(sealMs);
    times.open.push(openMs);
    times.verify.push(verifyMs);
    sealedBytes = encodePublicPart([sealing]).length;
  }
  return { sealMs: median(times.seal), openMs: median(times.open), verifyMs: median(times.verify), sealedBytes };
}

async function measureBlocks(
  platform: Platform,
  { members, rounds }: RotationOptions,
): Promise<Pick<RotationFigures, "rotateMs" | "blockBytes" | "receiveMs">> {
  const others = Array.from({ length: members - 1 }, () => createSeeds(platform));
  const [reader = createSeeds(platform)] = others;
  const founder = { seeds: createSeeds(platform), store: createMemoryLogStore() };
  const room = await createRoom(depsOf(platform, founder), { mode: "majority", checkpointInterval });
  await addMembers(room, { ...platform, members: others });
  const genesis = encodeGenesis(room.log.genesis);
  const joined = await joinRoom(depsOf(platform, { seeds: reader, store: createMemoryLogStore() }), { genesis });
  let given = await give(room, { to: joined });
  const times = { rotate: [] as number[], receive: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    times.rotate.push(await timedAsync(async () => await room.rotateNow()));
    times.receive.push(await timedAsync(async () => (given = await give(room, { to: joined, start: given }))));
  }
  const blockBytes = await lastLength(room, given);
  return { rotateMs: median(times.rotate), receiveMs: median(times.receive), blockBytes };
}

async function lastLength(room: Room, stored: number): Promise<number> {
  const [block] = await room.readStored(stored - 1, 1);
  return block?.length ?? 0;
}

function timed<Result>(step: () => Result): readonly [Result, number] {
  const from = performance.now();
  return [step(), performance.now() - from];
}

async function timedAsync(step: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await step();
  return performance.now() - from;
}

function lastOf<Result>(steps: Generator<void, Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
