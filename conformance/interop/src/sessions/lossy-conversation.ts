/**
 * Two devices and a bad network between them: messages are lost, late, repeated and changed, sessions are started from both sides at
 * once and reset. What is delivered unchanged for the first time must open; nothing else may.
 */
import type { Device, Packet } from "./device.ts";

/** What happened in one or more conversations. */
export interface Tally {
  messages: number;
  sessions: number;
  maxEpoch: number;
  /** Delivered unchanged and in reach, and yet not opened. */
  undelivered: number;
  acceptedTampered: number;
  acceptedReplays: number;
}

/** An empty tally. */
export function emptyTally(): Tally {
  return { messages: 0, sessions: 0, maxEpoch: 0, undelivered: 0, acceptedTampered: 0, acceptedReplays: 0 };
}

/** Numbers from 0 to 1 that depend on a seed alone. */
export type Chance = () => number;

/** A small generator (mulberry32): for schedules, not for keys. */
export function createChance(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** How long it goes on, and how bad the network is. */
export interface ConversationInput {
  readonly left: Device;
  readonly right: Device;
  readonly chance: Chance;
  readonly rounds: number;
  /** Up to 0.4. */
  readonly loss: number;
}

interface Sent {
  readonly to: Device;
  readonly text: string;
  readonly packet: Packet;
}

/** Late messages arrive at most this many rounds later: within the chains that a session keeps. */
const lateRounds = 2;
const resetChance = 0.02;

/** Runs one conversation and adds to `tally`. */
export async function converse({ left, right, chance, rounds, loss }: ConversationInput, tally: Tally): Promise<void> {
  const network: { readonly dueRound: number; readonly sent: Sent }[] = [];
  const delivered: Sent[] = [];
  const lossOfThis = loss * chance();
  let number = 0;
  for (let round = 0; round < rounds; round++) {
    if (round === 0 && chance() < 0.5) await startBoth({ left, right, tally });
    for (const [from, to] of [
      [left, right],
      [right, left],
    ] as const) {
      if (round > 0 && chance() < resetChance) await from.reset();
      for (let count = Math.floor(chance() * 4); count > 0; count--) {
        const text = `message ${number++} `.repeat(1 + Math.floor(chance() * 5));
        const packet = await encryptOrStart({ from, to, text, tally });
        tally.messages++;
        if (chance() < lossOfThis) continue;
        network.push({ dueRound: round + Math.floor(chance() ** 3 * (lateRounds + 1)), sent: { to, text, packet } });
      }
    }
    const due = network.filter(({ dueRound }) => dueRound <= round).map(({ sent }) => sent);
    network.splice(0, network.length, ...network.filter(({ dueRound }) => dueRound > round));
    for (const sent of shuffled(due, chance)) {
      if (chance() < 0.1) await deliverChanged({ sent, chance }, tally);
      await deliver(sent, tally);
      delivered.push(sent);
      const repeated = delivered[Math.floor(chance() * delivered.length)];
      if (repeated !== undefined && chance() < 0.1) await deliverAgain(repeated, tally);
    }
    tally.maxEpoch = Math.max(tally.maxEpoch, await left.epoch(), await right.epoch());
  }
}

async function startBoth({ left, right, tally }: { left: Device; right: Device; tally: Tally }): Promise<void> {
  const [leftBundle, rightBundle] = [await left.publish(), await right.publish()];
  await left.start(rightBundle);
  await right.start(leftBundle);
  tally.sessions += 2;
}

async function encryptOrStart({
  from,
  to,
  text,
  tally,
}: {
  readonly from: Device;
  readonly to: Device;
  readonly text: string;
  readonly tally: Tally;
}): Promise<Packet> {
  const packet = await from.encrypt(text);
  if (packet !== undefined) return packet;
  await from.start(await to.publish());
  tally.sessions++;
  const again = await from.encrypt(text);
  if (again === undefined) throw new Error("a new session does not send");
  return again;
}

async function deliver({ to, text, packet }: Sent, tally: Tally): Promise<void> {
  const opened = await to.decrypt(packet);
  if (opened.kind !== "opened" || opened.text !== text) tally.undelivered++;
}

async function deliverAgain({ to, packet }: Sent, tally: Tally): Promise<void> {
  if ((await to.decrypt(packet)).kind === "opened") tally.acceptedReplays++;
}

/** Changes one bit of what is authenticated: of a prekey message, of the ratchet message inside. */
async function deliverChanged(
  { sent, chance }: { readonly sent: Sent; readonly chance: Chance },
  tally: Tally,
): Promise<void> {
  const bytes = new Uint8Array(sent.packet.bytes);
  const start = sent.packet.kind === "ratchet" ? 0 : innerStart(bytes);
  const end = sent.packet.kind === "ratchet" ? bytes.length : start + innerLength(bytes);
  const at = start + Math.floor(chance() * (end - start));
  bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(chance() * 8));
  const opened = await sent.to.decrypt({ kind: sent.packet.kind, bytes });
  if (opened.kind === "opened") tally.acceptedTampered++;
}

/** Field 4 of a prekey message, after the version byte, the one-time prekey's id and two keys of 33 bytes. */
function innerField(bytes: Uint8Array): { readonly start: number; readonly length: number } {
  let at = 1;
  while (bytes[at] !== 0x22 && at < bytes.length) at = skipField(bytes, at);
  const { value, next } = readVarint(bytes, at + 1);
  return { start: next, length: value };
}

function innerStart(bytes: Uint8Array): number {
  return innerField(bytes).start;
}

function innerLength(bytes: Uint8Array): number {
  return innerField(bytes).length;
}

function skipField(bytes: Uint8Array, at: number): number {
  const { value, next } = readVarint(bytes, at + 1);
  return ((bytes[at] ?? 0) & 7) === 0 ? next : next + value;
}

function readVarint(bytes: Uint8Array, at: number): { readonly value: number; readonly next: number } {
  let [value, shift, offset] = [0, 0, at];
  for (;;) {
    const byte = bytes[offset++] ?? 0;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return { value, next: offset };
    shift += 7;
  }
}

function shuffled<Item>(items: readonly Item[], chance: Chance): Item[] {
  return items
    .map((item) => ({ item, order: chance() }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ item }) => item);
}
