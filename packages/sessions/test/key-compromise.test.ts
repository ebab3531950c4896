import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { describe, expect, it } from "vitest";
import type { LocalDevice, PrekeyBundle, SessionMessage } from "../src/index.ts";
import { agreeAsResponder } from "../src/agreement/pqxdh.ts";
import { createQuantumRatchet } from "../src/post-quantum/quantum-ratchet.ts";
import { agreeRoot } from "../src/session/start-session.ts";
import { createPair, seededRandom, TestDevice } from "./two-devices.ts";

const attempts = 100;
const deps = { primitives, random: seededRandom(primitives, 77) };

/**
 * Mallory's best try at a first message "from alice" to bob. She holds bob's identity key, everything public, and keys of her own.
 * What she has no key for she replaces: alice's part of DH(IK_a, SPK_b) by what bob's own identity key gives.
 */
function forgeFirstMessage(
  { alice, bob }: { readonly alice: TestDevice; readonly bob: TestDevice },
  { knowsSignedPrekey }: { readonly knowsSignedPrekey: boolean },
): SessionMessage {
  const mallory = new TestDevice(deps);
  const asAlice: LocalDevice = {
    // Alice's name on the message, another secret below it.
    identity: {
      publicKey: alice.local.identity.publicKey,
      secretKey: knowsSignedPrekey ? mallory.local.identity.secretKey : bob.local.identity.secretKey,
    },
    registrationId: 7,
  };
  mallory.start(bob.bundle, asAlice);
  const { current } = mallory.record;
  if (current === undefined) throw new Error("no session");
  if (knowsSignedPrekey) repairWithSignedPrekey({ mallory, alice, bob });
  return mallory.send("from alice, honestly");
}

/** With bob's signed prekey too, mallory can compute alice's agreement with it: the limit of this protection. */
function repairWithSignedPrekey({
  mallory,
  alice,
  bob,
}: {
  readonly mallory: TestDevice;
  readonly alice: TestDevice;
  readonly bob: TestDevice;
}): void {
  const { current } = mallory.record;
  if (current?.unacknowledged === undefined) throw new Error("no session");
  const { rootKey, chainKey, quantumKey } = agreeAsResponder(primitives, {
    identity: bob.local.identity,
    signedPrekey: bob.prekeys.signedPrekey,
    oneTimePrekey: bob.prekeys.oneTimePrekey,
    remoteIdentity: alice.local.identity.publicKey,
    remoteBaseKey: current.baseKey,
    kemSecret: primitives.kyber1024.decapsulate(bob.prekeys.kemPrekey, current.unacknowledged.kemCiphertext),
  });
  const { keyPair } = current.sender;
  const sending = agreeRoot(primitives, { rootKey, keyPair, remoteKey: bob.bundle.signedPrekey.publicKey });
  const receivers = current.receivers.map((one) => ({ ...one, chain: { key: chainKey, index: 0 } }));
  const quantum = createQuantumRatchet(primitives, { role: "initiator", handshakeKey: quantumKey });
  const repaired = {
    ...current,
    rootKey: sending.rootKey,
    sender: { keyPair, chain: sending.chain },
    receivers,
    quantum,
  };
  mallory.record = { ...mallory.record, current: repaired };
}

describe("who has a person's identity key (C11)", () => {
  it("cannot write first messages to that person in the name of others", () => {
    let accepted = 0;
    for (let i = 0; i < attempts; i++) {
      const pair = createPair(primitives, { seed: i, withOneTimePrekey: i % 2 === 0 });
      if (pair.bob.try(forgeFirstMessage(pair, { knowsSignedPrekey: false })).kind === "opened") accepted++;
    }
    expect(accepted).toBe(0);
  });

  it("can with that person's prekeys as well: these are what protects", () => {
    const pair = createPair(primitives, { seed: 1 });
    expect(pair.bob.try(forgeFirstMessage(pair, { knowsSignedPrekey: true })).kind).toBe("opened");
  });

  it("cannot answer that person's first messages in the name of others", () => {
    let accepted = 0;
    for (let i = 0; i < attempts; i++) {
      const { alice: victim, bob: carol } = createPair(primitives, { seed: i });
      const mallory = new TestDevice(deps);
      // Mallory cannot sign for carol; so she hands out carol's true bundle, and answers with keys of her own.
      const resigned: PrekeyBundle = { ...mallory.bundle, identityKey: carol.bundle.identityKey };
      expect(() => victim.start(resigned)).toThrow(expect.objectContaining({ code: "sessions/invalid-bundle" }));
      victim.start(carol.bundle);
      const first = victim.send("hello carol");
      mallory.start(victim.bundle, { ...mallory.local, identity: victim.local.identity });
      expect(mallory.try(first).kind).not.toBe("opened");
      if (victim.try(withIdentity(mallory.send("from carol"), carol)).kind === "opened") accepted++;
    }
    expect(accepted).toBe(0);
  });
});

/** The same message with carol's identity key in its outer fields. */
function withIdentity({ kind, bytes }: SessionMessage, carol: TestDevice): SessionMessage {
  const copy = bytes.slice();
  const at = copy.findIndex((byte, i) => byte === 0x1a && copy[i + 1] === 33 && copy[i + 2] === 5);
  copy.set(carol.bundle.identityKey, at + 3);
  return { kind, bytes: copy };
}
