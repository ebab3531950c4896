// Compiled, never run (`npm run check`): what the types of stores, messages and telemetry refuse.
import type { Bytes, Ciphertext, Plaintext, SecretKey } from "@coterie/bytes";
import {
  createSessionCipher,
  type Observe,
  type SealedPrekey,
  type SealedRecord,
  type SessionCipher,
  type SessionCipherDeps,
  type SessionMessage,
  type SessionRecord,
  type SessionStore,
  type Uncommitted,
} from "../src/index.ts";

declare const store: SessionStore;
declare const sealed: SealedRecord;
declare const prekey: SealedPrekey;
declare const contact: Ciphertext<"contact">;
declare const bytes: Bytes;
declare const plain: Plaintext;
declare const key: SecretKey<"x25519">;
declare const record: SessionRecord;
declare const cipher: SessionCipher;
declare const observe: Observe;
declare const deps: SessionCipherDeps;
declare const uncommitted: Uncommitted<SessionMessage>;

void store.commit({ peer: "bob.1", record: sealed });
void store.commit({ peer: "bob.1", record: undefined, identity: bytes });

// @ts-expect-error plain text does not reach the store
void store.commit({ peer: "bob.1", record: plain });
// @ts-expect-error bytes are not known to be encrypted
void store.commit({ peer: "bob.1", record: bytes });
// @ts-expect-error a record that is not sealed holds keys in clear
void store.commit({ peer: "bob.1", record });
// @ts-expect-error a prekey is not a record, though sealed
void store.commit({ peer: "bob.1", record: prekey });
// @ts-expect-error encrypted for another purpose
void store.commit({ peer: "bob.1", record: contact });
// @ts-expect-error text is not encrypted
void store.commit({ peer: "bob.1", record: "text" });
// @ts-expect-error a secret key does not fit where the peer's public identity key is stored
void store.commit({ peer: "bob.1", record: sealed, identity: key });
// @ts-expect-error nor does plain text
void store.commit({ peer: "bob.1", record: sealed, identity: plain });
// @ts-expect-error nothing but the step is stored
void store.commit({ peer: "bob.1", record: sealed, plaintext: plain });

// @ts-expect-error a store that takes bytes of any kind as a record hands out what is not sealed
export const leaky: SessionStore = { ...store, loadRecord: async () => bytes };

void cipher.encrypt("bob.1", plain);
// @ts-expect-error what is to be encrypted is named as plain text
void cipher.encrypt("bob.1", bytes);
// @ts-expect-error the kind of a message is a fact beside its bytes
void cipher.decrypt("bob.1", { bytes });

// @ts-expect-error the value is behind commit alone
void uncommitted.value;
// @ts-expect-error an uncommitted message is no message
export const message: SessionMessage = uncommitted;

observe({ span: "encrypt", outcome: "encrypted", durationMs: 1 });
// @ts-expect-error no peer in telemetry
observe({ span: "encrypt", outcome: "encrypted", durationMs: 1, peer: "bob.1" });
// @ts-expect-error no content in telemetry
observe({ span: "encrypt", outcome: plain, durationMs: 1 });

// @ts-expect-error randomness is passed in
createSessionCipher({ ...deps, random: undefined });
