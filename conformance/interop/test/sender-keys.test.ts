import { decodeUtf8, encodeUtf8 } from "@coterie/bytes";
import { generateAgreementKeyPair } from "@coterie/primitives";
import { nodePrimitives as primitives, systemRandom as random } from "@coterie/primitives/node";
import {
  decodeSenderKeyDistribution,
  decodeSenderKeyMessage,
  decryptWithSenderKey,
  deriveSafetyNumber,
  distributionOf,
  encodeAgreementKey,
  encodeSenderKeyDistribution,
  encryptWithSenderKey,
  generateSenderKey,
  matchesScannedSafetyNumber,
  receiveDistribution,
  type SenderKeyRecord,
} from "@coterie/sessions";
import { describe, expect, it } from "vitest";
import { servicesAreRequired } from "../../../tools/src/repository.ts";
import { findLibsignal, type Libsignal } from "../src/sessions/libsignal.ts";

const library = await findLibsignal();
const deps = { primitives, random };
const uuid = "d1d1d1d1-7000-11eb-b32a-33b8a8a487a6";
const distributionId = new Uint8Array(Buffer.from(uuid.replaceAll("-", ""), "hex"));

/** Safety numbers of the oracle. */
interface WithFingerprints {
  readonly Fingerprint: {
    readonly new: (...parts: readonly unknown[]) => {
      readonly displayableFingerprint: () => { readonly toString: () => string };
      readonly scannableFingerprint: () => { readonly toBuffer: () => Uint8Array };
    };
  };
}

function requireLibrary(): Libsignal {
  if (library === undefined) throw new Error("libsignal is required here: npm ci in conformance/interop/libsignal");
  return library;
}

/** A member of the oracle's kind: sends with its own key, reads one other sender. */
function createOracleMember() {
  const oracle = requireLibrary();
  const records = new Map<string, object>();
  const store = Object.assign(new oracle.SenderKeyStore(), {
    saveSenderKey: async (sender: { toString: () => string }, id: string, record: object) =>
      void records.set(`${sender.toString()}/${id}`, record),
    getSenderKey: async (sender: { toString: () => string }, id: string) =>
      records.get(`${sender.toString()}/${id}`) ?? null,
  });
  const [own, other] = [oracle.ProtocolAddress.new("oracle", 1), oracle.ProtocolAddress.new("ours", 1)];
  return {
    distribution: async () => (await oracle.SenderKeyDistributionMessage.create(own, uuid, store)).serialize(),
    learn: async (bytes: Uint8Array) =>
      await oracle.processSenderKeyDistributionMessage(
        other,
        oracle.SenderKeyDistributionMessage.deserialize(bytes),
        store,
      ),
    send: async (text: string) => (await oracle.groupEncrypt(own, uuid, store, encodeUtf8(text))).serialize(),
    open: async (bytes: Uint8Array) => {
      try {
        return decodeUtf8(await oracle.groupDecrypt(other, store, bytes));
      } catch {
        return "refused";
      }
    },
  };
}

function open(record: SenderKeyRecord, bytes: Uint8Array): { readonly record: SenderKeyRecord; readonly text: string } {
  const step = decryptWithSenderKey(primitives, { record, message: decodeSenderKeyMessage(bytes) });
  return step.kind === "opened"
    ? { record: step.record, text: decodeUtf8(step.plaintext) }
    : { record, text: step.kind };
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

// skip: the AGPL oracle is installed only where it is asked for (conformance/interop/libsignal)
describe.skipIf(library === undefined && !servicesAreRequired())("sender keys with libsignal", () => {
  it("are read by it, in any order, and refused when changed or repeated", async () => {
    const member = createOracleMember();
    let record = generateSenderKey(deps, distributionId);
    const distribution = distributionOf(record);
    if (distribution === undefined) throw new Error("no sender key");
    await member.learn(encodeSenderKeyDistribution(distribution));
    const texts = Array.from({ length: 30 }, (_unused, i) => `to the group ${i}`);
    const messages = texts.map((text) => {
      const sent = encryptWithSenderKey(deps, { record, plaintext: encodeUtf8(text) });
      if (sent === undefined) throw new Error("no sender key");
      ({ record } = sent);
      return { text, bytes: sent.bytes };
    });
    for (const { text, bytes } of messages.toReversed()) {
      expect(await member.open(flipped(bytes, bytes.length - 70))).toBe("refused");
      expect(await member.open(bytes)).toBe(text);
      expect(await member.open(bytes)).toBe("refused");
    }
  });

  it("of its making are read by us, in any order, and refused when changed or repeated", async () => {
    const member = createOracleMember();
    const distribution = decodeSenderKeyDistribution(await member.distribution());
    expect(distribution.distributionId).toEqual(distributionId);
    let record = receiveDistribution(primitives, { record: undefined, distribution });
    const messages: { readonly text: string; readonly bytes: Uint8Array }[] = [];
    for (let i = 0; i < 30; i++) messages.push({ text: `from it ${i}`, bytes: await member.send(`from it ${i}`) });
    for (const { text, bytes } of messages.toReversed()) {
      expect(open(record, flipped(bytes, bytes.length - 70)).text).toBe("tampered");
      const opened = open(record, bytes);
      expect(opened.text).toBe(text);
      ({ record } = opened);
      expect(open(record, bytes).text).toBe("duplicate");
    }
  });
});

// skip: the AGPL oracle is installed only where it is asked for (conformance/interop/libsignal)
describe.skipIf(library === undefined && !servicesAreRequired())("safety numbers with libsignal", () => {
  it("are the same digits and codes, and match each other's codes alone", () => {
    // cast: the part of the oracle that only this test calls
    const { Fingerprint, PublicKey } = requireLibrary() as Libsignal & WithFingerprints;
    for (let i = 0; i < 8; i++) {
      const [local, remote] = [0, 1].map((side) => ({
        identifier: encodeUtf8(`person ${i} ${side}`),
        identityKey: generateAgreementKeyPair(primitives, random).publicKey,
      }));
      if (local === undefined || remote === undefined) throw new Error("two of two");
      const keyOf = (key: Uint8Array): object => PublicKey.deserialize(encodeAgreementKey(key));
      const theirs = Fingerprint.new(
        5200,
        2,
        local.identifier,
        keyOf(local.identityKey),
        remote.identifier,
        keyOf(remote.identityKey),
      );
      const ours = deriveSafetyNumber(primitives, { local, remote });
      const turned = deriveSafetyNumber(primitives, { local: remote, remote: local });
      expect(ours.digits).toBe(theirs.displayableFingerprint().toString());
      const scannable = theirs.scannableFingerprint().toBuffer();
      expect(ours.scannable).toEqual(new Uint8Array(scannable));
      expect(matchesScannedSafetyNumber(turned, scannable)).toBe(true);
      expect(matchesScannedSafetyNumber(ours, scannable)).toBe(false);
    }
  });
});
