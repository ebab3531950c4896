/**
 * Sessions against libsignal in one process, the two taking turns, storing included on both sides: ours seals its records, theirs
 * serialises them. One JSON line per figure, medians; `npm run bench -- sessions` starts it.
 */
import { nodePrimitives, systemRandom } from "@coterie/primitives/node";
import { generateAgreementKeyPair } from "@coterie/primitives";
import { generateKemPrekey, generatePrekey } from "@coterie/sessions";
import { createCoterieDevice } from "./coterie-device.ts";
import type { Device } from "./device.ts";
import { findLibsignal, installLibsignal, type Libsignal } from "./libsignal.ts";
import { createLibsignalDevice } from "./libsignal-device.ts";

const library: Libsignal = (await findLibsignal()) ?? (await installLibsignal());
const deps = { primitives: nodePrimitives, random: systemRandom };
const makers = { ours: () => createCoterieDevice(deps), rival: () => createLibsignalDevice(library) };

type Work = () => Promise<void> | void;

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Medians in µs of both, in turns; each run is `calls` calls. */
async function compare(
  name: string,
  { ours, rival, rounds, calls = 1, note }: { ours: Work; rival: Work; rounds: number; calls?: number; note: string },
): Promise<void> {
  const times: { readonly ours: number[]; readonly rival: number[] } = { ours: [], rival: [] };
  for (let round = -3; round < rounds; round++) {
    for (const [side, work] of [
      ["ours", ours],
      ["rival", rival],
    ] as const) {
      const start = performance.now();
      for (let i = 0; i < calls; i++) await work();
      if (round >= 0) times[side].push(((performance.now() - start) * 1000) / calls);
    }
  }
  report(name, { ours: median(times.ours), rival: median(times.rival), unit: "µs", note });
}

function report(
  name: string,
  { ours, rival, unit, note }: { ours: number; rival: number; unit: string; note: string },
): void {
  const rounded = (value: number): number => Math.round(value * 100) / 100;
  const line = { name, ours: rounded(ours), rival: rounded(rival), ratio: rounded(ours / rival), unit, note };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** Two devices with a session that both have answered in. */
async function pair(make: () => Device): Promise<readonly [Device, Device]> {
  const [alice, bob] = [make(), make()];
  await alice.start(await bob.publish());
  await exchange(alice, bob, "hello");
  await exchange(bob, alice, "hello yourself");
  return [alice, bob];
}

async function exchange(from: Device, to: Device, text: string): Promise<void> {
  const packet = await from.encrypt(text);
  if (packet === undefined || (await to.decrypt(packet)).kind !== "opened") throw new Error("lost");
}

/** Both sides of a figure, each with its own devices. */
async function onBoth(prepare: (make: () => Device) => Promise<Work>): Promise<{ ours: Work; rival: Work }> {
  return { ours: await prepare(makers.ours), rival: await prepare(makers.rival) };
}

const identity = generateAgreementKeyPair(nodePrimitives, systemRandom);
await compare("identity key pair", {
  ours: () => void generateAgreementKeyPair(nodePrimitives, systemRandom),
  rival: () => void library.PrivateKey.generate().getPublicKey(),
  rounds: 60,
  calls: 20,
  note: "X25519",
});
await compare("100 one-time EC prekeys", {
  ours: () => {
    for (let id = 0; id < 100; id++) generatePrekey(deps, id);
  },
  rival: () => {
    for (let id = 0; id < 100; id++) library.PrivateKey.generate().getPublicKey();
  },
  rounds: 15,
  note: "X25519",
});
await compare("100 one-time KEM prekeys, signed", {
  ours: () => {
    for (let id = 0; id < 100; id++) generateKemPrekey(deps, { id, identity });
  },
  rival: () => {
    const key = library.PrivateKey.generate();
    for (let id = 0; id < 100; id++) key.sign(library.KEMKeyPair.generate().getPublicKey().serialize());
  },
  rounds: 9,
  note: "Kyber1024; ours in JavaScript",
});
await compare("initiate", {
  ...(await onBoth(async (make) => {
    const [alice, bob] = [make(), make()];
    const bundle = await bob.publish();
    return async () => {
      await alice.start(bundle);
      await alice.encrypt("hello");
    };
  })),
  rounds: 60,
  note: "bundle checked, session made, first message encrypted",
});
await compare("respond", {
  ...(await onBoth(async (make) => {
    const [alice, bob] = [make(), make()];
    const waiting: { readonly kind: "prekey" | "ratchet"; readonly bytes: Uint8Array }[] = [];
    for (let i = 0; i < 64; i++) {
      await alice.start(await bob.publish());
      const packet = await alice.encrypt("hello");
      if (packet !== undefined) waiting.push(packet);
    }
    return async () => {
      const packet = waiting.pop();
      if (packet === undefined || (await bob.decrypt(packet)).kind !== "opened") throw new Error("lost");
    };
  })),
  rounds: 60,
  note: "session made, first message opened; one more session archived each time",
});
for (const lengthBytes of [32, 1024]) {
  const text = "x".repeat(lengthBytes);
  await compare(`one way, ${lengthBytes} B: encrypt and decrypt`, {
    ...(await onBoth(async (make) => {
      const [alice, bob] = await pair(make);
      return async () => await exchange(alice, bob, text);
    })),
    rounds: 150,
    calls: 10,
    note: "no ratchet step",
  });
  await compare(`ping-pong, ${lengthBytes} B: there and back`, {
    ...(await onBoth(async (make) => {
      const [alice, bob] = await pair(make);
      return async () => {
        await exchange(alice, bob, text);
        await exchange(bob, alice, text);
      };
    })),
    rounds: 150,
    calls: 5,
    note: "a ratchet step per message, post-quantum epochs included",
  });
}
for (const [members, budgetMs] of [
  [2, 30],
  [6, 90],
  [30, 450],
] as const) {
  await compare(`fan-out to ${members}`, {
    ...(await onBoth(async (make) => {
      const senders: Device[] = [];
      for (let i = 0; i < members; i++) senders.push((await pair(make))[0]);
      return async () => {
        for (const sender of senders) await sender.encrypt("x".repeat(1024));
      };
    })),
    rounds: 40,
    note: `1 KiB; budget ${budgetMs} ms`,
  });
}
for (const [name, turns] of [
  ["record after the first answer", 0],
  ["record after 100 turns", 100],
] as const) {
  const lengths: number[] = [];
  for (const make of [makers.ours, makers.rival]) {
    const [alice, bob] = await pair(make);
    for (let i = 0; i < turns; i++) await exchange(i % 2 === 0 ? bob : alice, i % 2 === 0 ? alice : bob, "turn");
    lengths.push(await alice.recordLengthBytes());
  }
  report(name, { ours: lengths[0] ?? 0, rival: lengths[1] ?? 0, unit: "B", note: "ours encrypted, 40 B of that" });
}
for (const kind of ["prekey", "ratchet"] as const) {
  const lengths: number[] = [];
  for (const make of [makers.ours, makers.rival]) {
    const [alice, bob] = kind === "ratchet" ? await pair(make) : [make(), make()];
    if (kind === "prekey") await alice.start(await bob.publish());
    lengths.push((await alice.encrypt("x".repeat(32)))?.bytes.length ?? 0);
  }
  report(`${kind} message of 32 B on the wire`, { ours: lengths[0] ?? 0, rival: lengths[1] ?? 0, unit: "B", note: "" });
}
