/**
 * What every adapter of a port of this package must do, as a suite that each of them runs:
 * `describeMailKeyStore({ describe, it }, { name: "my store", make })`. It brings its own checks, so that it fits any test runner.
 */
import { CoterieError, equalBytes, SecretKey } from "@coterie/bytes";
import { type MailKeyId, parseMailKeyId } from "./mail/mail-key.ts";
import type { MailKeyStore, StoredMailKey } from "./mail/mail-key-store.ts";

/** An adapter does not do what its port promises; the message says what. Seen in tests only. */
export class ContractViolatedError extends CoterieError {
  readonly code = "vault/contract-violated";
}

/** The two functions of a test runner that a suite uses. */
export interface TestRunner {
  readonly describe: (name: string, suite: () => void) => unknown;
  readonly it: (name: string, test: () => Promise<void>) => unknown;
}

/** One adapter under test. */
export interface MailKeyStoreCase {
  readonly name: string;
  /** A fresh, empty store; `reopen` gives another one over the same keys, where they outlive the store. */
  readonly make: () => Promise<{ readonly store: MailKeyStore; readonly reopen?: () => Promise<MailKeyStore> }>;
}

type ContractTest = (made: Awaited<ReturnType<MailKeyStoreCase["make"]>>) => Promise<void>;

/** The contract of `MailKeyStore`. */
export function describeMailKeyStore({ describe, it }: TestRunner, { name, make }: MailKeyStoreCase): void {
  describe(`MailKeyStore: ${name}`, () => {
    for (const [title, test] of Object.entries(contract)) it(title, async () => await test(await make()));
  });
}

const contract: Readonly<Record<string, ContractTest>> = {
  "is empty at first": async ({ store }) => {
    insist((await store.list()).length === 0, "a fresh store lists keys");
    insist((await store.find(keyIdOf(1))) === undefined, "a fresh store finds a key");
  },
  "finds what was saved, also through another store over the same keys": async ({ store, reopen }) => {
    await store.save(testKey(1));
    for (const each of [store, (await reopen?.()) ?? store]) {
      const found = await each.find(keyIdOf(1));
      requireKey(found, 1);
    }
  },
  "lists ids and times without secrets": async ({ store }) => {
    await store.save(testKey(1));
    await store.save(testKey(2));
    const listed = (await store.list()).toSorted((left, right) => left.createdAtMs - right.createdAtMs);
    const isExact = listed.every(
      (entry, i) => entry.keyId === keyIdOf(i + 1) && entry.createdAtMs === timeOf(i + 1) && !("secretKey" in entry),
    );
    insist(listed.length === 2 && isExact, "the list is not what was saved");
  },
  "hands out copies: destroying one leaves the stored key": async ({ store }) => {
    const key = testKey(1);
    await store.save(key);
    key.secretKey.destroy();
    (await store.find(keyIdOf(1)))?.secretKey.destroy();
    requireKey(await store.find(keyIdOf(1)), 1);
  },
  "leaves a key as it is when one with its id is saved again": async ({ store }) => {
    await store.save(testKey(1));
    await store.save({ ...testKey(2), keyId: keyIdOf(1) });
    requireKey(await store.find(keyIdOf(1)), 1);
    insist((await store.list()).length === 1, "a key is listed twice");
  },
  "finds a destroyed key no more, and keeps the others": async ({ store, reopen }) => {
    await store.save(testKey(1));
    await store.save(testKey(2));
    await store.destroy(keyIdOf(1));
    for (const each of [store, (await reopen?.()) ?? store]) {
      insist((await each.find(keyIdOf(1))) === undefined, "a destroyed key is found");
      insist((await each.list()).length === 1, "a destroyed key is listed");
      requireKey(await each.find(keyIdOf(2)), 2);
    }
  },
  "takes repeated and pointless destruction": async ({ store }) => {
    await store.destroy(keyIdOf(1));
    await store.save(testKey(1));
    await store.destroy(keyIdOf(1));
    await store.destroy(keyIdOf(1));
    insist((await store.list()).length === 0, "a destroyed key is listed");
  },
  "keeps all of many keys saved at once": async ({ store }) => {
    await Promise.all(Array.from({ length: 20 }, async (_unused, i) => await store.save(testKey(i + 1))));
    for (let i = 1; i <= 20; i++) requireKey(await store.find(keyIdOf(i)), i);
  },
};

function testKey(i: number): StoredMailKey {
  return { keyId: keyIdOf(i), createdAtMs: timeOf(i), secretKey: SecretKey.own("x25519", new Uint8Array(32).fill(i)) };
}

function keyIdOf(i: number): MailKeyId {
  return parseMailKeyId(i.toString(16).padStart(32, "0"));
}

function timeOf(i: number): number {
  return 1_750_000_000_000 + i;
}

function requireKey(found: StoredMailKey | undefined, i: number): void {
  insist(found?.keyId === keyIdOf(i) && found.createdAtMs === timeOf(i), "another key is found than the saved one");
  const secret = found?.secretKey.exposeSecretBytes() ?? new Uint8Array(0);
  insist(equalBytes(secret, new Uint8Array(32).fill(i)), "the secret is not the saved one");
}

function insist(holds: boolean, otherwise: string): void {
  if (!holds) throw new ContractViolatedError(otherwise);
}
