/** What a key file says without its passphrase. */
import { decodeBase64Url } from "@coterie/bytes";
import { parseKeyFile } from "@coterie/sealed-box/key-file";

/** What is known about a key without its passphrase. */
export interface KeyFacts {
  /** "ckey1…" */
  readonly keyId: string;
  readonly publicKey: Uint8Array<ArrayBuffer>;
  readonly comment: string;
  readonly createdAt: string;
}

/** Reads the outside of a key file. Throws MalformedKeyFileError, KeyFileParametersError. */
export function readKeyFacts(fileText: string): KeyFacts {
  const { keyId, public: publicKey, comment, createdAt } = parseKeyFile(fileText);
  return { keyId, publicKey: decodeBase64Url(publicKey), comment, createdAt };
}
