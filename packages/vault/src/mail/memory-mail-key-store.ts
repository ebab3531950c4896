/** Mail keys in memory alone: for tests, and for a gateway whose due mails may be lost with its process. */
import { SecretKey } from "@coterie/bytes";
import type { MailKeyId } from "./mail-key.ts";
import type { MailKeyStore, StoredMailKey } from "./mail-key-store.ts";

/** A store that forgets all keys when the process ends; every mail box is unreadable from then on. */
export function createMemoryMailKeyStore(): MailKeyStore {
  const keyById = new Map<MailKeyId, StoredMailKey>();
  return {
    list: async () => await Promise.resolve([...keyById.values()].map(withoutSecret)),
    find: async (keyId) => {
      const found = keyById.get(keyId);
      return await Promise.resolve(found === undefined ? undefined : copyOf(found));
    },
    save: async (key) => {
      if (!keyById.has(key.keyId)) keyById.set(key.keyId, copyOf(key));
      await Promise.resolve();
    },
    destroy: async (keyId) => {
      keyById.get(keyId)?.secretKey.destroy();
      keyById.delete(keyId);
      await Promise.resolve();
    },
  };
}

function withoutSecret({ keyId, createdAtMs }: StoredMailKey): Omit<StoredMailKey, "secretKey"> {
  return { keyId, createdAtMs };
}

function copyOf({ keyId, createdAtMs, secretKey }: StoredMailKey): StoredMailKey {
  return { keyId, createdAtMs, secretKey: SecretKey.copyOf("x25519", secretKey.exposeSecretBytes()) };
}
