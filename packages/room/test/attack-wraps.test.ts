// Attack: a member writes block after block that begins one and the same epoch, each with a thousand wraps that hold nothing.
import { expect, it } from "vitest";
import { Keyring } from "../src/epochs/keyring.ts";
import { deriveEpochId, levelSecretOf } from "../src/epochs/level-secret.ts";
import { wrapEpoch } from "../src/epochs/wraps.ts";
import { deps, madeUp } from "./epochs-scene.ts";

it("tries each wrap of an epoch once, however many blocks begin it, and follows a true one that comes last", () => {
  let decrypted = 0;
  const { xchacha20Poly1305: cipher } = deps.primitives;
  const counted = {
    ...cipher,
    decrypt: (input: Parameters<typeof cipher.decrypt>[0]) => {
      decrypted += 1;
      return cipher.decrypt(input);
    },
  };
  const logId = madeUp("a room");
  const keyring = new Keyring({ primitives: { ...deps.primitives, xchacha20Poly1305: counted } }, { logId });
  const held = (name: string) => {
    const secret = levelSecretOf("full", madeUp(name));
    return { epochId: deriveEpochId(deps, { logId, secret }), secret };
  };
  const [by, older] = [held("the epoch"), held("an older one")];
  keyring.learn(by.epochId, by.secret);
  const [blocks, wrapsOfEach] = [40, 25];
  for (let block = 0; block < blocks; block++) {
    const wraps = Array.from({ length: wrapsOfEach }, (_, i) => ({
      epochId: madeUp(`nothing ${block} ${i}`).slice(0, 16),
      full: new Uint8Array(48).fill(i),
      control: new Uint8Array(48).fill(i),
    }));
    keyring.addRotation({ epochId: by.epochId, lamport: block, wraps });
    expect(keyring.findFalseWraps(by.epochId)).toHaveLength((block + 1) * wrapsOfEach);
  }
  // Followed once and checked once, in both kinds.
  expect(decrypted).toBeLessThanOrEqual(4 * blocks * wrapsOfEach);
  keyring.addRotation({ epochId: by.epochId, lamport: 99, wraps: [wrapEpoch(deps, { by, wrapped: older })] });
  expect(keyring.findLevel(older.epochId)).toBe("full");
  expect(keyring.findFalseWraps(by.epochId)).toHaveLength(blocks * wrapsOfEach);
});
