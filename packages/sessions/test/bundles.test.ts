import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { describe, expect, it } from "vitest";
import { checkBundle, encodeAgreementKey, encodeKyber, initiateSession, type PrekeyBundle } from "../src/index.ts";
import { seededRandom, TestDevice } from "./two-devices.ts";

const deps = { primitives, random: seededRandom(primitives, 1) };
const [alice, bob, mallory] = [new TestDevice(deps), new TestDevice(deps), new TestDevice(deps)];
const mutationsPerField = 200;
const invalid = expect.objectContaining({ code: "sessions/invalid-bundle" });

/** How a bundle ends: no session at alice, or one that bob takes part in, or one that he refuses. */
function outcomeOf(bundle: PrekeyBundle): string {
  alice.record = { current: undefined, archived: [] };
  bob.record = { current: undefined, archived: [] };
  try {
    alice.start(bundle);
  } catch (error) {
    return (error as { code: string }).code; // cast: errors of the package have codes
  }
  const { kemPrekey, signedPrekey, oneTimePrekey } = bob.bundle;
  const { unacknowledged } = alice.record.current ?? {};
  const isKnown =
    unacknowledged?.kemPrekeyId === kemPrekey.id &&
    unacknowledged.signedPrekeyId === signedPrekey.id &&
    unacknowledged.oneTimePrekeyId === oneTimePrekey?.id;
  return isKnown ? bob.try(alice.send("hello")).kind : "stale-prekey";
}

/** Wrong in one of several ways, in turn. */
function spoilt(bytes: Uint8Array<ArrayBuffer>, i: number): Uint8Array<ArrayBuffer> {
  const at = (i * 7919) % bytes.length;
  const copy = bytes.slice();
  switch (i % 8) {
    case 0:
      return bytes.slice(0, at);
    case 1:
      return new Uint8Array([...bytes, i]);
    case 2:
      return new Uint8Array(bytes.length).fill(i % 3);
    case 3:
      return new Uint8Array(bytes.length).fill(0xff);
    default:
      copy[at] = (copy[at] ?? 0) ^ (1 << (i % 8));
      return copy;
  }
}

type Mutation = (bundle: PrekeyBundle, i: number) => PrekeyBundle;

const keyMutations: Record<string, Mutation> = {
  "identity key": (bundle, i) => ({ ...bundle, identityKey: spoilt(bundle.identityKey, i) }),
  "signed prekey": (bundle, i) => ({
    ...bundle,
    signedPrekey: { ...bundle.signedPrekey, publicKey: spoilt(bundle.signedPrekey.publicKey, i) },
  }),
  "signature of the signed prekey": (bundle, i) => ({
    ...bundle,
    signedPrekey: { ...bundle.signedPrekey, signature: spoilt(bundle.signedPrekey.signature, i) },
  }),
  "KEM prekey": (bundle, i) => ({
    ...bundle,
    kemPrekey: { ...bundle.kemPrekey, publicKey: spoilt(bundle.kemPrekey.publicKey, i) },
  }),
  "signature of the KEM prekey": (bundle, i) => ({
    ...bundle,
    kemPrekey: { ...bundle.kemPrekey, signature: spoilt(bundle.kemPrekey.signature, i) },
  }),
  "one-time prekey": (bundle, i) => ({
    ...bundle,
    oneTimePrekey: { id: 2, publicKey: spoilt(bundle.oneTimePrekey?.publicKey ?? new Uint8Array(32), i) },
  }),
};

/** Another number: small, large, not whole, negative. */
function anotherNumber(number: number, i: number): number {
  return [number + 1 + i, number + 0.5, -1 - i, Number.NaN, 2 ** 32 + i, Number.POSITIVE_INFINITY][i % 6] ?? 0;
}

const idMutations: Record<string, Mutation> = {
  "id of the signed prekey": (bundle, i) => ({
    ...bundle,
    signedPrekey: { ...bundle.signedPrekey, id: anotherNumber(bundle.signedPrekey.id, i) },
  }),
  "id of the KEM prekey": (bundle, i) => ({
    ...bundle,
    kemPrekey: { ...bundle.kemPrekey, id: anotherNumber(bundle.kemPrekey.id, i) },
  }),
  "id of the one-time prekey": (bundle, i) => ({
    ...bundle,
    oneTimePrekey: { id: anotherNumber(2, i), publicKey: bob.bundle.oneTimePrekey?.publicKey ?? new Uint8Array(32) },
  }),
};

describe("a bundle that was tampered with (C2)", () => {
  it("makes a session where nothing was", () => {
    expect(outcomeOf(bob.bundle)).toBe("opened");
  });

  it.each(Object.entries({ ...keyMutations, ...idMutations }))("makes no session: %s", (_name, mutation) => {
    for (let i = 0; i < mutationsPerField; i++) {
      const outcome = outcomeOf(mutation(bob.bundle, i));
      expect(["sessions/invalid-bundle", "tampered", "stale-prekey"]).toContain(outcome);
    }
  });

  it("is refused with numbers that no message can carry, though nothing signs them", () => {
    for (const number of [-1, 0.5, 2 ** 32, Number.NaN]) {
      expect(() => checkBundle(primitives, { ...bob.bundle, registrationId: number })).toThrow(invalid);
    }
    for (const deviceId of [0, 128, 1.5, -1, Number.NaN]) {
      expect(() => checkBundle(primitives, { ...bob.bundle, deviceId })).toThrow(invalid);
    }
    for (const deviceId of [1, 127]) expect(outcomeOf({ ...bob.bundle, deviceId })).toBe("opened");
  });

  it.each<[string, Partial<PrekeyBundle>]>([
    ["the identity of another", { identityKey: mallory.bundle.identityKey }],
    ["the signed prekey of another", { signedPrekey: mallory.bundle.signedPrekey }],
    ["the KEM prekey of another", { kemPrekey: mallory.bundle.kemPrekey }],
    [
      "signatures of the other key",
      {
        signedPrekey: { ...bob.bundle.signedPrekey, signature: bob.bundle.kemPrekey.signature },
        kemPrekey: { ...bob.bundle.kemPrekey, signature: bob.bundle.signedPrekey.signature },
      },
    ],
    ["an EC key for a KEM key", { kemPrekey: { ...bob.bundle.kemPrekey, ...bob.bundle.signedPrekey, id: 3 } }],
    ["a KEM key for an EC key", { signedPrekey: { ...bob.bundle.signedPrekey, ...bob.bundle.kemPrekey, id: 1 } }],
    [
      "keys with their type bytes",
      {
        identityKey: encodeAgreementKey(bob.bundle.identityKey),
        kemPrekey: { ...bob.bundle.kemPrekey, publicKey: encodeKyber(bob.bundle.kemPrekey.publicKey) },
      },
    ],
    ["an identity key of small order", { identityKey: new Uint8Array(32) }],
    ["a one-time prekey of small order", { oneTimePrekey: { id: 2, publicKey: new Uint8Array(32) } }],
  ])("is refused with %s", (_name, changes) => {
    expect(outcomeOf({ ...bob.bundle, ...changes })).toBe("sessions/invalid-bundle");
  });

  it.each(["signedPrekey", "kemPrekey", "identityKey"] as const)("is refused without its %s", (name) => {
    // cast: what JavaScript that checks nothing could hand over
    const stripped = { ...bob.bundle, [name]: undefined } as unknown as PrekeyBundle;
    expect(() => initiateSession(deps, { local: alice.local, bundle: stripped, nowMs: 0 })).toThrow(invalid);
  });

  it("is refused where its owner signed keys that cannot be used", () => {
    const sign = (message: Uint8Array) =>
      primitives.signWithAgreementKey(mallory.local.identity.secretKey, {
        message,
        random: new Uint8Array(64).fill(9),
      });
    const notReduced = new Uint8Array(1568).fill(0xff);
    const kemPrekey = { id: 3, publicKey: notReduced, signature: sign(encodeKyber(notReduced)) };
    expect(() =>
      initiateSession(deps, { local: alice.local, bundle: { ...mallory.bundle, kemPrekey }, nowMs: 0 }),
    ).toThrow(invalid);
    for (const publicKey of [new Uint8Array(32), new Uint8Array(32).fill(0xff)]) {
      const signedPrekey = { id: 1, publicKey, signature: sign(encodeAgreementKey(publicKey)) };
      const bundle = { ...mallory.bundle, signedPrekey };
      expect(() => initiateSession(deps, { local: alice.local, bundle, nowMs: 0 })).toThrow(invalid);
    }
  });

  it("is taken without its one-time prekey: that is what a bundle looks like when they are used up", () => {
    expect(() => checkBundle(primitives, { ...bob.bundle, oneTimePrekey: undefined })).not.toThrow();
  });
});
