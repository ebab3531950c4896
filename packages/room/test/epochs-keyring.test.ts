import { type Bytes, type Ciphertext, concatBytes, encodeHex, SecretKey } from "@coterie/bytes";
import { describe, expect, it } from "vitest";
import { BlockKeyCache } from "../src/epochs/block-key-cache.ts";
import { type BlockKeys, deriveBlockKeys } from "../src/epochs/block-keys.ts";
import { Keyring } from "../src/epochs/keyring.ts";
import {
  deriveEpochId,
  deriveLevel,
  type EpochLevel,
  epochLevels,
  type LevelSecret,
  levelSecretOf,
} from "../src/epochs/level-secret.ts";
import { createRotation } from "../src/epochs/new-epoch.ts";
import { unwrapEpoch, wrapEpoch } from "../src/epochs/wraps.ts";
import type { EpochWrap } from "../src/index.ts";
import { deps, madeUp, seededRandom } from "./epochs-scene.ts";

// All of them where there is time: COTERIE_FULL=1.
const mutantsTried = process.env["COTERIE_FULL"] === "1" ? 10_000 : 2_000;

const logId = madeUp("a room");
const deviceKey = SecretKey.copyOf("store", madeUp("device key"));
const random = seededRandom("keyrings");

/** An epoch that wraps others, as its author holds them. */
interface Epoch {
  readonly epochId: Bytes;
  readonly secret: LevelSecret<"full">;
  readonly lamport: number;
  readonly wraps: readonly EpochWrap[];
}

function epoch(
  name: string,
  lamport: number,
  wrapped: readonly { readonly epochId: Bytes; readonly secret: LevelSecret }[] = [],
): Epoch {
  const secret = levelSecretOf("full", madeUp(`S of ${name}`));
  const epochId = deriveEpochId(deps, { logId, secret });
  return {
    epochId,
    secret,
    lamport,
    wraps: wrapped.map((other) => wrapEpoch(deps, { by: { epochId, secret }, wrapped: other })),
  };
}

function atLevel(
  { epochId, secret }: Epoch,
  level: EpochLevel,
): { readonly epochId: Bytes; readonly secret: LevelSecret } {
  return { epochId, secret: deriveLevel(deps, { secret, level }) };
}

function levels(keyring: Keyring, epochs: readonly Epoch[]): readonly (EpochLevel | undefined)[] {
  return epochs.map(({ epochId }) => keyring.findLevel(epochId));
}

/** `count` epochs, each of which wraps the one before. */
function chain(count: number): readonly Epoch[] {
  const epochs: Epoch[] = [];
  for (let i = 0; i < count; i++) epochs.push(epoch(`link ${i}`, i + 1, epochs.slice(-1)));
  return epochs;
}

describe("a keyring", () => {
  it("finds its way back through every wrap from one secret (D8: offline for 200 epochs)", () => {
    const epochs = chain(200);
    const keyring = new Keyring(deps, { logId });
    for (const each of epochs) expect(keyring.addRotation(each)).toEqual([]);
    const last = epochs.at(-1);
    if (last === undefined) throw new Error("the chain is not empty");
    expect(keyring.learn(last.epochId, last.secret)).toHaveLength(200);
    expect(new Set(levels(keyring, epochs))).toEqual(new Set(["full"]));
    expect(keyring.epochIds()).toHaveLength(200);
  });

  it("finds as much in whatever order secrets and rotations come", () => {
    for (let round = 0; round < 200; round++) {
      const epochs: Epoch[] = [];
      for (let i = 0; i < 8; i++) {
        const held = epochs.filter(() => random.below(3) === 0);
        epochs.push(
          epoch(
            `${round}.${i}`,
            i,
            held.map((other) => atLevel(other, random.below(3) === 0 ? "control" : "full")),
          ),
        );
      }
      const learnt = epochs
        .filter(() => random.below(3) === 0)
        .map((other) => atLevel(other, epochLevels[random.below(4)] ?? "full"));
      const found = [0, 1, 2].map(() => {
        const keyring = new Keyring(deps, { logId });
        const steps = [
          ...epochs.map((each) => () => void keyring.addRotation(each)),
          ...learnt.map(
            ({ epochId, secret }) =>
              () =>
                void keyring.learn(epochId, secret),
          ),
        ];
        while (steps.length > 0) steps.splice(random.below(steps.length), 1)[0]?.();
        return levels(keyring, epochs);
      });
      expect(found[1]).toEqual(found[0]);
      expect(found[2]).toEqual(found[0]);
    }
  });

  it("gives who joined without history the control of all epochs, and the content of none before", () => {
    const epochs = chain(5);
    const keyring = new Keyring(deps, { logId });
    for (const each of epochs) keyring.addRotation(each);
    const [first, , , fourth] = epochs;
    if (first === undefined || fourth === undefined) throw new Error("the chain has five links");
    const joined = atLevel(fourth, "read");
    keyring.learn(joined.epochId, joined.secret);
    expect(levels(keyring, epochs)).toEqual(["control", "control", "control", "read", undefined]);
    const place = { epochId: first.epochId, writer: madeUp("alice's phone") };
    expect(keyring.findBlockKeys(place)?.content).toBeUndefined();
    for (const wrap of fourth.wraps) expect(unwrapEpoch(deps, { by: joined, wrap, kind: "full" })).toBeUndefined();
  });

  it("replaces a level by a better one alone, and the keys that it gave", () => {
    const one = epoch("one", 1);
    const keyring = new Keyring(deps, { logId });
    const place = { epochId: one.epochId, writer: madeUp("alice's phone") };
    expect(keyring.findBlockKeys(place)).toBeUndefined();
    for (const [level, expected] of [
      ["control", "control"],
      ["read", "read"],
      ["control", "read"],
      ["full", "full"],
      ["snapshot", "full"],
    ] as const) {
      const before = keyring.revision;
      const replaced = keyring.findSecret(one.epochId);
      const better = keyring.learn(one.epochId, atLevel(one, level).secret);
      expect(keyring.findLevel(one.epochId)).toBe(expected);
      expect(better).toHaveLength(level === expected ? 1 : 0);
      if (replaced !== undefined) expect(replaced.destroyed).toBe(level === expected);
      expect(keyring.revision > before).toBe(level === expected);
      expect(keyring.findBlockKeys(place)?.content !== undefined).toBe(expected !== "control");
    }
  });

  it("believes no secret that does not belong to the id, in entries or in wraps (A6)", () => {
    const [one, two] = [epoch("one", 1), epoch("two", 1)];
    const keyring = new Keyring(deps, { logId });
    for (const level of epochLevels) {
      const wrong = { epochId: one.epochId, secret: atLevel(two, level).secret };
      expect(() => keyring.learn(wrong.epochId, wrong.secret)).toThrow(
        expect.objectContaining({ code: "room/wrong-epoch-secret" }),
      );
    }
    const liar = epoch("liar", 2, [{ epochId: one.epochId, secret: two.secret }]);
    const honest = epoch("honest", 2, [one, two]);
    const noise = { ...honest, ...epoch("noise", 2), wraps: honest.wraps };
    for (const each of [liar, noise, honest]) keyring.addRotation(each);
    keyring.learn(liar.epochId, liar.secret);
    keyring.learn(noise.epochId, noise.secret);
    expect(levels(keyring, [one, two])).toEqual([undefined, undefined]);
    expect(keyring.findFalseWraps(liar.epochId)).toEqual([one.epochId]);
    expect(keyring.findFalseWraps(noise.epochId)).toEqual([one.epochId, two.epochId]);
    expect(keyring.findFalseWraps(honest.epochId)).toEqual([]);
    keyring.learn(honest.epochId, honest.secret);
    expect(levels(keyring, [one, two])).toEqual(["full", "full"]);
    expect(keyring.findFalseWraps(honest.epochId)).toEqual([]);
    expect(keyring.findFalseWraps(liar.epochId)).toEqual([one.epochId]);
  });

  it("tells a false full wrap beside a true control wrap, once it can", () => {
    const [one, two] = [epoch("one", 1), epoch("two", 1)];
    const honest = epoch("three", 2, [one]);
    const [lie] = epoch("three", 2, [{ epochId: one.epochId, secret: two.secret }]).wraps;
    const half = { ...honest, wraps: honest.wraps.map((wrap) => ({ ...wrap, full: lie?.full })) };
    const keyring = new Keyring(deps, { logId });
    keyring.addRotation(half);
    keyring.learn(half.epochId, atLevel(half, "read").secret);
    expect(keyring.findFalseWraps(half.epochId)).toEqual([]);
    keyring.learn(half.epochId, half.secret);
    expect(keyring.findFalseWraps(half.epochId)).toEqual([one.epochId]);
    expect(keyring.findLevel(one.epochId)).toBe("control");
  });

  it("opens no wrap that was moved: from another epoch, of another one, as the other kind (A7)", () => {
    const [one, two] = [epoch("one", 1), epoch("two", 1)];
    const [by, other] = [epoch("three", 2, [one, two]), epoch("four", 2, [one, two])];
    const [wrapOne, wrapTwo] = by.wraps;
    if (wrapOne?.full === undefined || wrapTwo?.full === undefined) throw new Error("both are wrapped in full");
    expect(unwrapEpoch(deps, { by, wrap: wrapOne, kind: "full" })?.exposeSecretBytes()).toEqual(
      one.secret.exposeSecretBytes(),
    );
    expect(unwrapEpoch(deps, { by: other, wrap: wrapOne, kind: "full" })).toBeUndefined();
    expect(unwrapEpoch(deps, { by, wrap: { ...wrapTwo, epochId: one.epochId }, kind: "full" })).toBeUndefined();
    expect(unwrapEpoch(deps, { by, wrap: { ...wrapOne, full: wrapOne.control }, kind: "full" })).toBeUndefined();
    expect(unwrapEpoch(deps, { by, wrap: { ...wrapOne, control: wrapOne.full }, kind: "control" })).toBeUndefined();
    const renamed = { ...by, epochId: other.epochId };
    expect(unwrapEpoch(deps, { by: renamed, wrap: wrapOne, kind: "full" })).toBeUndefined();
    for (let i = 0; i < mutantsTried; i++) {
      const kind = i % 2 === 0 ? "full" : "control";
      const mutant = wrapOne[kind]?.slice() ?? new Uint8Array(48);
      const at = random.below(48);
      mutant[at] = (mutant[at] ?? 0) ^ (1 + random.below(255));
      const cut = i % 5 === 0 ? mutant.slice(0, at) : mutant;
      expect(unwrapEpoch(deps, { by, wrap: { ...wrapOne, [kind]: cut }, kind })).toBeUndefined();
    }
  });

  it("follows wraps that go round in a circle, which somebody may make, and comes to an end", () => {
    const secrets = ["a", "b"].map((name) => levelSecretOf("full", madeUp(`circle ${name}`)));
    const held = secrets.map((secret) => ({ epochId: deriveEpochId(deps, { logId, secret }), secret }));
    const [a, b] = held;
    if (a === undefined || b === undefined) throw new Error("there are two");
    const keyring = new Keyring(deps, { logId });
    keyring.addRotation({
      ...a,
      lamport: 1,
      wraps: [wrapEpoch(deps, { by: a, wrapped: b }), wrapEpoch(deps, { by: a, wrapped: a })],
    });
    keyring.addRotation({ ...b, lamport: 1, wraps: [wrapEpoch(deps, { by: b, wrapped: a })] });
    expect(keyring.learn(a.epochId, a.secret)).toHaveLength(2);
    expect([a, b].map(({ epochId }) => keyring.findLevel(epochId))).toEqual(["full", "full"]);
  });

  it("wipes everything on destroy", () => {
    const one = epoch("one", 1);
    const keyring = new Keyring(deps, { logId });
    keyring.learn(one.epochId, one.secret);
    const secret = keyring.findSecret(one.epochId);
    const keys = keyring.findBlockKeys({ epochId: one.epochId, writer: madeUp("alice's phone") });
    keyring.destroy();
    expect(secret?.destroyed).toBe(true);
    expect([keys?.control.destroyed, keys?.content?.key.destroyed, keys?.content?.siv.destroyed]).toEqual([
      true,
      true,
      true,
    ]);
    expect(keyring.findLevel(one.epochId)).toBeUndefined();
    expect(keyring.epochIds()).toEqual([]);
  });
});

describe("dropped history", () => {
  it("closes what is older, and whatever would open it again out of the log", () => {
    const epochs = chain(6);
    const keyring = new Keyring(deps, { logId });
    for (const each of epochs) keyring.addRotation(each);
    for (const { epochId, secret } of epochs) keyring.learn(epochId, secret);
    keyring.dropHistory(4);
    expect(levels(keyring, epochs)).toEqual(["control", "control", "control", "snapshot", "snapshot", "snapshot"]);
    for (const each of epochs) keyring.addRotation(each);
    for (const { epochId, secret } of epochs) keyring.learn(epochId, secret);
    expect(levels(keyring, epochs)).toEqual(["control", "control", "control", "snapshot", "snapshot", "snapshot"]);
    // The twin: who did not drop it walks back from the last secret.
    const other = new Keyring(deps, { logId });
    for (const each of epochs) other.addRotation(each);
    const last = epochs.at(-1);
    if (last !== undefined) other.learn(last.epochId, last.secret);
    expect(new Set(levels(other, epochs))).toEqual(new Set(["full"]));
  });

  it("leaves an epoch whole that wraps nothing of it, and never goes back", () => {
    const [old, fresh] = [epoch("old", 1), epoch("fresh", 9)];
    const keyring = new Keyring(deps, { logId });
    for (const each of [old, fresh]) {
      keyring.addRotation(each);
      keyring.learn(each.epochId, each.secret);
    }
    keyring.dropHistory(5);
    keyring.dropHistory(0);
    keyring.learn(old.epochId, old.secret);
    expect(levels(keyring, [old, fresh])).toEqual(["control", "full"]);
    expect(keyring.findBlockKeys({ epochId: old.epochId, writer: madeUp("w") })?.content).toBeUndefined();
  });

  it("ends the same in whatever order things come, and after a restart", () => {
    for (let round = 0; round < 100; round++) {
      const epochs: Epoch[] = [];
      for (let i = 0; i < 7; i++) {
        const held = epochs.filter(() => random.below(2) === 0);
        epochs.push(
          epoch(
            `dropped ${round}.${i}`,
            i + 1,
            held.map((other) => atLevel(other, random.below(3) === 0 ? "control" : "full")),
          ),
        );
      }
      const found = [0, 1, 2].map(() => {
        let keyring = new Keyring(deps, { logId });
        const steps = [
          () => keyring.dropHistory(4),
          ...epochs.map((each) => () => void keyring.addRotation(each)),
          ...epochs.map(
            ({ epochId, secret }) =>
              () =>
                void keyring.learn(epochId, secret),
          ),
        ];
        while (steps.length > 0) {
          steps.splice(random.below(steps.length), 1)[0]?.();
          if (random.below(4) === 0)
            keyring = Keyring.import(deps, { logId, deviceKey, stored: keyring.export({ random }, deviceKey) });
        }
        return levels(keyring, epochs);
      });
      expect(found[0]?.slice(0, 3)).toEqual(["control", "control", "control"]);
      expect(found[1]).toEqual(found[0]);
      expect(found[2]).toEqual(found[0]);
    }
  });
});

describe("a stored keyring", () => {
  const epochs = chain(3);
  const keyring = new Keyring(deps, { logId });
  for (const each of epochs) keyring.addRotation(each);
  const middle = epochs[1];
  if (middle !== undefined) keyring.learn(middle.epochId, atLevel(middle, "read").secret);
  const stored = keyring.export({ random }, deviceKey);
  const unreadable = expect.objectContaining({ code: "room/unreadable-keyring" });

  it("comes back with everything, wraps that were not opened yet among it", () => {
    const back = Keyring.import(deps, { logId, deviceKey, stored });
    expect(levels(back, epochs)).toEqual(["control", "read", undefined]);
    const last = epochs[2];
    if (last !== undefined) back.learn(last.epochId, last.secret);
    expect(levels(back, epochs)).toEqual(["full", "full", "full"]);
  });

  it("is of one log and device, and shows nothing of what is in it", () => {
    const others = [
      { logId: madeUp("another room"), deviceKey, stored },
      { logId, deviceKey: SecretKey.copyOf("store", madeUp("another device")), stored },
    ];
    for (const other of others) expect(() => Keyring.import(deps, other)).toThrow(unreadable);
    expect(keyring.export({ random }, deviceKey)).not.toEqual(stored);
    const hex = encodeHex(stored);
    for (const { epochId } of epochs) expect(hex).not.toContain(encodeHex(epochId));
    const empty = new Keyring(deps, { logId }).export({ random }, deviceKey);
    expect(Keyring.import(deps, { logId, deviceKey, stored: empty }).epochIds()).toEqual([]);
  });

  it("is refused once changed: thousands of mutants (A5), and tags of 0 to 15 and 17 bytes (A12)", () => {
    // cast: what a damaged disk gives
    const refuse = (bytes: Bytes): void =>
      expect(() => Keyring.import(deps, { logId, deviceKey, stored: bytes as Ciphertext<"keyring"> })).toThrow(
        unreadable,
      );
    for (let i = 0; i < mutantsTried; i++) {
      const mutant = stored.slice();
      const at = random.below(mutant.length);
      mutant[at] = (mutant[at] ?? 0) ^ (1 + random.below(255));
      refuse(i % 4 === 0 ? mutant.slice(0, at) : mutant);
    }
    for (let tag = 0; tag <= 15; tag++) refuse(stored.slice(0, stored.length - 16 + tag));
    refuse(concatBytes(stored, Uint8Array.of(0)));
    for (const length of [0, 1, 23, 24, 39, 40]) refuse(stored.slice(0, length));
  });
});

describe("copies of one device that draw the same randomness (A11)", () => {
  it("store different keyrings under different nonces", () => {
    const nonces = new Set<string>();
    for (let i = 0; i < 1_000; i++) {
      const copy = new Keyring(deps, { logId });
      copy.dropHistory(i);
      const stored = copy.export({ random: { fill: (target) => void target.fill(7) } }, deviceKey);
      nonces.add(encodeHex(stored.subarray(0, 24)));
    }
    expect(nonces.size).toBe(1_000);
  });

  it("begin different epochs for different recipients, levels, keys and wrapped epochs, and the same one for the same", () => {
    const key = (name: string): Bytes => deps.primitives.deriveAgreementKeyPair(madeUp(name)).publicKey;
    const recipient = (name: string, level: EpochLevel = "full", keyName = name) => {
      return { identity: madeUp(name), sealingKey: key(keyName), level };
    };
    const [one, two] = [epoch("one", 1), epoch("two", 2)];
    const make = (
      recipients: readonly ReturnType<typeof recipient>[],
      wrapped: readonly Epoch[] = [],
      room = logId,
    ) => {
      const random = { fill: (target: Bytes) => void target.fill(7) };
      return encodeHex(
        createRotation({ ...deps, random }, { logId: room, recipients, wrapped }).secret.exposeSecretBytes(),
      );
    };
    const [alice, bob] = [recipient("alice"), recipient("bob")];
    const secrets = [
      make([alice, bob]),
      make([alice]),
      make([alice, recipient("bob", "read")]),
      make([alice, recipient("bob", "full", "another key of bob")]),
      make([alice, bob], [one]),
      make([alice, bob], [one, two]),
      make([alice, bob], [], madeUp("another room")),
    ];
    expect(new Set(secrets).size).toBe(secrets.length);
    expect(make([bob, alice])).toBe(secrets[0]);
    expect(make([alice, bob], [two, one])).toBe(secrets[5]);
  });
});

describe("making an epoch", () => {
  it("wraps what the author holds, as well as it does, and refuses one twice", () => {
    const [one, two] = [epoch("one", 1), epoch("two", 2)];
    const keys = deps.primitives.deriveAgreementKeyPair(madeUp("sealing key"));
    const recipients = [{ identity: madeUp("alice"), sealingKey: keys.publicKey, level: "full" as const }];
    const made = createRotation({ ...deps, random }, { logId, recipients, wrapped: [one, atLevel(two, "read")] });
    expect(made.operation.wraps.filter(({ full }) => full !== undefined)).toHaveLength(1);
    const keyring = new Keyring(deps, { logId });
    keyring.addRotation({ epochId: made.epochId, lamport: 3, wraps: made.operation.wraps });
    keyring.learn(made.epochId, made.secret);
    expect(levels(keyring, [one, two])).toEqual(["full", "control"]);
    expect(() => createRotation({ ...deps, random }, { logId, recipients, wrapped: [one, one] })).toThrow(
      expect.objectContaining({ code: "room/invalid-recipients" }),
    );
  });
});

describe("the cache of keys", () => {
  const secret = levelSecretOf("full", madeUp("S"));
  const epochId = deriveEpochId(deps, { logId, secret });

  it("holds no more than its limit, wipes what it lets go, and keeps what is in use", () => {
    const cache = new BlockKeyCache(10);
    const made: BlockKeys[] = [];
    const find = (name: string): BlockKeys | undefined => {
      const place = { epochId, writer: madeUp(name) };
      return cache.find(place, () => {
        const keys = deriveBlockKeys(deps, { secret, place });
        made.push(keys);
        return keys;
      });
    };
    for (let i = 0; i < 100; i++) {
      expect(find("always there")?.control.destroyed).toBe(false);
      expect(find(`writer ${i}`)?.control.destroyed).toBe(false);
      expect(cache.size).toBeLessThanOrEqual(10);
    }
    expect(made).toHaveLength(101);
    const alive = made.filter(({ control }) => !control.destroyed);
    expect(alive).toHaveLength(cache.size);
    for (const { control, content } of made) expect(content?.siv.destroyed).toBe(control.destroyed);
    cache.forget(epochId);
    expect(made.every(({ control }) => control.destroyed)).toBe(true);
    expect(cache.size).toBe(0);
  });

  it("remembers nothing where there is nothing", () => {
    const cache = new BlockKeyCache(4);
    expect(cache.find({ epochId, writer: madeUp("w") }, () => undefined)).toBeUndefined();
    expect(cache.size).toBe(0);
  });
});
