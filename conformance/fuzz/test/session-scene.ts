// Two devices with a session, and one value of every format of sessions.
import { Plaintext } from "@coterie/bytes";
import { generateAgreementKeyPair } from "@coterie/primitives";
import { nodePrimitives as primitives, systemRandom as random } from "@coterie/primitives/node";
import {
  decodePrekeyMessage,
  decodeRatchetMessage,
  decryptPrekeyWithRecord,
  decryptWithRecord,
  emptyRecord,
  encryptWithRecord,
  generateKemPrekey,
  generatePrekey,
  generateSignedPrekey,
  initiateSession,
  type RecordDecryptStep,
  type ResponderPrekeys,
  type SessionMessage,
  type SessionRecord,
  withNewSession,
} from "@coterie/sessions";

const deps = { primitives, random };
const [alice, bob] = [1, 2].map((registrationId) => ({
  identity: generateAgreementKeyPair(primitives, random),
  registrationId,
})) as [LocalDevice, LocalDevice]; // cast: two of two

type LocalDevice = Parameters<typeof initiateSession>[1]["local"];

const signed = generateSignedPrekey(deps, { id: 1, identity: bob.identity });
const oneTime = generatePrekey(deps, 2);
const kem = generateKemPrekey(deps, { id: 3, identity: bob.identity });
const prekeys: ResponderPrekeys = {
  signedPrekey: signed.keyPair,
  oneTimePrekey: oneTime.keyPair,
  kemPrekey: kem.secretKey,
};

/** What alice has of bob before he answered. */
const started = withNewSession(
  emptyRecord,
  initiateSession(deps, {
    local: alice,
    nowMs: 0,
    bundle: {
      registrationId: 2,
      deviceId: 1,
      identityKey: bob.identity.publicKey,
      signedPrekey: { id: 1, publicKey: signed.keyPair.publicKey, signature: signed.signature },
      oneTimePrekey: { id: 2, publicKey: oneTime.keyPair.publicKey },
      kemPrekey: { id: 3, publicKey: kem.publicKey, signature: kem.signature },
    },
  }),
);

interface Written {
  readonly record: SessionRecord;
  readonly message: SessionMessage;
}

function write(record: SessionRecord, text: string): Written {
  const plaintext = Plaintext.fromText(text).exposePlainBytes();
  const step = encryptWithRecord(deps, { record, plaintext, nowMs: 0 });
  if (step.kind !== "encrypted") throw new Error(step.kind);
  return step;
}

/** Opens a first message as bob, who knows nobody yet. */
export function openFirst(bytes: Uint8Array): RecordDecryptStep {
  const message = decodePrekeyMessage(bytes);
  return decryptPrekeyWithRecord(deps, { record: emptyRecord, message, local: bob, prekeys });
}

function opened(step: RecordDecryptStep): SessionRecord {
  if (step.kind !== "opened") throw new Error(step.kind);
  return step.record;
}

const first = write(started, "a first message, of no interest to anybody");
let [ofAlice, ofBob] = [first.record, opened(openFirst(first.message.bytes))];

/** Records of both in many states of the ratchet. */
export const records: SessionRecord[] = [emptyRecord, started, ofAlice, ofBob];
for (let turn = 0; turn < 90; turn++) {
  const answer = write(ofBob, "on");
  ofBob = answer.record;
  ofAlice = opened(decryptWithRecord(deps, { record: ofAlice, message: decodeRatchetMessage(answer.message.bytes) }));
  const next = write(ofAlice, "and on");
  ofAlice = next.record;
  // Every seventh is lost, so that keys of skipped messages are kept.
  if (turn % 7 > 0) {
    ofBob = opened(decryptWithRecord(deps, { record: ofBob, message: decodeRatchetMessage(next.message.bytes) }));
  }
  if (turn % 6 === 0)
    records.push(ofAlice, ofBob, { current: undefined, archived: [ofBob, ofAlice].flatMap(currentOf) });
}

function currentOf({ current }: SessionRecord): NonNullable<SessionRecord["current"]>[] {
  return current === undefined ? [] : [current];
}

const receiving = ofBob;

/** Opens a message as bob, with the session as it is at the end. */
export function openRatchet(bytes: Uint8Array): RecordDecryptStep {
  return decryptWithRecord(deps, { record: receiving, message: decodeRatchetMessage(bytes) });
}

const last = write(ofAlice, "the last message, with a piece of the post-quantum ratchet in it");

export const firstMessages: Uint8Array[] = [first.message.bytes, write(first.record, "another one").message.bytes];
export const ratchetMessages: Uint8Array[] = [last.message.bytes, write(last.record, "one more").message.bytes];
