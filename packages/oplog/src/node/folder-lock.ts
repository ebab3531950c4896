/**
 * A lock that ends with its process, however that ends. Node offers no lock of files; SQLite takes one of the operating system (fcntl, or
 * LockFileEx on Windows) on its database, so an empty database that is held exclusively is one. Unlike a file with a process number, it needs no
 * guess whether the holder lives, and it holds across containers that share the folder and count processes for themselves.
 */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StoreFailedError, StoreLockedError } from "../errors.ts";

/** "database is locked". */
const sqliteBusy = 5;

/** Takes the lock of a folder; gives what releases it. */
export function lockFolder(path: string): () => Promise<void> {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(join(path, "lock"), { timeout: 0 });
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database?.close();
    if (error instanceof Error && "errcode" in error && error.errcode === sqliteBusy) throw new StoreLockedError();
    throw new StoreFailedError("the folder cannot be locked");
  }
  const held = database;
  return async () => {
    if (held.isOpen) held.close();
  };
}
