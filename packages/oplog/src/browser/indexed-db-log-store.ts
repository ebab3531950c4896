/** A log store in IndexedDB, for pages and for browsers without files in workers. Each call is one strictly durable transaction. */
import { type Ciphertext, equalBytes } from "@coterie/bytes";
import { PositionTakenError, StateDamagedError, StoreClosedError, StoreDamagedError } from "../errors.ts";
import { createAppendQueue } from "../storage/append-queue.ts";
import {
  type Bounds,
  requireBlocks,
  requireChanges,
  requireDrop,
  requireKey,
  requireLimit,
  requirePosition,
} from "../storage/checks.ts";
import type { LogStore, OpenedLogStore, StateChanges } from "../storage/log-store.ts";
import { createSerial, type Serial } from "../storage/serial.ts";
import { openDatabase, reading, resultOf, tables, writing } from "./database.ts";
import { findDamaged, readBlocks } from "./indexed-db-blocks.ts";
import { decodeStored, encodeStored } from "./stored-value.ts";
import { takeWriterLock } from "./writer-lock.ts";

/**
 * Opens the log in the database `name` of the origin, and makes it where there is none; one tab or worker at a time. Ask the browser to keep the
 * origin's data (`navigator.storage.persist()`), or it may delete the log as a whole when room gets short.
 * @throws StoreLockedError where it is open elsewhere
 */
export async function openIndexedDbLogStore(name: string): Promise<OpenedLogStore> {
  const release = await takeWriterLock(`coterie/oplog/indexed-db/${name}`);
  try {
    const database = await openDatabase(name);
    const bounds = await loadBounds(database);
    const keys = new Set(await reading(database, async (transaction) => await stateKeys(transaction)));
    const store = createStore({ database, bounds, keys, release });
    return { store, recovery: { cutBytes: 0, damaged: [], repaired: 0, isStateLost: false } };
  } catch (error) {
    await release();
    throw error;
  }
}

interface StoreParts {
  readonly database: IDBDatabase;
  /** Where the log begins and ends, as it is stored. */
  readonly bounds: { first: number; length: number };
  readonly keys: Set<string>;
  readonly release: () => Promise<void>;
}

function createStore(parts: StoreParts): LogStore {
  const { database, keys } = parts;
  const bounds: Bounds = { first: () => parts.bounds.first, length: () => parts.bounds.length };
  const queue = createAppendQueue(async (blocks) => await append(parts, blocks));
  const serial = createSerial();
  let closing: Promise<void> | undefined;
  const requireOpen = (): void => {
    if (closing !== undefined) throw new StoreClosedError("the store is closed");
  };
  const inTurn: Serial = async (body) => {
    requireOpen();
    return await serial(body);
  };
  const finish = async (): Promise<void> => {
    await queue.idle();
    await serial(async () => database.close());
    await parts.release();
  };
  return {
    ...bounds,
    append: async (blocks) => {
      requireOpen();
      requireBlocks(blocks);
      return blocks.length === 0 ? bounds.length() : await queue.add(blocks);
    },
    read: async (from, limit) =>
      await inTurn(async () => {
        requireLimit(limit);
        requirePosition(bounds, { position: from, end: "allowed" });
        return await readBlocks(database, { from, to: bounds.length(), limit });
      }),
    load: async (key) =>
      await inTurn(async () => {
        requireKey(key);
        return await load(database, key);
      }),
    save: async (changes) =>
      await inTurn(async () => {
        requireChanges(changes, keys);
        await save(parts, changes);
      }),
    drop: async (before) =>
      await inTurn(async () => {
        requireDrop(bounds, before);
        await drop(parts, before);
      }),
    heal: async (position, block) =>
      await inTurn(async () => {
        requireBlocks([block]);
        requirePosition(bounds, { position, end: "refused" });
        await heal(database, { position, block });
      }),
    findDamage: async () =>
      await inTurn(async () => await findDamaged(database, { from: bounds.first(), to: bounds.length() })),
    close: async () => {
      closing ??= finish();
      await closing;
    },
  };
}

async function loadBounds(database: IDBDatabase): Promise<StoreParts["bounds"]> {
  const [first, length] = await reading(database, async (transaction) => {
    const table = transaction.objectStore(tables.bounds);
    return await Promise.all([resultOf<unknown>(table.get("first")), resultOf<unknown>(table.get("length"))]);
  });
  return { first: typeof first === "number" ? first : 0, length: typeof length === "number" ? length : 0 };
}

async function stateKeys(transaction: IDBTransaction): Promise<string[]> {
  const keys = await resultOf(transaction.objectStore(tables.state).getAllKeys());
  return keys.filter((key) => typeof key === "string");
}

async function append({ database, bounds }: StoreParts, blocks: readonly Ciphertext<"block">[]): Promise<number> {
  const position = bounds.length;
  const length = position + blocks.length;
  await writing(database, (transaction) => {
    const table = transaction.objectStore(tables.blocks);
    for (const [i, block] of blocks.entries()) table.put(encodeStored(position + i, block), position + i);
    transaction.objectStore(tables.bounds).put(length, "length");
  });
  bounds.length = length;
  return position;
}

async function load(database: IDBDatabase, key: string): Promise<Ciphertext<"state"> | undefined> {
  const stored = await reading(
    database,
    async (transaction) => await resultOf<unknown>(transaction.objectStore(tables.state).get(key)),
  );
  if (stored === undefined) return undefined;
  const bytes = decodeStored(key, stored);
  if (bytes === undefined) throw new StateDamagedError();
  // brand: only `save` stores values, and the checksum says that this is what it was given
  return bytes as Ciphertext<"state">;
}

async function save({ database, keys }: StoreParts, changes: StateChanges): Promise<void> {
  await writing(database, (transaction) => {
    const table = transaction.objectStore(tables.state);
    for (const [key, value] of changes) {
      if (value === undefined) table.delete(key);
      else table.put(encodeStored(key, value), key);
    }
  });
  for (const [key, value] of changes) {
    if (value === undefined) keys.delete(key);
    else keys.add(key);
  }
}

async function drop({ database, bounds }: StoreParts, before: number): Promise<void> {
  if (before <= bounds.first) return;
  await writing(database, (transaction) => {
    transaction.objectStore(tables.blocks).delete(IDBKeyRange.upperBound(before, true));
    transaction.objectStore(tables.bounds).put(before, "first");
  });
  bounds.first = before;
}

async function heal(
  database: IDBDatabase,
  { position, block }: { readonly position: number; readonly block: Ciphertext<"block"> },
): Promise<void> {
  try {
    const [found] = await readBlocks(database, { from: position, to: position + 1, limit: 1 });
    if (found === undefined || !equalBytes(found, block)) throw new PositionTakenError("another block is stored there");
  } catch (error) {
    if (!(error instanceof StoreDamagedError)) throw error;
    await writing(database, (transaction) => {
      transaction.objectStore(tables.blocks).put(encodeStored(position, block), position);
    });
  }
}
