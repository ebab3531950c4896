/**
 * What every adapter of the store of sessions must do, as a suite that each of them runs:
 * `describeSessionStore({ describe, it }, { name: "my store", make })`. It brings its own checks, so that it fits any test runner.
 */
import { type Bytes, CoterieError, encodeHex } from "@coterie/bytes";
import type { PrekeyPlace, SealedPrekey, SealedRecord } from "./record/sealed-record.ts";
import type { KemUse, SessionStore } from "./store/session-store.ts";

/** An adapter does not do what its port promises; the message says what. Seen in tests only. */
export class ContractViolatedError extends CoterieError {
  readonly code = "sessions/contract-violated";
}

/** The two functions of a test runner that a suite uses. */
export interface TestRunner {
  readonly describe: (name: string, suite: () => void) => unknown;
  readonly it: (name: string, test: () => Promise<void>) => unknown;
}

/** A store with what the suite needs to fill and to reopen it. */
export interface MadeSessionStore {
  readonly store: SessionStore;
  readonly savePrekey: (
    place: PrekeyPlace,
    prekey: { readonly sealed: SealedPrekey; readonly isLastResort?: boolean },
  ) => Promise<void> | void;
  /** Another store over the same content, where it outlives the store. */
  readonly reopen?: () => Promise<SessionStore>;
}

/** One adapter under test. */
export interface SessionStoreCase {
  readonly name: string;
  /** A fresh, empty store. */
  readonly make: () => Promise<MadeSessionStore>;
}

/** The contract of `SessionStore`. */
export function describeSessionStore({ describe, it }: TestRunner, { name, make }: SessionStoreCase): void {
  describe(`SessionStore: ${name}`, () => {
    for (const [title, test] of Object.entries(contract)) it(title, async () => await test(await make()));
  });
}

const contract: Readonly<Record<string, (made: MadeSessionStore) => Promise<void>>> = {
  "is empty at first": async ({ store }) => {
    await requireAt(store, { peer: "bob.1", record: undefined, identity: undefined });
    insist((await store.loadPrekey({ kind: "kem", id: 1 })) === undefined, "a fresh store has a prekey");
    insist(!(await store.wasKemUsed(useOf(1))), "a fresh store knows of a use");
  },
  "gives back records and identities of each peer, also through another store over the same content": async ({
    store,
    reopen,
  }) => {
    await store.commit({ peer: "bob.1", record: recordOf(1), identity: bytesOf(11) });
    await store.commit({ peer: "bob.2", record: recordOf(2), identity: bytesOf(12) });
    for (const each of [store, (await reopen?.()) ?? store]) {
      await requireAt(each, { peer: "bob.1", record: recordOf(1), identity: bytesOf(11) });
      await requireAt(each, { peer: "bob.2", record: recordOf(2), identity: bytesOf(12) });
      await requireAt(each, { peer: "carol.1", record: undefined, identity: undefined });
    }
  },
  "leaves the identity as it was where a change names none": async ({ store }) => {
    await store.commit({ peer: "bob.1", record: recordOf(1), identity: bytesOf(11) });
    await store.commit({ peer: "bob.1", record: recordOf(2) });
    await requireAt(store, { peer: "bob.1", record: recordOf(2), identity: bytesOf(11) });
  },
  "forgets the sessions with a peer, not its identity": async ({ store }) => {
    await store.commit({ peer: "bob.1", record: recordOf(1), identity: bytesOf(11) });
    await store.commit({ peer: "bob.1", record: undefined });
    await requireAt(store, { peer: "bob.1", record: undefined, identity: bytesOf(11) });
  },
  "keeps prekeys of one id apart by kind": async ({ store, savePrekey }) => {
    for (const [i, kind] of kinds.entries()) await savePrekey({ kind, id: 1 }, { sealed: prekeyOf(i) });
    for (const [i, kind] of kinds.entries()) await requirePrekey(store, { kind, id: 1 }, prekeyOf(i));
  },
  "deletes one-time prekeys with the step that used them, and no others": async ({ store, savePrekey, reopen }) => {
    for (const kind of kinds) for (const id of [1, 2]) await savePrekey({ kind, id }, { sealed: prekeyOf(id) });
    await store.commit({ peer: "bob.1", record: recordOf(1), usedOneTimePrekeyId: 1, kemUse: useOf(1) });
    for (const each of [store, (await reopen?.()) ?? store]) {
      await requirePrekey(each, { kind: "one-time", id: 1 }, undefined);
      await requirePrekey(each, { kind: "kem", id: 1 }, undefined);
      for (const kind of kinds) await requirePrekey(each, { kind, id: 2 }, prekeyOf(2));
      await requirePrekey(each, { kind: "signed", id: 1 }, prekeyOf(1));
    }
  },
  "keeps a prekey of last resort, and remembers each use of it": async ({ store, savePrekey, reopen }) => {
    await savePrekey({ kind: "kem", id: 1 }, { sealed: prekeyOf(1), isLastResort: true });
    await store.commit({ peer: "bob.1", record: recordOf(1), kemUse: useOf(1) });
    await store.commit({ peer: "bob.2", record: recordOf(2), kemUse: { ...useOf(1), baseKey: bytesOf(31) } });
    for (const each of [store, (await reopen?.()) ?? store]) {
      await requirePrekey(each, { kind: "kem", id: 1 }, prekeyOf(1));
      insist(await each.wasKemUsed(useOf(1)), "a use is forgotten");
      insist(await each.wasKemUsed({ ...useOf(1), baseKey: bytesOf(31) }), "a second use is forgotten");
      insist(!(await each.wasKemUsed({ ...useOf(1), baseKey: bytesOf(32) })), "another base key counts as used");
      insist(!(await each.wasKemUsed({ ...useOf(1), signedPrekeyId: 9 })), "another signed prekey counts as used");
      insist(!(await each.wasKemUsed({ ...useOf(1), kemPrekeyId: 9 })), "another KEM prekey counts as used");
    }
  },
  "takes a change again that it has stored": async ({ store, savePrekey }) => {
    await savePrekey({ kind: "one-time", id: 1 }, { sealed: prekeyOf(1) });
    const change = { peer: "bob.1", record: recordOf(1), usedOneTimePrekeyId: 1, kemUse: useOf(1) };
    await store.commit(change);
    await store.commit(change);
    await requireAt(store, { peer: "bob.1", record: recordOf(1), identity: undefined });
  },
  "stores the last of several changes of one peer, and all of several peers, made at once": async ({ store }) => {
    const ids = Array.from({ length: 20 }, (_unused, i) => i + 1);
    await Promise.all(ids.map(async (i) => await store.commit({ peer: `peer.${i}`, record: recordOf(i) })));
    for (const i of ids) await store.commit({ peer: "bob.1", record: recordOf(i) });
    for (const i of ids) await requireAt(store, { peer: `peer.${i}`, record: recordOf(i), identity: undefined });
    await requireAt(store, { peer: "bob.1", record: recordOf(20), identity: undefined });
  },
};

const kinds = ["signed", "one-time", "kem"] as const;

function bytesOf(i: number): Bytes {
  return new Uint8Array(32).fill(i);
}

function recordOf(i: number): SealedRecord {
  // brand: a store does not look inside
  return bytesOf(i) as SealedRecord;
}

function prekeyOf(i: number): SealedPrekey {
  // brand: a store does not look inside
  return bytesOf(i) as SealedPrekey;
}

function useOf(i: number): KemUse {
  return { kemPrekeyId: i, signedPrekeyId: 5, baseKey: bytesOf(30) };
}

interface Expected {
  readonly peer: string;
  readonly record: SealedRecord | undefined;
  readonly identity: Bytes | undefined;
}

async function requireAt(store: SessionStore, { peer, record, identity }: Expected): Promise<void> {
  insist(isSame(await store.loadRecord(peer), record), "the record is not what was stored");
  insist(isSame(await store.loadIdentity(peer), identity), "the identity is not what was stored");
}

async function requirePrekey(
  store: SessionStore,
  place: PrekeyPlace,
  expected: SealedPrekey | undefined,
): Promise<void> {
  insist(isSame(await store.loadPrekey(place), expected), "the prekey is not what was stored");
}

function isSame(found: Uint8Array | undefined, expected: Uint8Array | undefined): boolean {
  if (found === undefined || expected === undefined) return found === expected;
  return encodeHex(found) === encodeHex(expected);
}

function insist(holds: boolean, otherwise: string): void {
  if (!holds) throw new ContractViolatedError(otherwise);
}
