/**
 * `npm run interop:sessions -- --minutes 5 --seed N`: conversations with libsignal and with ourselves until the time is over. The last
 * line is JSON. The exit code is 1 where something was lost that should have arrived, or accepted that should not.
 */
import { parseArgs } from "node:util";
import { nodePrimitives, systemRandom } from "@coterie/primitives/node";
import { createCoterieDevice } from "./coterie-device.ts";
import { findLibsignal, installLibsignal } from "./libsignal.ts";
import { createLibsignalDevice } from "./libsignal-device.ts";
import { converse, createChance, emptyTally } from "./lossy-conversation.ts";

const { values } = parseArgs({
  options: { minutes: { type: "string", default: "1" }, seed: { type: "string", default: "1" } },
});
const [minutes, firstSeed] = [Number(values.minutes), Number(values.seed)];
if (!(minutes > 0) || !Number.isSafeInteger(firstSeed)) {
  process.stderr.write("usage: npm run interop:sessions -- --minutes 5 --seed N\n");
  process.exit(2);
}

const library = (await findLibsignal()) ?? (await installLibsignal());
const deps = { primitives: nodePrimitives, random: systemRandom };
const tally = emptyTally();
const endMs = Date.now() + minutes * 60_000;
let seed = firstSeed;
for (; Date.now() < endMs; seed++) {
  const chance = createChance(seed);
  const [ours, theirs] = [createCoterieDevice(deps), createLibsignalDevice(library)];
  const [left, right] = chance() < 0.5 ? [ours, theirs] : [theirs, ours];
  const before = { ...tally };
  await converse({ left, right, chance, rounds: 40 + Math.floor(chance() * 400), loss: 0.4 }, tally);
  if (tally.undelivered + tally.acceptedTampered + tally.acceptedReplays > 0 && before.undelivered === 0) {
    process.stdout.write(`seed ${seed} found something\n`);
  }
}
process.stdout.write(`seeds ${firstSeed} to ${seed - 1}\n${JSON.stringify(tally)}\n`);
process.exit(tally.undelivered + tally.acceptedTampered + tally.acceptedReplays === 0 ? 0 : 1);
