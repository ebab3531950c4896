// Every format of sessions under attack: messages, what is inside of them, records, requests and codes.
import { AuthenticationFailedError, generateAgreementKeyPair, randomBytes } from "@coterie/primitives";
import { nodePrimitives as primitives, systemRandom as random } from "@coterie/primitives/node";
import { concatBytes, encodeUtf8, equalBytes, Plaintext, SecretKey } from "@coterie/bytes";
import {
  decodeAgreementKey,
  decodeKyber,
  decodeRatchetMessage,
  decodeResendRequest,
  decodeSenderKeyDistribution,
  decodeSenderKeyMessage,
  decryptWithSenderKey,
  deriveSafetyNumber,
  distributionOf,
  encodeAgreementKey,
  encodeKyber,
  encodeResendRequest,
  encodeSenderKeyDistribution,
  encryptWithSenderKey,
  generateSenderKey,
  matchesScannedSafetyNumber,
  openRecord,
  receiveDistribution,
  type RecordDecryptStep,
  type SealedRecord,
  sealRecord,
} from "@coterie/sessions";
import {
  decodeQuantumMessage,
  encodeQuantumMessage,
} from "../../../packages/sessions/src/post-quantum/quantum-message.ts";
import { decodeRecord, encodeRecord } from "../../../packages/sessions/src/record/session-record.ts";
import type { FuzzedFormat } from "../src/fuzz.ts";
import { firstMessages, openFirst, openRatchet, ratchetMessages, records } from "./session-scene.ts";

const deps = { primitives, random };

/** What is no error but is not opened counts as refused. */
function requireOpened({ kind }: RecordDecryptStep | { readonly kind: string }): "accepted" {
  if (kind !== "opened") throw new AuthenticationFailedError();
  return "accepted";
}

/** A decoder of public content: what it takes has one spelling, and that is no mutant of anything. */
function decoderFormat(
  name: string,
  { sources, again }: { readonly sources: readonly Uint8Array[]; readonly again: (value: Uint8Array) => Uint8Array },
): FuzzedFormat {
  const isSource = (value: Uint8Array): boolean => sources.some((source) => equalBytes(source, value));
  return {
    name,
    sources,
    others: sources,
    accept(value) {
      if (!equalBytes(again(value), value)) return "accepted";
      return isSource(value) ? "accepted" : "same";
    },
  };
}

const ratchetFormat: FuzzedFormat = {
  name: "ratchet message",
  sources: ratchetMessages,
  others: [...ratchetMessages, ...firstMessages],
  accept: (value) => requireOpened(openRatchet(value)),
};

// Registration id and ids of prekeys are for finding keys: as long as those that are found are the right ones, they may be others.
const firstFormat: FuzzedFormat = {
  name: "first message",
  sources: firstMessages,
  others: [...firstMessages, ...ratchetMessages],
  accept(value) {
    requireOpened(openFirst(value));
    return firstMessages.some((source) => equalBytes(source, value)) ? "accepted" : "same";
  },
};

const quantumFormat = decoderFormat("post-quantum message", {
  sources: [
    { epoch: 1, index: 1, kind: "none", chunk: undefined },
    { epoch: 300, index: 70_000, kind: "acknowledging", chunk: undefined },
    { epoch: 2, index: 9, kind: "vector", chunk: { index: 40_000, bytes: randomBytes(random, 32) } },
    ...ratchetMessages.map((message) => decodeQuantumMessage(decodeRatchetMessage(message).quantum)),
  ].map((message) => encodeQuantumMessage(message as Parameters<typeof encodeQuantumMessage>[0])), // cast: kinds as written
  again: (value) => encodeQuantumMessage(decodeQuantumMessage(value)),
});

const recordFormat = decoderFormat("session record", {
  sources: records.map((record) => encodeRecord(record).exposePlainBytes()),
  again: (value) => encodeRecord(decodeRecord(Plaintext.copyOf(value))).exposePlainBytes(),
});

const storeKey = SecretKey.own("store", randomBytes(random, 32));
const sealed = records.slice(-4).map((record) => sealRecord(deps, { record, storeKey, peer: "bob.1" }));

const sealedRecordFormat: FuzzedFormat = {
  name: "sealed session record",
  sources: sealed,
  others: sealed,
  accept(value) {
    // brand: what a store hands back
    openRecord(deps, { sealed: value as SealedRecord, storeKey, peer: "bob.1" });
    return "accepted";
  },
};

const distributionId = randomBytes(random, 16);
const sender = generateSenderKey(deps, distributionId);
const distribution = distributionOf(sender);
if (distribution === undefined) throw new Error("no sender key");
const member = receiveDistribution(primitives, { record: undefined, distribution });
const groupMessages = ["one", "two"].map((text) => {
  const sent = encryptWithSenderKey(deps, { record: sender, plaintext: encodeUtf8(text) });
  if (sent === undefined) throw new Error("no sender key");
  return sent.bytes;
});

const senderKeyFormat: FuzzedFormat = {
  name: "sender-key message",
  sources: groupMessages,
  others: groupMessages,
  accept: (value) =>
    requireOpened(decryptWithSenderKey(primitives, { record: member, message: decodeSenderKeyMessage(value) })),
};

const distributionFormat = decoderFormat("sender-key distribution", {
  sources: [distribution, { ...distribution, iteration: 70_000 }].map(encodeSenderKeyDistribution),
  again: (value) => encodeSenderKeyDistribution(decodeSenderKeyDistribution(value)),
});

const ratchetKey = generateAgreementKeyPair(primitives, random).publicKey;

const resendFormat = decoderFormat("resend request", {
  sources: [
    { ratchetKey, sentAtMs: 1_750_000_000_000, deviceId: 1 },
    { ratchetKey: undefined, sentAtMs: 0, deviceId: 127 },
  ].map(encodeResendRequest),
  again: (value) => encodeResendRequest(decodeResendRequest(value)),
});

const parties = [1, 2].map((i) => ({
  identifier: Uint8Array.of(i),
  identityKey: generateAgreementKeyPair(primitives, random).publicKey,
}));
const [local, remote] = parties;
if (local === undefined || remote === undefined) throw new Error("no parties");
const own = deriveSafetyNumber(primitives, { local, remote });
const theirs = deriveSafetyNumber(primitives, { local: remote, remote: local });

const codeFormat: FuzzedFormat = {
  name: "scanned safety number",
  sources: [theirs.scannable],
  others: [theirs.scannable, own.scannable],
  accept(value) {
    if (!matchesScannedSafetyNumber(own, value)) throw new AuthenticationFailedError();
    return "accepted";
  },
};

const keyFormat = decoderFormat("public key", {
  sources: [encodeAgreementKey(ratchetKey), encodeAgreementKey(remote.identityKey)],
  again: (value) => encodeAgreementKey(decodeAgreementKey(value)),
});

const kyberFormat = decoderFormat("KEM key or ciphertext", {
  sources: [1, 2].map(() => encodeKyber(randomBytes(random, 1568))),
  again: (value) => concatBytes(encodeKyber(decodeKyber(value))),
});

export const sessionFormats: readonly FuzzedFormat[] = [
  ratchetFormat,
  firstFormat,
  quantumFormat,
  recordFormat,
  sealedRecordFormat,
  senderKeyFormat,
  distributionFormat,
  resendFormat,
  codeFormat,
  keyFormat,
  kyberFormat,
];
