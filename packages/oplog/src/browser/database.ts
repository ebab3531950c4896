/** IndexedDB with promises: just what a log needs of it. */
import { StoreFailedError } from "../errors.ts";
import { failureOf, translated } from "./browser-failure.ts";

/** The tables of a log. */
export const tables = { blocks: "blocks", state: "state", bounds: "bounds" } as const;

/** Opens the database of a log, and makes it where there is none. */
export async function openDatabase(name: string): Promise<IDBDatabase> {
  return await translated(async () => {
    const request = indexedDB.open(name, 1);
    request.addEventListener("upgradeneeded", () => {
      for (const table of Object.values(tables)) request.result.createObjectStore(table);
    });
    const database = await resultOf(request);
    // Somebody deletes the data of this site: later calls fail, instead of keeping them from it.
    database.addEventListener("versionchange", () => database.close());
    return database;
  });
}

/** What a request gives. */
export async function resultOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return await new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(failureOf(request.error)));
    if (request instanceof IDBOpenDBRequest) {
      request.addEventListener("blocked", () => reject(new StoreFailedError("the database is in use")));
    }
  });
}

/** One reading transaction. */
export async function reading<Result>(
  database: IDBDatabase,
  body: (transaction: IDBTransaction) => Promise<Result>,
): Promise<Result> {
  return await translated(async () => await body(database.transaction(Object.values(tables), "readonly")));
}

/** Changes made together, on the disk when this resolves; none of them is where it throws. */
export async function writing(database: IDBDatabase, body: (transaction: IDBTransaction) => void): Promise<void> {
  await translated(async () => {
    // Chromium answers before the data is on the disk, unless it is told not to.
    const transaction = database.transaction(Object.values(tables), "readwrite", { durability: "strict" });
    const completed = new Promise<void>((resolve, reject) => {
      transaction.addEventListener("complete", () => resolve());
      transaction.addEventListener("abort", () => reject(failureOf(transaction.error)));
    });
    try {
      body(transaction);
    } catch (error) {
      transaction.abort();
      await completed.catch(() => undefined);
      throw error;
    }
    await completed;
  });
}
