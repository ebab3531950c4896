/**
 * What is done with keys and signatures, in a worker whose content security policy forbids it every connection. A job that
 * needs a secret takes the key file and the passphrase and lets go of the key at its end; nothing secret waits between jobs.
 */
import { decodeTextForm, equalBytes } from "@coterie/bytes";
import {
  type AgreementKeyPair,
  generateAgreementKeyPair,
  type Primitives,
  type RandomSource,
} from "@coterie/primitives";
import { createKeyFile, encodeKeyFile, keyToWords, parseKeyFile, unlockKeyFile } from "@coterie/sealed-box/key-file";
import { openEnvelope } from "@coterie/sealed-box/open";
import { keyIdBytes } from "@coterie/sealed-box/seal";
import { verifyAudit, type VerifiedAudit, type VerifyAuditJob } from "../audit/audit-jobs.ts";
import { type KeyFacts, readKeyFacts } from "./key-facts.ts";
import {
  type SignedEntries,
  signLog,
  type SignLogJob,
  type VerifiedLog,
  verifyLog,
  type VerifyLogJob,
} from "./log-jobs.ts";

/** What the worker is asked for. */
export type KeyJob =
  | { readonly kind: "create"; readonly passphrase: string; readonly comment: string }
  | {
      readonly kind: "prove";
      readonly fileText: string;
      readonly passphrase: string;
      readonly challenge: Uint8Array;
      readonly organisationId: string;
    }
  | { readonly kind: "unlock"; readonly fileTexts: readonly string[]; readonly passphrase: string }
  | VerifyLogJob
  | VerifyAuditJob
  | SignLogJob;

/** A key that was just made. */
export interface NewKey extends KeyFacts {
  /** The key file, to be kept. */
  readonly fileText: string;
  /** 24 words that are the key itself. */
  readonly words: readonly string[];
}

/** What the jobs give. */
export interface KeyJobResults {
  readonly create: NewKey;
  /** The 32 bytes inside the challenge. */
  readonly prove: Uint8Array<ArrayBuffer>;
  /** X25519 secret keys; whoever receives them wipes them. */
  readonly unlock: readonly Uint8Array<ArrayBuffer>[];
  readonly "verify-log": VerifiedLog;
  readonly "sign-log": SignedEntries;
  readonly "verify-audit": VerifiedAudit;
}

/** What the jobs need. */
export interface KeyJobDeps {
  readonly primitives: Primitives;
  readonly random: RandomSource;
  readonly now: () => number;
}

/** Does one job. Rejects with KeyFileError and SealedBoxError of `@coterie/sealed-box`, KeyLogError of `@coterie/key-log`. */
export async function runKeyJob(deps: KeyJobDeps, job: KeyJob): Promise<KeyJobResults[KeyJob["kind"]]> {
  switch (job.kind) {
    case "create":
      return createKey(deps, job);
    case "prove":
      return proveKey(deps, job);
    case "unlock":
      return unlockKeys(deps, job);
    case "verify-log":
      return await verifyLog(deps, job);
    case "sign-log":
      return await signLog(deps, job);
    case "verify-audit":
      return verifyAudit(deps, job);
  }
}

function createKey(
  deps: KeyJobDeps,
  { passphrase, comment }: { readonly passphrase: string; readonly comment: string },
): NewKey {
  const keyPair = generateAgreementKeyPair(deps.primitives, deps.random);
  try {
    const fileText = encodeKeyFile(createKeyFile(deps, { keyPair, passphrase, comment }));
    return { ...readKeyFacts(fileText), fileText, words: keyToWords(keyPair.secretKey).split(" ") };
  } finally {
    keyPair.secretKey.destroy();
  }
}

/** The file itself is opened anew for the proof: what activates a key is that its file and passphrase open it. */
function proveKey(deps: KeyJobDeps, job: Extract<KeyJob, { kind: "prove" }>): Uint8Array<ArrayBuffer> {
  const file = parseKeyFile(job.fileText);
  const keyPair = unlockKeyFile(deps, { file, passphrase: job.passphrase });
  try {
    const organisation = decodeTextForm("corg", job.organisationId, { lengthBytes: 16 });
    const context = ["coterie/activation/1", organisation, keyIdBytes(file.keyId)];
    const proof = openEnvelope(deps, { envelope: job.challenge, keyPair, context });
    const bytes = new Uint8Array(proof.exposePlainBytes());
    proof.destroy();
    return bytes;
  } finally {
    keyPair.secretKey.destroy();
  }
}

function unlockKeys(deps: KeyJobDeps, job: Extract<KeyJob, { kind: "unlock" }>): readonly Uint8Array<ArrayBuffer>[] {
  const pairs: AgreementKeyPair[] = [];
  try {
    for (const fileText of job.fileTexts) {
      const pair = unlockKeyFile(deps, { file: parseKeyFile(fileText), passphrase: job.passphrase });
      // The same key in two files is opened once.
      if (pairs.some(({ publicKey }) => equalBytes(publicKey, pair.publicKey))) pair.secretKey.destroy();
      else pairs.push(pair);
    }
    return pairs.map(({ secretKey }) => new Uint8Array(secretKey.exposeSecretBytes()));
  } finally {
    for (const { secretKey } of pairs) secretKey.destroy();
  }
}
