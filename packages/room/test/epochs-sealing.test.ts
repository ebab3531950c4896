import { type Bytes, concatBytes, encodeHex, equalBytes, SecretKey } from "@coterie/bytes";
import { type AgreementKeyPair, generateAgreementKeyPair } from "@coterie/primitives";
import { describe, expect, it } from "vitest";
import { decryptEntry, deriveEntryKey } from "../src/epochs/entry-key.ts";
import { deriveEpochId, deriveLevel, type EpochLevel, epochLevels, levelSecretOf } from "../src/epochs/level-secret.ts";
import { createGrant, matchesSealings } from "../src/epochs/new-epoch.ts";
import {
  createSealingKeyHolder,
  type OpenedSealing,
  openEntries,
  openSealings,
  openWithShared,
} from "../src/epochs/open-entries.ts";
import { entryLengthBytes, type Sealing } from "../src/epochs/public-part.ts";
import { sealGrant, type SealingRecipient, sealRotation, sealRotationInSteps } from "../src/epochs/seal-entries.ts";
import { type RotationVerdict, verifyGrant, verifyRotation } from "../src/epochs/verify-rotation.ts";
import { roomLabels } from "../src/labels.ts";
import { deps, madeUp, nothing, seededRandom } from "./epochs-scene.ts";

// All of them where there is time: COTERIE_FULL=1.
const isFull = process.env["COTERIE_FULL"] === "1";
const mutantsTried = isFull ? 10_000 : 2_000;

const logId = madeUp("a room");
const secret = levelSecretOf("full", madeUp("S"));
const lowOrderKeys = [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "cdeb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b880",
  "4c9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f11d7",
  "d9ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  "daffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  "dbffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
].map((hex) => Uint8Array.from(Buffer.from(hex, "hex")));

interface Person extends SealingRecipient {
  readonly keys: AgreementKeyPair;
}

function person(name: string, level: EpochLevel = "full", keyName: string = name): Person {
  const keys = deps.primitives.deriveAgreementKeyPair(madeUp(`sealing key of ${keyName}`));
  return { identity: madeUp(`identity of ${name}`), sealingKey: keys.publicKey, level, keys };
}

function open(sealing: Sealing, { identity, keys }: Person, room: Bytes = logId): OpenedSealing {
  const holder = createSealingKeyHolder(deps, keys);
  return openEntries(deps, { logId: room, identity, sealing, holder });
}

function verify(sealing: Sealing, recipients: readonly SealingRecipient[]): RotationVerdict {
  const steps = verifyRotation(deps, { logId, secret, recipients, sealing });
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

function entriesOf({ entries }: Sealing): Bytes[] {
  const count = entries.length / entryLengthBytes;
  return Array.from({ length: count }, (_, i) => entries.slice(i * entryLengthBytes, (i + 1) * entryLengthBytes));
}

function withEntries(sealing: Sealing, entries: readonly Bytes[]): Sealing {
  return { ...sealing, entries: concatBytes(...entries.toSorted((a, b) => Buffer.compare(a, b))) };
}

const alice = person("alice");
const bob = person("bob", "snapshot");
const carol = person("carol", "read");
const dave = person("dave", "control");
const mallory = person("mallory");
const everybody = [alice, bob, carol, dave];

describe("an epoch sealed to members", () => {
  it("gives each of them the level they are due, and others nothing", () => {
    const sealing = sealRotation(deps, { logId, secret, recipients: everybody });
    for (const recipient of everybody) {
      const opened = open(sealing, recipient);
      if (opened.kind !== "opened") throw new Error(`nothing for level ${recipient.level}`);
      expect(opened.secret.use).toBe(`epoch-${recipient.level}`);
      const expected = deriveLevel(deps, { secret, level: recipient.level });
      expect(opened.secret.exposeSecretBytes()).toEqual(expected.exposeSecretBytes());
      expect(deriveEpochId(deps, { logId, secret: opened.secret })).toEqual(sealing.epochId);
    }
    expect(open(sealing, mallory)).toEqual({ kind: "none" });
  });

  it("follows from the secret and the recipients alone, in whatever order they are named", () => {
    const sealing = sealRotation(deps, { logId, secret, recipients: everybody });
    expect(sealRotation(deps, { logId, secret, recipients: everybody.toReversed() })).toEqual(sealing);
    const steps = sealRotationInSteps(deps, { logId, secret, recipients: everybody });
    expect(steps.next()).toEqual({ done: true, value: sealing });
  });

  it("shows how many they are only in eights, and nothing twice", () => {
    for (const [count, expected] of [
      [1, 8],
      [7, 8],
      [8, 8],
      [9, 16],
      [40, 40],
    ] as const) {
      const recipients = Array.from({ length: count }, (_, i) => person(`member ${i}`));
      const entries = entriesOf(sealRotation(deps, { logId, secret, recipients }));
      expect(entries).toHaveLength(expected);
      expect(new Set(entries.map(encodeHex)).size).toBe(expected);
    }
    const inRotation = entriesOf(sealRotation(deps, { logId, secret, recipients: [alice] }));
    const inGrants = [alice, bob].flatMap(({ identity, sealingKey }) =>
      entriesOf(sealGrant(deps, { logId, secret, identity, sealingKey })),
    );
    expect(new Set([...inRotation, ...inGrants].map(encodeHex)).size).toBe(24);
  });

  it("refuses no recipients, one twice, and keys that are none, before anything is sealed (A4)", () => {
    const invalid = expect.objectContaining({ code: "room/invalid-recipients" });
    expect(() => sealRotation(deps, { logId, secret, recipients: [] })).toThrow(invalid);
    const twice = [alice, { ...alice, level: "read" as const }];
    expect(() => sealRotation(deps, { logId, secret, recipients: twice })).toThrow(invalid);
    const primitives = {
      ...deps.primitives,
      agree: () => {
        throw new Error("an agreement was made before all keys were checked");
      },
    };
    for (const sealingKey of [...lowOrderKeys, nothing, new Uint8Array(31).fill(9), new Uint8Array(33).fill(9)]) {
      const recipients = [alice, bob, { ...carol, sealingKey }];
      const refused = expect.objectContaining({ code: "primitives/invalid-public-key" });
      expect(() => sealRotation({ primitives }, { logId, secret, recipients })).toThrow(refused);
      expect(() => sealGrant({ primitives }, { logId, secret, identity: carol.identity, sealingKey })).toThrow(refused);
    }
  });

  it("takes nothing from a sealing whose ephemeral key has small order", () => {
    const sealing = sealRotation(deps, { logId, secret, recipients: everybody });
    for (const ephemeralKey of lowOrderKeys)
      expect(open({ ...sealing, ephemeralKey }, alice)).toEqual({ kind: "none" });
  });

  it("opens with a sealing key that was replaced since, and where the agreement is made elsewhere", () => {
    const sealing = sealRotation(deps, { logId, secret, recipients: everybody });
    const [older, newer] = [alice.keys, person("alice", "full", "alice's new phone").keys];
    const holders = [newer, older].map((keys) => createSealingKeyHolder(deps, keys));
    const found = openSealings(deps, { logId, identity: alice.identity, sealings: [sealing], holders });
    expect(found.falseEpochs).toEqual([]);
    expect(found.opened.map(({ secret: { use } }) => use)).toEqual(["epoch-full"]);
    const without = { logId, identity: alice.identity, sealings: [sealing], holders: holders.slice(0, 1) };
    expect(openSealings(deps, without).opened).toEqual([]);
    const shared = deps.primitives.agree(alice.keys.secretKey, sealing.ephemeralKey);
    const reader = { logId, identity: alice.identity, sealingKey: alice.sealingKey };
    expect(openWithShared(deps, { reader, sealing, shared }).kind).toBe("opened");
    const wrong = deps.primitives.agree(mallory.keys.secretKey, sealing.ephemeralKey);
    expect(openWithShared(deps, { reader, sealing, shared: wrong }).kind).toBe("none");
  });

  it("finds the same entry as decrypting one after another does", () => {
    const random = seededRandom("entries");
    for (let round = 0; round < 60; round++) {
      const recipients = Array.from({ length: 1 + random.below(20) }, (_, i) =>
        person(`${round}.${i}`, epochLevels[random.below(4)]),
      );
      const sealing = sealRotation(deps, { logId, secret, recipients });
      const reader = recipients[random.below(recipients.length + 1)] ?? mallory;
      const place = { ...reader, logId, epochId: sealing.epochId, ephemeralKey: sealing.ephemeralKey };
      const shared = deps.primitives.agree(reader.keys.secretKey, sealing.ephemeralKey);
      const key = deriveEntryKey(deps, { place, shared });
      const secrets = entriesOf(sealing).flatMap((entry) => {
        try {
          return [decryptEntry(deps, { place, key, entry })];
        } catch {
          return [];
        }
      });
      const opened = open(sealing, reader);
      expect(opened.kind === "opened" ? [opened.secret.exposeSecretBytes()] : []).toEqual(secrets);
    }
  });
});

describe("a grant", () => {
  it("gives one more member what the granter has, at the level it says", () => {
    for (const level of epochLevels) {
      const { identity, sealingKey } = mallory;
      const { operation, sealing } = createGrant(deps, { logId, secret, level, identity, sealingKey });
      expect(operation).toEqual({ kind: "grant", epochId: sealing.epochId, identity, level });
      expect(sealing.entries.length).toBe(8 * entryLengthBytes);
      const opened = open(sealing, mallory);
      expect(opened.kind === "opened" && opened.secret.use).toBe(`epoch-${level}`);
      expect(open(sealing, alice)).toEqual({ kind: "none" });
      const granted = deriveLevel(deps, { secret, level });
      const grant = { logId, secret: granted, identity, sealingKey, sealing };
      expect(verifyGrant(deps, grant)).toBe(true);
      expect(verifyGrant(deps, { ...grant, identity: alice.identity })).toBe(false);
    }
  });

  it("cannot give more than the granter has", () => {
    const { identity, sealingKey } = mallory;
    const read = deriveLevel(deps, { secret, level: "read" });
    for (const level of ["full", "snapshot"] as const)
      expect(() => createGrant(deps, { logId, secret: read, level, identity, sealingKey })).toThrow(
        expect.objectContaining({ code: "room/level-too-low" }),
      );
  });
});

describe("sealings and the operations that speak of them", () => {
  const { epochId } = sealRotation(deps, { logId, secret, recipients: [alice] });
  const other = madeUp("another epoch", 16);
  const sealing = (of: Bytes): Sealing => ({ epochId: of, ephemeralKey: madeUp("e"), entries: nothing });
  const rotate = { kind: "rotate", recipients: [], wraps: [] } as const;
  const grant = { kind: "grant", epochId: other, identity: alice.identity, level: "full" } as const;
  const revoke = { kind: "set-indexers", writers: [madeUp("w")] } as const;

  it("match one to one, in order, the rotate first", () => {
    const cases = [
      [[], [], true],
      [[revoke], [], true],
      [[revoke, rotate, grant], [epochId, other], true],
      [[rotate], [], false],
      [[], [epochId], false],
      [[rotate], [other], false],
      [[grant], [epochId], false],
      [[grant, rotate], [other, epochId], false],
      [[rotate, rotate], [epochId, epochId], false],
      [[rotate, grant], [other, epochId], false],
    ] as const;
    for (const [operations, epochs, expected] of cases)
      expect(matchesSealings({ epochId, operations, sealings: epochs.map(sealing) })).toBe(expected);
  });
});

describe("a rotator who cheats (21)", () => {
  const recipients = [...everybody, ...Array.from({ length: 12 }, (_, i) => person(`member ${i}`))];
  const honest = sealRotation(deps, { logId, secret, recipients });

  it("is believed when it does not", () => {
    expect(verify(honest, recipients)).toEqual({ kind: "complete" });
    expect(verify(honest, recipients.toReversed())).toEqual({ kind: "complete" });
  });

  it("cannot leave one member out", () => {
    for (const omitted of recipients) {
      const rest = recipients.filter((recipient) => recipient !== omitted);
      const sealing = sealRotation(deps, { logId, secret, recipients: rest });
      const verdict = verify(sealing, recipients);
      expect(verdict).toMatchObject({ kind: "incomplete", missing: [omitted.identity] });
    }
  });

  it("cannot seal another secret, another level or noise to one member", () => {
    const wrong = levelSecretOf("full", madeUp("another secret"));
    for (const victim of recipients) {
      const others = recipients.map((recipient) =>
        recipient === victim
          ? { ...victim, level: victim.level === "read" ? ("control" as const) : ("read" as const) }
          : recipient,
      );
      expect(verify(sealRotation(deps, { logId, secret, recipients: others }), recipients)).toEqual({
        kind: "incomplete",
        missing: [victim.identity],
        strangers: 1,
      });
      const own = openedEntry(honest, victim);
      const place = { ...victim, logId, epochId: honest.epochId, ephemeralKey: honest.ephemeralKey };
      const shared = deps.primitives.agree(victim.keys.secretKey, honest.ephemeralKey);
      const key = deriveEntryKey(deps, { place, shared });
      const falseEntry = deps.primitives.xchacha20Poly1305.encrypt({
        key,
        nonce: new Uint8Array(24),
        plain: wrong.exposeSecretBytes(),
        associatedData: concatBytes(logId, honest.epochId),
      });
      for (const replacement of [falseEntry, madeUp("noise", entryLengthBytes)]) {
        const entries = entriesOf(honest).map((entry) => (equalBytes(entry, own) ? replacement : entry));
        const sealing = withEntries(honest, entries);
        const verdict = { kind: "incomplete", missing: [victim.identity], strangers: 1 };
        expect(verify(sealing, recipients)).toEqual(verdict);
        expect(open(sealing, victim).kind).toBe(replacement === falseEntry ? "false-entry" : "none");
      }
    }
  });

  it("cannot hide one more recipient among what looks like filling", () => {
    const sealing = sealRotation(deps, { logId, secret, recipients: [alice, bob, mallory] });
    expect(verify(sealing, [alice, bob])).toEqual({ kind: "incomplete", missing: [], strangers: 1 });
  });

  it("cannot use an ephemeral key that others know", () => {
    const ephemeralKey = mallory.sealingKey;
    const verdict = verify({ ...honest, ephemeralKey }, recipients);
    expect(verdict).toMatchObject({ kind: "incomplete", missing: recipients.map(({ identity }) => identity) });
  });

  it("gets a verdict in steps, so that a thousand members do not hold up a window", () => {
    const many = Array.from({ length: 100 }, (_, i) => person(`member ${i}`));
    const sealing = sealRotation(deps, { logId, secret, recipients: many });
    const steps = verifyRotation(deps, { logId, secret, recipients: many, sealing });
    let count = 0;
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) count++;
    expect(step.value).toEqual({ kind: "complete" });
    expect(count).toBeGreaterThanOrEqual(6);
  });
});

/** The entry of a member in a sealing. */
function openedEntry(sealing: Sealing, reader: Person): Bytes {
  const found = entriesOf(sealing).find((entry) => open({ ...sealing, entries: entry }, reader).kind !== "none");
  if (found === undefined) throw new Error("the sealing has nothing for this member");
  return found;
}

describe("someone who joined without history", () => {
  it("does not reach S by anything that follows from what was sealed to it, the ephemeral key included", () => {
    const recipients = [alice, bob, carol];
    const sealing = sealRotation(deps, { logId, secret, recipients });
    for (const joiner of [bob, carol, dave]) {
      const known = new Map<string, Bytes>();
      const add = (bytes: Bytes): void => void known.set(encodeHex(bytes), bytes);
      for (const level of epochLevels.slice(epochLevels.indexOf(joiner.level)))
        add(deriveLevel(deps, { secret, level }).exposeSecretBytes().slice());
      add(joiner.keys.secretKey.exposeSecretBytes().slice());
      const infos = Object.values(roomLabels).flatMap((label) => [
        label,
        ...[joiner.identity, alice.identity, sealing.epochId, sealing.ephemeralKey, Uint8Array.of(0)].map((context) =>
          concatBytes(label, context),
        ),
      ]);
      // Everything that one derivation gives, and from that everything by labels alone: more than the chain of levels is long.
      for (const uses of [infos, isFull ? infos : Object.values(roomLabels)])
        for (const bytes of Array.from(known.values()))
          for (const info of uses)
            add(deps.primitives.hkdfSha256({ secret: bytes, salt: nothing, info, lengthBytes: 32 }));
      const stronger = epochLevels
        .slice(0, epochLevels.indexOf(joiner.level))
        .map((level) => encodeHex(deriveLevel(deps, { secret, level }).exposeSecretBytes()));
      for (const target of stronger) expect(known.has(target)).toBe(false);
      const shared = deps.primitives.agree(alice.keys.secretKey, sealing.ephemeralKey).exposeSecretBytes();
      expect(known.has(encodeHex(shared))).toBe(false);
    }
  });

  it("cannot make the ephemeral key from any secret of its own: it opens nobody's entry", () => {
    const sealing = sealRotation(deps, { logId, secret, recipients: everybody });
    const esk = (from: Bytes, info: Bytes): AgreementKeyPair =>
      deps.primitives.deriveAgreementKeyPair(
        deps.primitives.hkdfSha256({ secret: from, salt: nothing, info, lengthBytes: 32 }),
      );
    const weaker = (["snapshot", "read", "control"] as const).map((level) =>
      deriveLevel(deps, { secret, level }).exposeSecretBytes(),
    );
    for (const label of Object.values(roomLabels))
      for (const info of [label, concatBytes(label, alice.identity), concatBytes(label, sealing.epochId)])
        for (const from of weaker) expect(esk(from, info).publicKey).not.toEqual(sealing.ephemeralKey);
    // The twin: with S the ephemeral key is made, and opens every entry.
    const made = esk(secret.exposeSecretBytes(), roomLabels.ephemeral);
    expect(made.publicKey).toEqual(sealing.ephemeralKey);
    const shared = deps.primitives.agree(made.secretKey, alice.sealingKey);
    const reader = { logId, identity: alice.identity, sealingKey: alice.sealingKey };
    expect(openWithShared(deps, { reader, sealing, shared }).kind).toBe("opened");
  });

  it("gains nothing from claiming the sealing key of a member with history", () => {
    // Were an entry's key independent of the identity, both entries would be encrypted under one key and nonce, and c1 xor c2 xor S_read = S.
    const claimant = person("mallory", "read", "alice");
    expect(claimant.sealingKey).toEqual(alice.sealingKey);
    const sealing = sealRotation(deps, { logId, secret, recipients: [alice, claimant] });
    const read = deriveLevel(deps, { secret, level: "read" }).exposeSecretBytes();
    for (const a of entriesOf(sealing))
      for (const b of entriesOf(sealing)) {
        const sum = read.map((byte, i) => byte ^ (a[i] ?? 0) ^ (b[i] ?? 0));
        expect(sum).not.toEqual(secret.exposeSecretBytes());
      }
    const own = open(sealing, alice);
    expect(own.kind === "opened" && own.secret.use).toBe("epoch-full");
  });
});

describe("an attacker's sealing", () => {
  it("opens for nobody in another room, epoch, for another identity or ephemeral key: thousands of transplants (A7)", () => {
    const random = seededRandom("transplants of entries");
    const secrets = [0, 1, 2].map((i) => levelSecretOf("full", madeUp(`S ${i}`)));
    const rooms = [madeUp("a room"), madeUp("another room")];
    const people = ["alice", "bob", "carol"].map((name) => person(name));
    const sealings = secrets.flatMap((S) =>
      rooms.map((room) => ({ room, sealing: sealRotation(deps, { logId: room, secret: S, recipients: people }) })),
    );
    const agreements = people.map(({ keys }) =>
      sealings.map(({ sealing }) => deps.primitives.agree(keys.secretKey, sealing.ephemeralKey)),
    );
    for (let i = 0; i < mutantsTried; i++) {
      const [from, to] = [sealings[random.below(6)], sealings[random.below(6)]];
      const [who, as] = [random.below(3), random.below(3)];
      const [reader, claimed] = [people[who], people[as]];
      const shared = agreements[who]?.[to === undefined ? 0 : sealings.indexOf(to)];
      if (!from || !to || !reader || !claimed || !shared) throw new Error("out of range");
      if (from === to && who === as) continue;
      const sealing = { ...to.sealing, entries: from.sealing.entries };
      const at = { logId: to.room, identity: claimed.identity, sealingKey: reader.sealingKey };
      expect(openWithShared(deps, { reader: at, sealing, shared })).toEqual({ kind: "none" });
    }
  });

  it("opens for nobody once changed: thousands of mutants (A5)", () => {
    const random = seededRandom("mutants of entries");
    const sealing = sealRotation(deps, { logId, secret, recipients: [alice] });
    const shared = deps.primitives.agree(alice.keys.secretKey, sealing.ephemeralKey);
    const reader = { logId, identity: alice.identity, sealingKey: alice.sealingKey };
    const entry = openedEntry(sealing, alice);
    expect(openWithShared(deps, { reader, sealing: { ...sealing, entries: entry }, shared }).kind).toBe("opened");
    for (let i = 0; i < mutantsTried; i++) {
      const entries = entry.slice();
      const flips = 1 + random.below(3);
      for (let flip = 0; flip < flips; flip++) {
        const at = random.below(entries.length);
        entries[at] = (entries[at] ?? 0) ^ (1 + random.below(255));
      }
      if (equalBytes(entries, entry)) continue;
      expect(openWithShared(deps, { reader, sealing: { ...sealing, entries }, shared })).toEqual({ kind: "none" });
    }
  });

  it("cannot give two members two secrets of one epoch id (A6)", () => {
    const other = levelSecretOf("full", madeUp("another S"));
    for (const level of epochLevels) {
      const bytes = deriveLevel(deps, { secret: other, level }).exposeSecretBytes();
      // Sealed correctly in every respect but the commitment.
      const honest = sealRotation(deps, { logId, secret, recipients: [alice] });
      const place = { ...alice, logId, epochId: honest.epochId, ephemeralKey: honest.ephemeralKey };
      const shared = deps.primitives.agree(alice.keys.secretKey, honest.ephemeralKey);
      const key = deriveEntryKey(deps, { place, shared });
      const entries = deps.primitives.xchacha20Poly1305.encrypt({
        key,
        nonce: new Uint8Array(24),
        plain: bytes,
        associatedData: concatBytes(logId, honest.epochId),
      });
      expect(open({ ...honest, entries }, alice)).toEqual({ kind: "false-entry" });
    }
  });

  it("is not made with a key that everybody knows (A9)", () => {
    const sealing = sealRotation(deps, { logId, secret, recipients: everybody });
    const known = [new Uint8Array(32), new Uint8Array(32).fill(0xff), deps.primitives.sha256(nothing), logId];
    for (const { identity, sealingKey } of everybody)
      for (const bytes of known) {
        const shared = SecretKey.copyOf("shared", bytes);
        const found = openWithShared(deps, { reader: { logId, identity, sealingKey }, sealing, shared });
        expect(found).toEqual({ kind: "none" });
      }
    const seen = new Set<string>();
    for (let i = 0; i < 100; i++) {
      const S = levelSecretOf("full", madeUp(`S ${i}`));
      for (const entry of entriesOf(sealRotation(deps, { logId, secret: S, recipients: everybody })))
        seen.add(encodeHex(entry));
    }
    expect(seen.size).toBe(800);
  });
});

describe("a room of a thousand", () => {
  const random = seededRandom("a thousand");
  const people = Array.from({ length: 1_000 }, (_, i): Person => {
    const keys = generateAgreementKeyPair(deps.primitives, random);
    return { identity: madeUp(`member ${i}`), sealingKey: keys.publicKey, level: "full", keys };
  });

  it("seals an epoch in 48 kB, of which everybody finds the own entry", () => {
    const sealing = sealRotation(deps, { logId, secret, recipients: people });
    expect(sealing.entries.length).toBe(48_000);
    for (const reader of people.slice(0, 20)) expect(open(sealing, reader).kind).toBe("opened");
    expect(open(sealing, mallory).kind).toBe("none");
  });
});
