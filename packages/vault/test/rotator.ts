/**
 * The process that rotates, and that the test kills: `rotator.ts <socket folder> <user> <database> <rows a batch>`. Writes a
 * line for each batch and the report as the last one.
 */
import { systemRandom } from "@coterie/primitives/node";
import { Client } from "pg";
import { createVault, rotateTable } from "../src/index.ts";
import { fieldKey, primitives } from "./fixtures.ts";
import { rotatableTable } from "./rotated-table.ts";

const [host = "", user = "", database = "", batchRows = ""] = process.argv.slice(2);
const client = new Client({ host, user, database });
await client.connect();
const keyring = { current: fieldKey("new"), reading: [fieldKey("old")] };
const report = await rotateTable(createVault({ primitives, random: systemRandom }, keyring), {
  table: rotatableTable(client),
  batchRows: Number(batchRows),
  onProgress: () => process.stdout.write("batch\n"),
});
await client.end();
process.stdout.write(`${JSON.stringify(report)}\n`);
