/**
 * Sessions against libsignal in one process, the two taking turns, storing included on both sides: ours seals its records, theirs
 * serialises them. One JSON line per figure, medians; `npm run bench -- sessions` starts it. The exit code is 1 where ours exceeds a
 * budget.
 */
import { nodePrimitives, systemRandom } from "@coterie/primitives/node";
import { coterieOn } from "./coterie-implementation.ts";
import { createTalkingPair, exchange, figures, type Implementation, measureInTurns, wallClock } from "./figures.ts";
import { findLibsignal, installLibsignal } from "./libsignal.ts";
import { createLibsignalDevice } from "./libsignal-device.ts";
import { reportFigure } from "./report-figure.ts";

const library = (await findLibsignal()) ?? (await installLibsignal());
const ours = coterieOn({ primitives: nodePrimitives, random: systemRandom });
const rival: Implementation = {
  createDevice: () => createLibsignalDevice(library),
  createKeyPair: () => void library.PrivateKey.generate().getPublicKey(),
  createSigner: () => {
    const key = library.PrivateKey.generate();
    return () => void key.sign(library.KEMKeyPair.generate().getPublicKey().serialize());
  },
};

for (const figure of figures) {
  const works = [await figure.prepare(ours), await figure.prepare(rival)];
  const [wall, processor] = await measureInTurns(works, { ...figure, clocks: [wallClock, processorClock] });
  const [oursUs = Number.NaN, rivalUs = Number.NaN] = wall ?? [];
  const [oursProcessorUs = Number.NaN, rivalProcessorUs = Number.NaN] = processor ?? [];
  const processorRatio = oursProcessorUs / rivalProcessorUs;
  reportFigure({ ...figure, ours: oursUs, rival: rivalUs, unit: "µs", processorRatio });
  if (figure.budgetMs !== undefined && oursUs > figure.budgetMs * 1000) process.exitCode = 1;
}
for (const [name, turns] of [
  ["record after the first answer", 0],
  ["record after 100 turns", 100],
] as const) {
  const [oursBytes, rivalBytes] = [await recordAfter(turns, ours), await recordAfter(turns, rival)];
  reportFigure({ name, ours: oursBytes, rival: rivalBytes, unit: "B", note: "ours encrypted, 40 B of that" });
}
for (const kind of ["prekey", "ratchet"] as const) {
  const [oursBytes, rivalBytes] = [await lengthOnWire(kind, ours), await lengthOnWire(kind, rival)];
  reportFigure({
    name: `${kind} message of 32 B on the wire`,
    ours: oursBytes,
    rival: rivalBytes,
    unit: "B",
    note: "",
  });
}

/** Processor time of all threads: what other programs do on the machine is not in it. */
function processorClock(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

async function recordAfter(turns: number, implementation: Implementation): Promise<number> {
  const [alice, bob] = await createTalkingPair(implementation);
  for (let i = 0; i < turns; i++) {
    const [from, to] = i % 2 === 0 ? [bob, alice] : [alice, bob];
    await exchange(from, { to, text: "turn" });
  }
  return await alice.recordLengthBytes();
}

async function lengthOnWire(kind: "prekey" | "ratchet", implementation: Implementation): Promise<number> {
  const { createDevice } = implementation;
  const [alice, bob] = kind === "ratchet" ? await createTalkingPair(implementation) : [createDevice(), createDevice()];
  if (kind === "prekey") await alice.start(await bob.publish());
  return (await alice.encrypt("x".repeat(32)))?.bytes.length ?? 0;
}
