/** Handshakes between the package and the model, in both roles. */
import { generateAgreementKeyPair, type Primitives } from "@coterie/primitives";
import { nodePrimitives, systemRandom as random } from "@coterie/primitives/node";
import {
  decodePrekeyMessage,
  decodeRatchetMessage,
  decryptPrekeyWithRecord,
  decryptWithRecord,
  emptyRecord,
  encodeAgreementKey,
  encodeKyber,
  encryptWithRecord,
  generateKemPrekey,
  generatePrekey,
  generateSignedPrekey,
  initiateSession,
  type RecordDecryptStep,
  type SessionMessage,
  type SessionRecord,
  withNewSession,
} from "@coterie/sessions";
import { newKeyPair, type Raw, text, verifyXeddsa } from "../src/crypto.ts";
import { ModelDevice, type ModelMessage } from "../src/device.ts";
import { initiate } from "../src/session.ts";

const primitives: Primitives = nodePrimitives;
const deps = { primitives, random };

/** Ours with the keys of one bundle. */
function createOurs({ withOneTime }: { readonly withOneTime: boolean }) {
  const identity = generateAgreementKeyPair(primitives, random);
  const signed = generateSignedPrekey(deps, { id: 1, identity });
  const oneTime = withOneTime ? generatePrekey(deps, 2) : undefined;
  const kem = generateKemPrekey(deps, { id: 3, identity });
  return { local: { identity, registrationId: 5 }, signed, oneTime, kem };
}

type Ours = ReturnType<typeof createOurs>;

const newest = { signatures: 0, agreed: 0 };
export type HandshakeTally = typeof newest;

export function emptyHandshakeTally(): HandshakeTally {
  return { ...newest };
}

/** The model starts and we respond: its first message opens only if every key is the same. */
export function respondToModel(withOneTime: boolean, tally: HandshakeTally): void {
  const ours = createOurs({ withOneTime });
  const identity = ours.local.identity.publicKey;
  const { signed, kem, oneTime } = ours;
  if (verifyXeddsa(identity, encodeAgreementKey(signed.keyPair.publicKey), signed.signature)) tally.signatures++;
  if (verifyXeddsa(identity, encodeKyber(kem.publicKey), kem.signature)) tally.signatures++;
  const model = new ModelDevice(primitives, newKeyPair());
  model.start({
    identity,
    signed: { id: 1, key: signed.keyPair.publicKey },
    oneTime: oneTime === undefined ? undefined : { id: 2, key: oneTime.keyPair.publicKey },
    kem: { id: 3, key: kem.publicKey },
  });
  const first = model.encrypt(text("hello from the model"));
  if (first === undefined) throw new Error("the model has no session");
  const step = openFirst(ours, first.bytes);
  if (step.kind === "opened" && Buffer.from(step.plaintext).toString() === "hello from the model") tally.agreed++;
}

/** We start and the model responds; then both write in turns. */
export function converseWithModel(
  { withOneTime, turns }: { readonly withOneTime: boolean; readonly turns: number },
  tally: HandshakeTally,
): { readonly epoch: number } {
  const peer = createOurs({ withOneTime });
  const { identity } = peer.local;
  const model = new ModelDevice(primitives, {
    publicKey: identity.publicKey,
    secretKey: identity.secretKey.exposeSecretBytes().slice(),
  });
  keepSecrets(model, peer);
  const local = { identity: generateAgreementKeyPair(primitives, random), registrationId: 6 };
  let record: SessionRecord = withNewSession(
    emptyRecord,
    initiateSession(deps, { local, bundle: bundleOf(peer), nowMs: 0 }),
  );
  let opened = 0;
  for (let i = 0; i < turns; i++) {
    const sent = encryptWithRecord(deps, { record, plaintext: text(`to the model ${i}`), nowMs: 0 });
    if (sent.kind !== "encrypted") throw new Error(sent.kind);
    record = sent.record;
    if (textOf(model.decrypt(sent.message)) === `to the model ${i}`) opened++;
    const answer = model.encrypt(text(`from the model ${i}`));
    if (answer === undefined) break;
    const step = decryptWithRecord(deps, { record, message: decodeRatchetMessage(answer.bytes) });
    if (step.kind !== "opened") break;
    record = step.record;
    if (textOf(step.plaintext) === `from the model ${i}`) opened++;
  }
  if (opened === 2 * turns) tally.agreed++;
  return { epoch: record.current?.quantum.braid.state.epoch ?? 0 };
}

function textOf(opened: Raw | string): string {
  return typeof opened === "string" ? opened : Buffer.from(opened).toString();
}

function keepSecrets(model: ModelDevice, { signed, oneTime, kem }: Ours): void {
  const raw = ({ keyPair }: Ours["signed"] | NonNullable<Ours["oneTime"]>) => ({
    publicKey: keyPair.publicKey,
    secretKey: keyPair.secretKey.exposeSecretBytes().slice(),
  });
  model.keep(1, {
    signed: raw(signed),
    oneTime: oneTime === undefined ? undefined : raw(oneTime),
    kem: kem.secretKey.exposeSecretBytes().slice(),
  });
}

function bundleOf({ local, signed, oneTime, kem }: Ours) {
  return {
    registrationId: 5,
    deviceId: 1,
    identityKey: local.identity.publicKey,
    signedPrekey: { id: 1, publicKey: signed.keyPair.publicKey, signature: signed.signature },
    oneTimePrekey: oneTime === undefined ? undefined : { id: 2, publicKey: oneTime.keyPair.publicKey },
    kemPrekey: { id: 3, publicKey: kem.publicKey, signature: kem.signature },
  };
}

function openFirst({ local, signed, oneTime, kem }: Ours, bytes: Raw): RecordDecryptStep {
  const prekeys = { signedPrekey: signed.keyPair, oneTimePrekey: oneTime?.keyPair, kemPrekey: kem.secretKey };
  return decryptPrekeyWithRecord(deps, { record: emptyRecord, message: decodePrekeyMessage(bytes), local, prekeys });
}

/** A first message of the model under another identity key than the one in it: what nobody may open. */
export function openMismatched(): string {
  const ours = createOurs({ withOneTime: true });
  const [real, claimed] = [newKeyPair(), newKeyPair()];
  const pair = { publicKey: claimed.publicKey, secretKey: real.secretKey };
  const bundle = bundleOf(ours);
  const session = initiate(
    primitives,
    pair,
    {
      identity: bundle.identityKey,
      signed: { id: 1, key: bundle.signedPrekey.publicKey },
      oneTime: { id: 2, key: ours.oneTime?.keyPair.publicKey ?? new Uint8Array(32) },
      kem: { id: 3, key: bundle.kemPrekey.publicKey },
    },
    1,
  );
  const model = new ModelDevice(primitives, pair);
  model.adopt(session);
  const first: ModelMessage | SessionMessage | undefined = model.encrypt(text("not mine"));
  return openFirst(ours, first?.bytes ?? new Uint8Array(0)).kind;
}
