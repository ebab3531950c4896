import { type Bytes, concatBytes } from "@coterie/bytes";
import { createEnvelope, createForkProof, type Envelope, verifyForkProof } from "@coterie/oplog";
import type { SigningKeyPair } from "@coterie/primitives";
import { nodePrimitives } from "@coterie/primitives/node";
import { expect, it } from "vitest";
import {
  certifyWriter,
  createGenesis,
  deriveLogId,
  type Genesis,
  MembershipLog,
  type Operation,
  proposeKeyUpdate,
} from "../src/index.ts";

const seedOf = (byte: number): Bytes => new Uint8Array(32).fill(byte);
const keyPair = (byte: number): SigningKeyPair => nodePrimitives.deriveSigningKeyPair(seedOf(byte));
const sealingKey = (byte: number): Bytes => nodePrimitives.deriveAgreementKeyPair(seedOf(byte)).publicKey;
const signer = (byte: number): ((message: Uint8Array) => Bytes) => {
  const { secretKey } = keyPair(byte);
  return (message) => nodePrimitives.sign(secretKey, message);
};

const genesis: Genesis = createGenesis(
  { primitives: nodePrimitives, random: { fill: (target) => void target.fill(42) } },
  {
    identity: keyPair(1).publicKey,
    sealingKey: sealingKey(2),
    writer: keyPair(3).publicKey,
    mode: "strict",
    checkpointInterval: 5,
  },
);
const logId = deriveLogId(nodePrimitives, genesis);

function newLog(): MembershipLog {
  const deps = {
    primitives: nodePrimitives,
    verifyForkProof: (input: { proof: Uint8Array; logTag: Uint8Array }) => verifyForkProof(nodePrimitives, input),
  };
  return new MembershipLog(deps, { genesis, logId });
}

interface Written {
  readonly by: Bytes;
  readonly seq: number;
  readonly does: readonly Operation[];
}

/** Whether the first operation counts, after all that was written before. */
function writeAll(log: MembershipLog, blocks: readonly Written[]): readonly (boolean | undefined)[] {
  return blocks.map(({ by, seq, does }, at) => {
    const pastSet = log.sets.of(Array.from({ length: log.size }, (_, id) => id));
    const hash = nodePrimitives.sha256(Uint8Array.of(at, log.size));
    return log.add({ lamport: at, hash, writer: by, seq, pastSet, commits: 0, operations: does }).authorised[0];
  });
}

const start = newLog().evaluate(0, 0);
const alice = { membership: start, author: keyPair(1).publicKey, logId, sign: signer(1) };

it("takes a writer that the identity has certified for this log, and no other certificate", () => {
  const writer = keyPair(4).publicKey;
  const certificate = certifyWriter({ ...alice, writer });
  expect(writeAll(newLog(), [{ by: writer, seq: 0, does: [certificate] }])).toEqual([true]);
  const otherLog = certifyWriter({ ...alice, logId: seedOf(9), writer });
  const otherSigner = certifyWriter({ ...alice, sign: signer(5), writer });
  const otherWriter = { ...certifyWriter({ ...alice, writer: keyPair(5).publicKey }), writer };
  const otherIdentity = { ...certificate, identity: keyPair(5).publicKey };
  for (let bit = 0; bit < 512; bit += 7) {
    const signature = new Uint8Array(certificate.signature);
    signature[bit >>> 3] = (signature[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
    expect(writeAll(newLog(), [{ by: writer, seq: 0, does: [{ ...certificate, signature }] }])).toEqual([false]);
  }
  for (const forged of [otherLog, otherSigner, otherWriter, otherIdentity])
    expect(writeAll(newLog(), [{ by: writer, seq: 0, does: [forged] }])).toEqual([false]);
});

it("takes a key that the identity has signed with its version for this log, and no other", () => {
  const by = keyPair(3).publicKey;
  const deps = { primitives: nodePrimitives };
  const update = proposeKeyUpdate(deps, { ...alice, sealingKey: sealingKey(8) });
  expect(update.version).toBe(1);
  const log = newLog();
  expect(writeAll(log, [{ by, seq: 0, does: [update] }])).toEqual([true]);
  expect(log.evaluate(log.sets.of([0]), 0).find(keyPair(1).publicKey)).toMatchObject({
    keyVersion: 1,
    sealingKey: sealingKey(8),
  });
  const forged: readonly Operation[] = [
    { ...update, version: 2 },
    { ...update, sealingKey: sealingKey(9) },
    { ...update, signature: new Uint8Array(64) },
    proposeKeyUpdate(deps, { ...alice, logId: seedOf(9), sealingKey: sealingKey(8) }),
  ];
  for (const operation of forged) expect(writeAll(newLog(), [{ by, seq: 0, does: [operation] }])).toEqual([false]);
});

it("takes the proof that a writer signed two blocks with one seq, and freezes it", () => {
  const founder = { writer: keyPair(3).publicKey, sign: signer(3) };
  const blockWith = (content: number, logTag: Bytes = logId.slice(0, 16)): Envelope => {
    const header = {
      flags: 4,
      logTag,
      writer: founder.writer,
      seq: 1,
      previous: seedOf(7),
      epochId: new Uint8Array(16),
    };
    const parts = {
      nonce: new Uint8Array(24).fill(content),
      control: seedOf(1),
      content: seedOf(content),
      publicPart: new Uint8Array(0),
    };
    return createEnvelope({ sha256: nodePrimitives.sha256, signer: founder }, { header, ...parts });
  };
  const proof = createForkProof(blockWith(1), blockWith(2));
  const log = newLog();
  const writer = keyPair(4).publicKey;
  const shown: Written = { by: writer, seq: 0, does: [certifyWriter({ ...alice, writer }), { kind: "fork", proof }] };
  expect(writeAll(log, [shown])).toEqual([true]);
  const membership = log.evaluate(log.sets.of([0]), 0);
  expect(membership.frozenWriters).toEqual([{ writer: founder.writer, seq: 1 }]);
  // The founder's other writer takes over as indexer.
  expect(membership.indexers).toEqual([writer]);
  const elsewhere = createForkProof(blockWith(1, seedOf(9).slice(0, 16)), blockWith(2, seedOf(9).slice(0, 16)));
  for (const wrong of [elsewhere, concatBytes(proof, Uint8Array.of(0)), proof.slice(0, -1), new Uint8Array(0)]) {
    const other = newLog();
    writeAll(other, [{ by: founder.writer, seq: 0, does: [{ kind: "fork", proof: wrong }] }]);
    expect(other.evaluate(other.sets.of([0]), 0).frozenWriters).toEqual([]);
  }
});
