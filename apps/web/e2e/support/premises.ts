// What an organisation has on its premises: key files and the key authority's file, made without a browser.
import { createKeyLog } from "@coterie/key-log";
import { generateAgreementKeyPair, generateSigningKeyPair } from "@coterie/primitives";
import { nodePrimitives as primitives, systemRandom as random } from "@coterie/primitives/node";
import {
  createKeyAuthorityFile,
  createKeyFile,
  encodeKeyAuthorityFile,
  encodeKeyFile,
} from "@coterie/sealed-box/key-file";
import { deriveKeyId } from "@coterie/sealed-box/seal";
import { openChallenge } from "../../../gateway/test/support/coalition.ts";
import { passphrase } from "./steps.ts";
import type { Staff } from "./world.ts";

export interface Premises {
  readonly keyId: string;
  readonly fileText: string;
  readonly authorityFileText: string;
  readonly logId: string;
}

export const authorityPassphrase = "the authority signs on paper";
const dayMs = 86_400_000;

/** A key, active by the first entries of the organisation's own key log. */
export async function beginKeyLog({ id, clients }: Staff, { nowMs }: { nowMs: number }): Promise<Premises> {
  const deps = { primitives, random, now: () => nowMs };
  const keyPair = generateAgreementKeyPair(primitives, random);
  const keyId = deriveKeyId(primitives, keyPair.publicKey);
  await clients.organisations.importPublicKey({ public: keyPair.publicKey, label: "Office" });
  const { challenge } = await clients.organisations.startActivation({ keyId });
  const proof = openChallenge({ organisation: { id } } as Parameters<typeof openChallenge>[0], {
    keys: keyPair,
    challenge,
  });
  const authority = generateSigningKeyPair(primitives, random);
  const log = await createKeyLog(primitives, {
    organisation: id,
    signer: { publicKey: authority.publicKey, sign: (message) => primitives.sign(authority.secretKey, message) },
    createdAtMs: nowMs,
    firstKey: { publicKey: keyPair.publicKey, validFromMs: nowMs - 600_000, validUntilMs: nowMs + 365 * dayMs },
  });
  await clients.keyLogs.publishKeyLogEntries({ entries: log.entries.map(({ encoded }) => encoded), proof });
  return {
    keyId,
    logId: log.logId,
    fileText: encodeKeyFile(createKeyFile(deps, { keyPair, passphrase, comment: "Office" })),
    authorityFileText: encodeKeyAuthorityFile(
      createKeyAuthorityFile(deps, { keyPair: authority, passphrase: authorityPassphrase, comment: "authority" }),
    ),
  };
}
