import { decodeUtf8, encodeUtf8 } from "@coterie/bytes";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { describe, expect, it } from "vitest";
import {
  decodeSenderKeyDistribution,
  decodeSenderKeyMessage,
  decryptWithSenderKey,
  distributionOf,
  encodeSenderKeyDistribution,
  encryptWithSenderKey,
  generateSenderKey,
  receiveDistribution,
  type SenderKeyRecord,
} from "../src/index.ts";
import { seededRandom } from "./two-devices.ts";

const distributionId = new Uint8Array(16).fill(9);

class Sender {
  readonly #deps = { primitives, random: seededRandom(primitives, 5) };
  record: SenderKeyRecord = generateSenderKey(this.#deps, distributionId);

  distribution(): Uint8Array {
    const distribution = distributionOf(this.record);
    if (distribution === undefined) throw new Error("not a sender");
    return encodeSenderKeyDistribution(distribution);
  }

  send(text: string): Uint8Array {
    const sent = encryptWithSenderKey(this.#deps, { record: this.record, plaintext: encodeUtf8(text) });
    if (sent === undefined) throw new Error("not a sender");
    this.record = sent.record;
    return sent.bytes;
  }

  renew(): void {
    this.record = generateSenderKey(this.#deps, distributionId);
  }
}

class Member {
  record: SenderKeyRecord | undefined;

  learn(distribution: Uint8Array): void {
    this.record = receiveDistribution(primitives, {
      record: this.record,
      distribution: decodeSenderKeyDistribution(distribution),
    });
  }

  open(bytes: Uint8Array): string {
    const step = decryptWithSenderKey(primitives, { record: this.record, message: decodeSenderKeyMessage(bytes) });
    if (step.kind !== "opened") return step.kind;
    this.record = step.record;
    return decodeUtf8(step.plaintext);
  }
}

describe("sender keys", () => {
  it("are read by everybody who got them, in any order, each message once", () => {
    const [alice, bob, carol] = [new Sender(), new Member(), new Member()];
    const early = alice.send("before carol came");
    bob.learn(alice.distribution());
    const [one, two] = [alice.send("one"), alice.send("two")];
    expect(bob.open(early)).toBe("duplicate");
    expect([bob.open(two), bob.open(one), bob.open(one)]).toEqual(["two", "one", "duplicate"]);
    expect(carol.open(one)).toBe("no-session");
    carol.learn(alice.distribution());
    expect(carol.open(one)).toBe("duplicate");
    expect(carol.open(alice.send("three"))).toBe("three");
  });

  it("refuse a message with any bit changed, and one that another member forged", () => {
    const [alice, bob] = [new Sender(), new Member()];
    bob.learn(alice.distribution());
    const message = alice.send("signed by alice");
    for (let at = 1; at < message.length; at++) {
      const changed = message.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      let outcome: string;
      try {
        outcome = bob.open(changed);
      } catch (error) {
        outcome = (error as { code: string }).code; // cast: errors of the package have codes
      }
      expect(["tampered", "no-session", "sessions/malformed"]).toContain(outcome);
    }
    // Mallory is a member: he has the chain key, but not the signing key.
    const deps = { primitives, random: seededRandom(primitives, 6) };
    const [state] = bob.record?.states ?? [];
    const [own] = generateSenderKey(deps, distributionId).states;
    if (state === undefined || own === undefined) throw new Error("no state");
    const forged = { distributionId, states: [{ ...state, signingSecret: own.signingSecret }] };
    const sent = encryptWithSenderKey(deps, { record: forged, plaintext: encodeUtf8("from alice, honestly") });
    expect(bob.open(sent?.bytes ?? new Uint8Array(0))).toBe("tampered");
    expect(bob.open(message)).toBe("signed by alice");
  });

  it("keep new messages from who knew an old key", () => {
    const [alice, mallory] = [new Sender(), new Member()];
    mallory.learn(alice.distribution());
    expect(mallory.open(alice.send("while mallory is here"))).toBe("while mallory is here");
    alice.renew();
    expect(mallory.open(alice.send("after he left"))).toBe("no-session");
  });

  it("are not set back by a distribution that is sent again", () => {
    const [alice, bob] = [new Sender(), new Member()];
    const distribution = alice.distribution();
    bob.learn(distribution);
    const message = alice.send("once");
    expect(bob.open(message)).toBe("once");
    bob.learn(distribution);
    expect(bob.open(message)).toBe("duplicate");
  });

  it("say that messages too far ahead are out of reach, and keep five versions of a key", () => {
    const [alice, bob] = [new Sender(), new Member()];
    bob.learn(alice.distribution());
    const [state] = alice.record.states;
    if (state === undefined) throw new Error("no state");
    alice.record = { distributionId, states: [{ ...state, chain: { ...state.chain, index: 25_001 } }] };
    expect(bob.open(alice.send("far ahead"))).toBe("out-of-sync");
    for (let i = 0; i < 7; i++) {
      alice.renew();
      bob.learn(alice.distribution());
    }
    expect(bob.record?.states).toHaveLength(5);
  });
});
