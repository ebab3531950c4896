// An organisation's key authority: makes entries on premises and publishes them.
import type { Bytes } from "@coterie/bytes";
import { appendEntry, createKeyLog, type KeyLog, type KeyLogSigner, type KeyLogUpdate } from "@coterie/key-log";
import { type AgreementKeyPair, generateAgreementKeyPair, randomBytes, type SigningKeyPair } from "@coterie/primitives";
import { nodePrimitives, systemRandom } from "@coterie/primitives/node";
import { deriveKeyId } from "@coterie/sealed-box/seal";
import { openChallenge, type TestOrganisation } from "./coalition.ts";

export const dayMs = 24 * 60 * 60 * 1000;

export interface Authority {
  readonly owner: TestOrganisation;
  readonly signer: KeyLogSigner;
  log: KeyLog;
}

export function newSigner(): KeyLogSigner {
  const pair: SigningKeyPair = nodePrimitives.deriveSigningKeyPair(randomBytes(systemRandom, 32));
  return { publicKey: pair.publicKey, sign: (message) => nodePrimitives.sign(pair.secretKey, message) };
}

export function entriesOf(log: KeyLog): Bytes[] {
  return log.entries.map(({ encoded }) => encoded);
}

/** A log that begins with the organisation's first key, published. */
export async function startLog(
  owner: TestOrganisation,
  { nowMs, validForMs = 365 * dayMs }: { nowMs: number; validForMs?: number },
): Promise<Authority> {
  const signer = newSigner();
  const log = await createKeyLog(nodePrimitives, {
    organisation: owner.organisation.id,
    signer,
    createdAtMs: nowMs,
    firstKey: { publicKey: owner.keys.publicKey, validFromMs: nowMs, validUntilMs: nowMs + validForMs },
  });
  await owner.clients.keyLogs.publishKeyLogEntries({ entries: entriesOf(log) });
  return { owner, signer, log };
}

/** Signs one more entry; `authority.log` stays as it is. */
export async function signed(
  { log, signer }: Pick<Authority, "log" | "signer">,
  { update, nowMs }: { update: KeyLogUpdate; nowMs: number },
): Promise<{ readonly log: KeyLog; readonly entry: Bytes }> {
  const next = await appendEntry(nodePrimitives, { log, signer, update, createdAtMs: nowMs });
  const entry = next.entries.at(-1)?.encoded;
  if (entry === undefined) throw new Error("no entry");
  return { log: next, entry };
}

/** Signs and publishes. */
export async function publish(
  authority: Authority,
  { update, nowMs, proof }: { update: KeyLogUpdate; nowMs: number; proof?: Uint8Array },
): Promise<void> {
  const { log, entry } = await signed(authority, { update, nowMs });
  await authority.owner.clients.keyLogs.publishKeyLogEntries({ entries: [entry], proof: proof ?? new Uint8Array() });
  authority.log = log;
}

/** A fresh key, imported, with its challenge opened. */
export async function provenKey(owner: TestOrganisation): Promise<{
  readonly keys: AgreementKeyPair;
  readonly keyId: ReturnType<typeof deriveKeyId>;
  readonly proof: Uint8Array;
}> {
  const keys = generateAgreementKeyPair(nodePrimitives, systemRandom);
  const keyId = deriveKeyId(nodePrimitives, keys.publicKey);
  await owner.clients.organisations.importPublicKey({ public: keys.publicKey, label: "next" });
  const { challenge } = await owner.clients.organisations.startActivation({ keyId });
  return { keys, keyId, proof: openChallenge(owner, { keys, challenge }) };
}
