/** A table of encrypted fields in PostgreSQL, as the rotation tests and the process they kill see it. */
import type { Client } from "pg";
import {
  type FieldKeyId,
  type FieldPlace,
  type KeyCoverage,
  type RotatableTable,
  type StoredField,
} from "../src/index.ts";

export interface FieldRow {
  readonly id: number;
  readonly field: Buffer;
}

export function placeOf(id: number): FieldPlace {
  const row = new Uint8Array(4);
  new DataView(row.buffer).setUint32(0, id);
  return { tenant: new Uint8Array(16).fill(1), table: "people", column: "field", row };
}

export function rotatableTable(client: Client): RotatableTable<number> {
  return {
    readBatch: async ({ after, limit, currentKeyId }) => {
      const { rows } = await client.query<FieldRow>(
        `SELECT id, field FROM people
         WHERE id > $1 AND substring(field from 3 for 16) <> decode($2, 'hex') ORDER BY id LIMIT $3`,
        [after ?? -1, currentKeyId, limit],
      );
      return rows.map(({ id, field }): StoredField<number> => ({ cursor: id, place: placeOf(id), field }));
    },
    replaceBatch: async (replacements) => {
      const { rowCount } = await client.query(
        `UPDATE people SET field = c.replacement
         FROM unnest($1::int[], $2::bytea[], $3::bytea[]) AS c(id, expected, replacement)
         WHERE people.id = c.id AND people.field = c.expected`,
        [
          replacements.map(({ cursor }) => cursor),
          replacements.map(({ expected }) => Buffer.from(expected)),
          replacements.map(({ replacement }) => Buffer.from(replacement)),
        ],
      );
      return rowCount ?? 0;
    },
  };
}

export async function readCoverage(client: Client): Promise<KeyCoverage> {
  const { rows } = await client.query<{ key_id: string; fields: string }>(
    `SELECT encode(substring(field from 3 for 16), 'hex') AS key_id, count(*) AS fields FROM people GROUP BY 1`,
  );
  return { table: "people", fieldsByKeyId: new Map(rows.map((row) => [row.key_id as FieldKeyId, Number(row.fields)])) };
}
