/** Where mail keys are kept: a port. It must not be the database, whose files and log keep what was deleted. */
import type { SecretKey } from "@coterie/bytes";
import type { MailKeyId } from "./mail-key.ts";

/** A mail key as it is listed, without its secret. */
export interface MailKeyEntry {
  readonly keyId: MailKeyId;
  readonly createdAtMs: number;
}

/** A mail key as it is stored. */
export interface StoredMailKey extends MailKeyEntry {
  readonly secretKey: SecretKey<"x25519">;
}

/**
 * Keeps mail keys; `describeMailKeyStore` of `@coterie/vault/contract` says exactly how. Nothing here is cancellable: each
 * call is short, and half a destruction is none.
 */
export interface MailKeyStore {
  /** All keys in any order. Does not read secrets. */
  readonly list: () => Promise<readonly MailKeyEntry[]>;
  /** The key, or undefined where there is none (any more). The caller destroys the secret it gets. */
  readonly find: (keyId: MailKeyId) => Promise<StoredMailKey | undefined>;
  /** Stores a key durably before it settles. The caller keeps its own secret. A key with this id is left as it is. */
  readonly save: (key: StoredMailKey) => Promise<void>;
  /** Removes the key so that neither `find` nor what lies below gives it back. Harmless where there is none. */
  readonly destroy: (keyId: MailKeyId) => Promise<void>;
}
