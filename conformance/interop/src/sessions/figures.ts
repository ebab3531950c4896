/** What is measured of sessions, the same for every implementation and in every place; runs in browsers as well. */
import type { Device, Packet } from "./device.ts";

/** What is measured, called again and again. */
export type Work = () => Promise<void> | void;

/** An implementation with what is measured of it besides devices. */
export interface Implementation {
  readonly createDevice: () => Device;
  readonly createKeyPair: () => void;
  /** A function that makes one signed KEM prekey. */
  readonly createSigner: () => () => void;
}

/** One figure: the median of `rounds` runs of `calls` calls. */
export interface Figure {
  readonly name: string;
  readonly note: string;
  readonly rounds: number;
  readonly calls: number;
  /** Of one call; not to be exceeded. */
  readonly budgetMs?: number;
  readonly prepare: (implementation: Implementation) => Promise<Work> | Work;
}

/** Every figure, in order. */
export const figures: readonly Figure[] = [
  {
    name: "identity key pair",
    note: "X25519",
    rounds: 60,
    calls: 20,
    prepare: ({ createKeyPair }) => createKeyPair,
  },
  {
    name: "100 one-time EC prekeys",
    note: "X25519",
    rounds: 15,
    calls: 1,
    prepare: ({ createKeyPair }) => hundredTimes(createKeyPair),
  },
  {
    name: "100 one-time KEM prekeys, signed",
    note: "Kyber1024; ours in JavaScript",
    rounds: 9,
    calls: 1,
    prepare: ({ createSigner }) => hundredTimes(createSigner()),
  },
  {
    name: "initiate",
    note: "bundle checked, session made, first message encrypted",
    rounds: 60,
    calls: 1,
    prepare: prepareInitiating,
  },
  {
    name: "respond",
    note: "session made, first message opened; one more session archived each time",
    rounds: 60,
    calls: 1,
    prepare: prepareResponding,
  },
  ...[32, 1024].flatMap(conversations),
  fanOut(2, 30),
  fanOut(6, 90),
  fanOut(30, 450),
];

/** How a figure is measured: by each of the clocks, which count µs. */
export interface Measurement extends Pick<Figure, "rounds" | "calls"> {
  readonly clocks: readonly (() => number)[];
}

/** The time that passes: what a person waits, and what else the machine does. */
export const wallClock = (): number => performance.now() * 1000;

/**
 * Medians of one call of each work, for each clock; the works take turns so that load hits them alike, and three rounds of warming up
 * are not counted.
 */
export async function measureInTurns(
  works: readonly Work[],
  { rounds, calls, clocks }: Measurement,
): Promise<readonly (readonly number[])[]> {
  const times = clocks.map(() => works.map((): number[] => []));
  for (let round = -3; round < rounds; round++) {
    for (const [side, work] of works.entries()) {
      const starts = clocks.map((clock) => clock());
      for (let i = 0; i < calls; i++) await work();
      const ends = clocks.map((clock) => clock());
      if (round < 0) continue;
      for (const [index, end] of ends.entries()) times[index]?.[side]?.push((end - (starts[index] ?? 0)) / calls);
    }
  }
  return times.map((ofClock) => ofClock.map(median));
}

/** Two devices with a session that both have answered in. */
export async function createTalkingPair({ createDevice }: Implementation): Promise<readonly [Device, Device]> {
  const [alice, bob] = [createDevice(), createDevice()];
  await alice.start(await bob.publish());
  await exchange(alice, { to: bob, text: "hello" });
  await exchange(bob, { to: alice, text: "hello yourself" });
  return [alice, bob];
}

/** Sends a text, which must arrive. */
export async function exchange(
  from: Device,
  { to, text }: { readonly to: Device; readonly text: string },
): Promise<void> {
  const packet = await from.encrypt(text);
  if (packet === undefined || (await to.decrypt(packet)).kind !== "opened") throw new Error("lost");
}

function hundredTimes(work: () => void): Work {
  return () => {
    for (let i = 0; i < 100; i++) work();
  };
}

async function prepareInitiating({ createDevice }: Implementation): Promise<Work> {
  const [alice, bob] = [createDevice(), createDevice()];
  const bundle = await bob.publish();
  return async () => {
    await alice.start(bundle);
    await alice.encrypt("hello");
  };
}

async function prepareResponding({ createDevice }: Implementation): Promise<Work> {
  const [alice, bob] = [createDevice(), createDevice()];
  const waiting: Packet[] = [];
  for (let i = 0; i < 64; i++) {
    await alice.start(await bob.publish());
    const packet = await alice.encrypt("hello");
    if (packet !== undefined) waiting.push(packet);
  }
  return async () => {
    const packet = waiting.pop();
    if (packet === undefined || (await bob.decrypt(packet)).kind !== "opened") throw new Error("lost");
  };
}

function conversations(lengthBytes: number): Figure[] {
  const text = "x".repeat(lengthBytes);
  return [
    {
      name: `one way, ${lengthBytes} B: encrypt and decrypt`,
      note: "no ratchet step",
      rounds: 150,
      calls: 10,
      prepare: async (implementation) => {
        const [alice, bob] = await createTalkingPair(implementation);
        return async () => await exchange(alice, { to: bob, text });
      },
    },
    {
      name: `ping-pong, ${lengthBytes} B: there and back`,
      note: "a ratchet step per message, post-quantum epochs included",
      rounds: 150,
      calls: 5,
      prepare: async (implementation) => {
        const [alice, bob] = await createTalkingPair(implementation);
        return async () => {
          await exchange(alice, { to: bob, text });
          await exchange(bob, { to: alice, text });
        };
      },
    },
  ];
}

function fanOut(members: number, budgetMs: number): Figure {
  return {
    name: `fan-out to ${members}`,
    note: `1 KiB; budget ${budgetMs} ms`,
    rounds: 40,
    calls: 1,
    budgetMs,
    prepare: async (implementation) => {
      const senders: Device[] = [];
      for (let i = 0; i < members; i++) senders.push((await createTalkingPair(implementation))[0]);
      return async () => {
        for (const sender of senders) await sender.encrypt("x".repeat(1024));
      };
    },
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
