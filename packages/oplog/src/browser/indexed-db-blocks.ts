/** The blocks of a log in IndexedDB, by position. */
import type { Ciphertext } from "@coterie/bytes";
import { StoreDamagedError } from "../errors.ts";
import { oplogLimits } from "../limits.ts";
import type { PositionRange } from "../storage/log-store.ts";
import { reading, resultOf, tables } from "./database.ts";
import { decodeStored } from "./stored-value.ts";

/** As many are asked for at once: of the longest, 17 MiB. */
const readAtOnce = 16;
const mostAtOnce = 1_024;

/** Positions from `from` up to, not including, `to`, and what a page has room for. */
export interface PageRange extends PositionRange {
  readonly limit: number;
}

/** As `LogStore.read`, of positions that were checked. */
export async function readBlocks(
  database: IDBDatabase,
  { from, to, limit }: PageRange,
): Promise<Ciphertext<"block">[]> {
  const page: Ciphertext<"block">[] = [];
  let lengthBytes = 0;
  let atOnce = readAtOnce;
  for (let next = from; next < to && page.length < limit; ) {
    const end = Math.min(to, next + atOnce, from + limit);
    const found = await readRange(database, { from: next, to: end });
    for (const block of found) {
      lengthBytes += block?.length ?? 0;
      if (block === undefined || (page.length > 0 && lengthBytes > oplogLimits.storePageBytes)) {
        if (page.length === 0) throw new StoreDamagedError(await damageAround(database, { from, to }));
        return page;
      }
      page.push(block);
    }
    next = end;
    // Blocks that turned out short are asked for in greater numbers.
    atOnce = Math.min(mostAtOnce, Math.floor(oplogLimits.storePageBytes / (lengthBytes / page.length)) + 1);
  }
  return page;
}

/** The damaged positions of a range. */
export async function findDamaged(database: IDBDatabase, { from, to }: PositionRange): Promise<PositionRange[]> {
  const ranges: PositionRange[] = [];
  for (let next = from; next < to; next += readAtOnce) {
    const blocks = await readRange(database, { from: next, to: Math.min(to, next + readAtOnce) });
    for (const [i, block] of blocks.entries()) {
      const [last, position] = [ranges.at(-1), next + i];
      if (block !== undefined) continue;
      if (last?.to === position) ranges[ranges.length - 1] = { from: last.from, to: position + 1 };
      else ranges.push({ from: position, to: position + 1 });
    }
  }
  return ranges;
}

/** The damaged positions that follow each other from `from` on. */
async function damageAround(database: IDBDatabase, { from, to }: PositionRange): Promise<PositionRange[]> {
  for (let next = from; next < to; next += readAtOnce) {
    const blocks = await readRange(database, { from: next, to: Math.min(to, next + readAtOnce) });
    const whole = blocks.findIndex((block) => block !== undefined);
    if (whole >= 0) return [{ from, to: next + whole }];
  }
  return [{ from, to }];
}

async function readRange(
  database: IDBDatabase,
  { from, to }: PositionRange,
): Promise<(Ciphertext<"block"> | undefined)[]> {
  const range = IDBKeyRange.bound(from, to, false, true);
  const [keys, values] = await reading(database, async (transaction) => {
    const table = transaction.objectStore(tables.blocks);
    return await Promise.all([resultOf(table.getAllKeys(range)), resultOf<unknown[]>(table.getAll(range))]);
  });
  const found: (Ciphertext<"block"> | undefined)[] = Array.from({ length: to - from }, () => undefined);
  for (const [i, key] of keys.entries()) {
    if (typeof key !== "number") continue;
    // brand: only `append` and `heal` store blocks, and the checksum says that this is what they were given
    found[key - from] = decodeStored(key, values[i]) as Ciphertext<"block"> | undefined;
  }
  return found;
}
