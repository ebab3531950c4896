import { nodePrimitives, systemRandom } from "@coterie/primitives/node";
import { loadBrowserPrimitives } from "@coterie/primitives/browser";
import { portablePrimitives } from "@coterie/primitives/portable";
import { describe, expect, it } from "vitest";
import { servicesAreRequired } from "../../../tools/src/repository.ts";
import { createCoterieDevice } from "../src/sessions/coterie-device.ts";
import { findLibsignal, type Libsignal } from "../src/sessions/libsignal.ts";
import { createLibsignalDevice } from "../src/sessions/libsignal-device.ts";
import { converse, createChance, emptyTally } from "../src/sessions/lossy-conversation.ts";

const library = await findLibsignal();
const deps = { primitives: nodePrimitives, random: systemRandom };
const faultless = { undelivered: 0, acceptedTampered: 0, acceptedReplays: 0 };

describe("sessions under loss, reordering, replays and changed bits", () => {
  it.each([1, 2, 3])("lose nothing and accept nothing wrong between two of ours, seed %i", async (seed) => {
    const chance = createChance(seed);
    const tally = emptyTally();
    const browser = { primitives: await loadBrowserPrimitives(), random: systemRandom };
    const [left, right] = [createCoterieDevice(deps), createCoterieDevice(browser)];
    await converse({ left, right, chance, rounds: 60, loss: 0.4 }, tally);
    expect(tally).toMatchObject(faultless);
    expect(tally.messages).toBeGreaterThan(100);
  });

  it("speak the same on the portable backend", async () => {
    const portable = { primitives: portablePrimitives, random: systemRandom };
    const tally = emptyTally();
    const [left, right] = [createCoterieDevice(deps), createCoterieDevice(portable)];
    await converse({ left, right, chance: createChance(4), rounds: 6, loss: 0.2 }, tally);
    expect(tally).toMatchObject(faultless);
  });

  it("would be found out if something were lost: a device that forgets its sessions", async () => {
    const tally = emptyTally();
    const [left, right] = [createCoterieDevice(deps), createCoterieDevice(deps)];
    const forgetful = { ...right, decrypt: async () => ({ kind: "refused" }) as const };
    await converse({ left, right: forgetful, chance: createChance(5), rounds: 5, loss: 0 }, tally);
    expect(tally.undelivered).toBeGreaterThan(0);
  });
});

describe("sessions with libsignal", () => {
  // skip: the AGPL oracle is installed only where it is asked for (conformance/interop/libsignal)
  it.skipIf(library === undefined && !servicesAreRequired()).each([11, 12, 13, 14])(
    "lose nothing and accept nothing wrong, in both roles, seed %i",
    async (seed) => {
      const chance = createChance(seed);
      const tally = emptyTally();
      const ours = createCoterieDevice(deps);
      const theirs = createLibsignalDevice(requireLibrary());
      const [left, right] = seed % 2 === 0 ? [ours, theirs] : [theirs, ours];
      await converse({ left, right, chance, rounds: 120, loss: 0.3 }, tally);
      expect(tally).toMatchObject(faultless);
      expect(tally.maxEpoch).toBeGreaterThanOrEqual(1);
    },
  );
});

function requireLibrary(): Libsignal {
  if (library === undefined) throw new Error("libsignal is required here: npm ci in conformance/interop/libsignal");
  return library;
}
