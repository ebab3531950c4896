// Compiled, never run (`npm run check`): what the types of stores refuse.
import type { Bytes, Ciphertext, Plaintext, SecretKey } from "@coterie/bytes";
import type { LogStore } from "../src/index.ts";

declare const store: LogStore;
declare const block: Ciphertext<"block">;
declare const state: Ciphertext<"state">;
declare const bytes: Bytes;
declare const plain: Plaintext;
declare const key: SecretKey<"x25519">;

void store.append([block]);
void store.heal(0, block);
void store.save(new Map([["keyring", state]]));
void store.save(new Map([["keyring", undefined]]));

// @ts-expect-error plain text does not reach the disk
void store.append([plain]);
// @ts-expect-error bytes are not known to be encrypted
void store.append([bytes]);
// @ts-expect-error state is no block, though encrypted
void store.append([state]);
// @ts-expect-error what puts a block back is held to the same
void store.heal(0, bytes);
// @ts-expect-error plain text does not reach the disk
void store.save(new Map([["keyring", plain]]));
// @ts-expect-error keys do not reach the disk
void store.save(new Map([["keyring", key]]));
// @ts-expect-error bytes are not known to be encrypted
void store.save(new Map([["keyring", bytes]]));
// @ts-expect-error a block is no state, though encrypted
void store.save(new Map([["keyring", block]]));

/** A store that takes anything is not wanted where one is that takes ciphertext, and the other way round a careless one does not fit. */
declare const careless: { readonly append: (blocks: readonly { readonly secret: true }[]) => Promise<number> };
// @ts-expect-error properties, not methods: a store of something else does not pass for one
export const wrong: Pick<LogStore, "append"> = careless;
