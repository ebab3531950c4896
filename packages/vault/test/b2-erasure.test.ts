/** The named checks B2 and H6 of the security bar, for the parts of this package: what lies in PostgreSQL's files. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Plaintext } from "@coterie/bytes";
import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type PostgresServer, startPostgres } from "../../../apps/gateway/src/db/postgres-server.ts";
import { createMailKeyring, parseMailKeyId } from "../src/index.ts";
import { createMailKeyFiles } from "../src/mail-key-files.ts";
import { primitives, random, rejectionCodeOf, vaultOf } from "./fixtures.ts";
import { actionIdOf, sealTo } from "./mail-fixtures.ts";
import { placeOf } from "./rotated-table.ts";

const people = 200;
const emailOf = (i: number): string => `canary.person${i}@example.org`;

let dataFolder = "";
let server: PostgresServer;

beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), "coterie-vault-b2-"));
  server = await startPostgres({ log: () => undefined }, { dataFolder });
});

afterAll(async () => {
  await server.close();
  await rm(dataFolder, { recursive: true, force: true });
});

it("holds addresses only as long as their mail key exists, in no file in clear and in none at all afterwards", async () => {
  const store = createMailKeyFiles({ random }, join(dataFolder, "mail-keys"));
  const keyring = createMailKeyring({ primitives, random, now: () => 0 }, store);
  const key = await keyring.current();
  const client = new Client(server.connection);
  await client.connect();
  await client.query(
    "CREATE TABLE mails (id int PRIMARY KEY, key_id text, sender bytea, nonce bytea, payload bytea NOT NULL)",
  );
  await client.query("CREATE TABLE people (id int PRIMARY KEY, field bytea NOT NULL, clear text)");
  for (let i = 0; i < people; i++) {
    const box = sealTo(key, { actionId: actionIdOf(i), email: emailOf(i) });
    const parts = [box.keyId, box.senderPublicKey, box.nonce, box.payload].map((part) =>
      typeof part === "string" ? part : Buffer.from(part),
    );
    await client.query("INSERT INTO mails VALUES ($1, $2, $3, $4, $5)", [i, ...parts]);
    const field = vaultOf("a").encryptField(placeOf(i), Plaintext.fromText(emailOf(i)));
    // Stands in for a column in clear: the search has to find what is there.
    await client.query("INSERT INTO people VALUES ($1, $2, $3)", [
      i,
      Buffer.from(field),
      i === 0 ? "marker.in.clear" : null,
    ]);
    // A failing insert, which PostgreSQL may write to its log.
    const again = client.query("INSERT INTO mails VALUES ($1, $2, $3, $4, $5)", [i, ...parts]);
    expect(await rejectionCodeOf(again)).toBe("23505");
  }
  const { rows } = await client.query<MailRow>("SELECT * FROM mails ORDER BY id");
  expect(await openAll(keyring, rows)).toBe(people);
  const secret = (await store.find(key.keyId))?.secretKey.exposeSecretBytes() ?? new Uint8Array(1);
  expect((await readFolder(join(dataFolder, "mail-keys"))).some((file) => file.includes(Buffer.from(secret)))).toBe(
    true,
  );

  // The mails are sent: rows deleted, keys rotated and destroyed.
  await client.query("DELETE FROM mails");
  await client.query("CHECKPOINT");
  await keyring.rotate();
  await keyring.destroy(key.keyId);
  await client.end();
  await server.close();

  const files = await readFolder(dataFolder);
  const found = (needle: Uint8Array): number => files.filter((file) => file.includes(Buffer.from(needle))).length;
  expect(found(Buffer.from("marker.in.clear"))).toBeGreaterThan(0);
  // What was deleted is still there: rows in heap files and log, sealed.
  expect(found(rows[0]?.payload ?? Buffer.alloc(1))).toBeGreaterThan(0);
  for (let i = 0; i < people; i += 10) {
    for (const needle of formsOf(emailOf(i))) expect(found(needle)).toBe(0);
  }
  // And nothing opens it any more.
  expect(found(secret)).toBe(0);
  expect(await openAll(keyring, rows)).toBe(0);
});

interface MailRow {
  readonly id: number;
  readonly key_id: string;
  readonly sender: Buffer;
  readonly nonce: Buffer;
  readonly payload: Buffer;
}

async function openAll(keyring: ReturnType<typeof createMailKeyring>, rows: readonly MailRow[]): Promise<number> {
  let opened = 0;
  for (const { id, key_id, sender, nonce, payload } of rows) {
    const box = { keyId: parseMailKeyId(key_id), senderPublicKey: sender, nonce, payload };
    const code = await rejectionCodeOf(keyring.open({ box, actionId: actionIdOf(id) }));
    if (code === "nothing") opened++;
    else expect(code).toBe("vault/unknown-mail-key");
  }
  return opened;
}

/** UTF-8, UTF-16, hexadecimal, base64 at three alignments, and unsalted hashes. */
function formsOf(text: string): readonly Uint8Array[] {
  const utf8 = Buffer.from(text);
  const base64 = [0, 1, 2].map((skip) => utf8.subarray(skip).toString("base64").slice(0, -4));
  return [
    utf8,
    Buffer.from(text, "utf16le"),
    Buffer.from(utf8.toString("hex")),
    Buffer.from(encodeURIComponent(text)),
    ...base64.map((form) => Buffer.from(form)),
    primitives.sha256(utf8),
    Buffer.from(Buffer.from(primitives.sha256(utf8)).toString("hex")),
  ];
}

async function readFolder(folder: string): Promise<readonly Buffer[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return await Promise.all(files.map(async (entry) => await readFile(join(entry.parentPath, entry.name))));
}
