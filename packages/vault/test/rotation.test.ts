import { encodeUtf8, Plaintext } from "@coterie/bytes";
import { describe, expect, it } from "vitest";
import {
  destroyFieldKey,
  type FieldKeyId,
  type FieldPlace,
  type KeyCoverage,
  readFieldKeyId,
  rotateTable,
  type RotatableTable,
  type RotationProgress,
  vaultLimits,
} from "../src/index.ts";
import { place, rejectionCodeOf, vaultOf } from "./fixtures.ts";

const old = vaultOf("old");
const vault = vaultOf("new", "old");
const fresh = vaultOf("new");

class MemoryTable implements RotatableTable<number> {
  readonly fields: Uint8Array[];
  /** Called between reading and writing a batch: where writers get in. */
  between: () => void = () => undefined;
  batches = 0;

  constructor(rows: number) {
    this.fields = Array.from({ length: rows }, (_unused, row) =>
      old.encryptField(placeOf(row), Plaintext.fromText(`row ${row}`)),
    );
  }

  readonly readBatch: RotatableTable<number>["readBatch"] = async ({ after, limit, currentKeyId }) => {
    this.batches++;
    const start = after === undefined ? 0 : after + 1;
    const rows = this.fields.flatMap((field, cursor) =>
      cursor >= start && !Buffer.from(field).subarray(2, 18).equals(Buffer.from(currentKeyId, "hex"))
        ? [{ cursor, place: placeOf(cursor), field }]
        : [],
    );
    return await Promise.resolve(rows.slice(0, limit));
  };

  readonly replaceBatch: RotatableTable<number>["replaceBatch"] = async (replacements) => {
    this.between();
    let replaced = 0;
    for (const { cursor, expected, replacement } of replacements) {
      if (Buffer.compare(this.fields[cursor] ?? new Uint8Array(0), expected) !== 0) continue;
      this.fields[cursor] = replacement;
      replaced++;
    }
    return await Promise.resolve(replaced);
  };

  coverage(): KeyCoverage {
    const fieldsByKeyId = new Map<FieldKeyId, number>();
    for (const field of this.fields) {
      const keyId = readFieldKeyId(field);
      fieldsByKeyId.set(keyId, (fieldsByKeyId.get(keyId) ?? 0) + 1);
    }
    return { table: "people", fieldsByKeyId };
  }
}

function placeOf(row: number): FieldPlace {
  return { ...place, row: encodeUtf8(String(row)) };
}

function texts(table: MemoryTable): readonly string[] {
  return table.fields.map((field, row) => fresh.decryptField(placeOf(row), field).exposeText());
}

describe("rotateTable", () => {
  it("brings every field under the current key and reports it", async () => {
    const table = new MemoryTable(25);
    const seen: RotationProgress<number>[] = [];
    const report = await rotateTable(vault, { table, batchRows: 10, onProgress: (progress) => seen.push(progress) });
    expect(report).toEqual({ kind: "complete", passes: 2, rotated: 25, lostRaces: 0, unreadable: 0, failures: [] });
    expect(seen.map(({ rotated }) => rotated)).toEqual([10, 20, 25]);
    expect(texts(table)).toEqual(Array.from({ length: 25 }, (_unused, row) => `row ${row}`));
  });

  it("finds nothing to do a second time", async () => {
    const table = new MemoryTable(5);
    await rotateTable(vault, { table, batchRows: 2 });
    const before = table.fields.map((field) => Buffer.from(field).toString("hex"));
    expect(await rotateTable(vault, { table, batchRows: 2 })).toMatchObject({
      kind: "complete",
      rotated: 0,
      passes: 1,
    });
    expect(table.fields.map((field) => Buffer.from(field).toString("hex"))).toEqual(before);
  });

  it("never replaces what a writer changed in between, and comes back for it", async () => {
    const table = new MemoryTable(10);
    let writes = 0;
    table.between = () => {
      // Carol's process has not heard of the new key yet.
      if (writes++ < 3) table.fields[4] = old.encryptField(placeOf(4), Plaintext.fromText(`write ${writes}`));
    };
    const report = await rotateTable(vault, { table, batchRows: 10 });
    expect(report).toMatchObject({ kind: "complete", lostRaces: 3, rotated: 10 });
    expect(texts(table)[4]).toBe("write 3");
  });

  it("stops between batches and continues later", async () => {
    const table = new MemoryTable(30);
    const controller = new AbortController();
    const report = await rotateTable(vault, {
      table,
      batchRows: 10,
      onProgress: () => controller.abort(),
      signal: controller.signal,
    });
    expect(report).toMatchObject({ kind: "stopped", rotated: 10 });
    expect(await rotateTable(vault, { table, batchRows: 10 })).toMatchObject({ kind: "complete", rotated: 20 });
  });

  it("counts fields that nobody can read, leaves them alone and goes on", async () => {
    const table = new MemoryTable(6);
    const foreign = vaultOf("mallory").encryptField(placeOf(1), Plaintext.fromText("mallory"));
    table.fields[1] = foreign;
    table.fields[2] = old.encryptField(placeOf(3), Plaintext.fromText("moved"));
    table.fields[5] = new Uint8Array([0, 1, ...new Uint8Array(152)]);
    const report = await rotateTable(vault, { table, batchRows: 4 });
    expect(report).toMatchObject({ kind: "complete", rotated: 3, unreadable: 3 });
    expect(report.failures).toEqual([
      { cursor: 1, code: "vault/unknown-key" },
      { cursor: 2, code: "vault/not-authentic" },
      { cursor: 5, code: "vault/malformed-field" },
    ]);
    expect(table.fields[1]).toBe(foreign);
  });

  it("lists at most 100 failures and counts all", async () => {
    const table = new MemoryTable(120);
    table.fields.fill(new Uint8Array(200));
    const report = await rotateTable(vault, { table, batchRows: 50 });
    expect(report.unreadable).toBe(120);
    expect(report.failures).toHaveLength(vaultLimits.rotationFailuresListed);
  });

  it("gives up on writers that never change to the new key", async () => {
    const table = new MemoryTable(1);
    table.between = () => {
      table.fields[0] = old.encryptField(placeOf(0), Plaintext.fromText("again"));
    };
    const report = await rotateTable(vault, { table, batchRows: 1 });
    expect(report).toMatchObject({ kind: "passes-exhausted", passes: 100, lostRaces: 100, rotated: 0 });
  });

  it("passes on errors of the database", async () => {
    const table = new MemoryTable(1);
    table.between = () => {
      throw Object.assign(new Error("gone"), { code: "database/gone" });
    };
    expect(await rejectionCodeOf(rotateTable(vault, { table, batchRows: 1 }))).toBe("database/gone");
  });

  it("takes batches of 1 to 10,000 rows", async () => {
    const limit = vaultLimits.rotationBatchRows;
    for (const batchRows of [1, limit - 1, limit]) {
      expect(await rotateTable(vault, { table: new MemoryTable(1), batchRows })).toMatchObject({ kind: "complete" });
    }
    for (const batchRows of [0, -1, 1.5, limit + 1, Number.NaN]) {
      const run = rotateTable(vault, { table: new MemoryTable(1), batchRows });
      expect(await rejectionCodeOf(run)).toBe("vault/invalid-rotation");
    }
  });
});

describe("destroyFieldKey", () => {
  const destroyed: FieldKeyId[] = [];
  const destroyKey = async (keyId: FieldKeyId): Promise<void> => {
    destroyed.push(keyId);
    await Promise.resolve();
  };

  it("refuses while one field in one table is left, and then destroys", async () => {
    const tables = [new MemoryTable(3), new MemoryTable(3)];
    const readCoverage = async () => await Promise.resolve(tables.map((table) => table.coverage()));
    const ids = { keyId: old.currentKeyId, currentKeyId: vault.currentKeyId };
    for (const table of tables) {
      const attempt = destroyFieldKey({ readCoverage, destroyKey }, ids);
      await expect(attempt).rejects.toMatchObject({ code: "vault/key-still-used" });
      await rotateTable(vault, { table, batchRows: 2 });
    }
    expect(destroyed).toEqual([]);
    await destroyFieldKey({ readCoverage, destroyKey }, ids);
    expect(destroyed).toEqual([old.currentKeyId]);
  });

  it("says how many fields would have been lost", async () => {
    const table = new MemoryTable(7);
    const readCoverage = async () => await Promise.resolve([table.coverage()]);
    const attempt = destroyFieldKey(
      { readCoverage, destroyKey },
      { keyId: old.currentKeyId, currentKeyId: vault.currentKeyId },
    );
    await expect(attempt).rejects.toMatchObject({ code: "vault/key-still-used", fields: 7 });
  });

  it("never destroys the current key, even of empty tables", async () => {
    const readCoverage = async () => await Promise.resolve([]);
    const { currentKeyId } = vault;
    const attempt = destroyFieldKey({ readCoverage, destroyKey }, { keyId: currentKeyId, currentKeyId });
    expect(await rejectionCodeOf(attempt)).toBe("vault/key-still-used");
  });
});
