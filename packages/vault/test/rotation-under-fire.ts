/** The named check H1 of the security bar: a rotation that is killed again and again while others read and write. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { Plaintext } from "@coterie/bytes";
import { Client } from "pg";
import { startPostgres } from "../../../apps/gateway/src/db/postgres-server.ts";
import { destroyFieldKey, type FieldKeyId, type RotationReport, type Vault } from "../src/index.ts";
import { randomNumber, rejectionCodeOf, seededRandom, vaultOf } from "./fixtures.ts";
import { type FieldRow, placeOf, readCoverage } from "./rotated-table.ts";

export interface Fire {
  readonly seed: string;
  readonly rows: number;
  readonly kills: number;
  readonly batchRows: number;
  /** Each process is killed during one of its first batches. */
  readonly batchesBeforeKill: number;
}

export interface Outcome {
  readonly kills: number;
  readonly reads: number;
  readonly readErrors: number;
  readonly writes: number;
  readonly report: RotationReport<number>;
  readonly leftUnderOldKey: number;
  readonly unreadable: number;
  /** Fields whose content is not the last one that was written. */
  readonly stale: number;
  readonly destroyedTooEarly: boolean;
  readonly destroyed: readonly FieldKeyId[];
}

interface Scene {
  readonly connection: { readonly host: string; readonly user: string; readonly database: string };
  readonly fire: Fire;
  readonly random: ReturnType<typeof seededRandom>;
  /** Versions by row: every read must give one between the last committed and the last begun. */
  readonly committed: Map<number, number>;
  readonly begun: Map<number, number>;
  readonly counts: { reads: number; readErrors: number; writes: number };
  writersUse: Vault;
  stopped: boolean;
}

const both = vaultOf("new", "old");
const oldOnly = vaultOf("old");
const newOnly = vaultOf("new");

export async function rotateUnderFire(fire: Fire): Promise<Outcome> {
  const dataFolder = await mkdtemp(join(tmpdir(), "coterie-vault-h1-"));
  const server = await startPostgres({ log: () => undefined }, { dataFolder });
  const { connection } = server;
  const counts = { reads: 0, readErrors: 0, writes: 0 };
  const scene: Scene = {
    connection,
    fire,
    random: seededRandom(fire.seed),
    committed: new Map(),
    begun: new Map(),
    counts,
    // Writers that have not heard of the new key yet.
    writersUse: oldOnly,
    stopped: false,
  };
  const client = new Client(connection);
  try {
    await client.connect();
    await fill(client, fire.rows);
    const traffic = [readForever(scene), readForever(scene), writeForever(scene, 0), writeForever(scene, 1)];
    const kills = await killRotations(scene);
    const destroyed: FieldKeyId[] = [];
    const destruction = {
      readCoverage: async () => [await readCoverage(client)],
      destroyKey: async (keyId: FieldKeyId) => await Promise.resolve(void destroyed.push(keyId)),
    };
    const ids = { keyId: oldOnly.currentKeyId, currentKeyId: both.currentKeyId };
    const tooEarly = await rejectionCodeOf(destroyFieldKey(destruction, ids));
    const report = await rotateToTheEnd(scene);
    scene.stopped = true;
    await Promise.all(traffic);
    const leftUnderOldKey = (await readCoverage(client)).fieldsByKeyId.get(oldOnly.currentKeyId) ?? 0;
    await destroyFieldKey(destruction, ids);
    const { unreadable, stale } = await readAll(client, scene);
    const destroyedTooEarly = tooEarly !== "vault/key-still-used";
    return { kills, ...counts, report, leftUnderOldKey, unreadable, stale, destroyedTooEarly, destroyed };
  } finally {
    scene.stopped = true;
    await client.end();
    await server.close();
    await rm(dataFolder, { recursive: true, force: true });
  }
}

const textOf = (id: number, version: number): string => `row ${id} version ${version}`;

async function fill(client: Client, rows: number): Promise<void> {
  await client.query("CREATE TABLE people (id int PRIMARY KEY, field bytea NOT NULL)");
  for (let start = 0; start < rows; start += 5000) {
    const ids = Array.from({ length: Math.min(5000, rows - start) }, (_unused, i) => start + i);
    const fields = ids.map((id) => Buffer.from(oldOnly.encryptField(placeOf(id), Plaintext.fromText(textOf(id, 0)))));
    await client.query("INSERT INTO people SELECT * FROM unnest($1::int[], $2::bytea[])", [ids, fields]);
  }
}

async function killRotations(scene: Scene): Promise<number> {
  const { fire, random } = scene;
  let kills = 0;
  for (let i = 0; i < fire.kills; i++) {
    if (i === Math.floor(fire.kills / 2)) scene.writersUse = both;
    const child = startRotator(scene);
    const exit = once(child, "exit");
    let left = randomNumber(random, fire.batchesBeforeKill);
    for await (const line of linesOf(child)) {
      if (line !== "batch" || left-- > 0) continue;
      // Anywhere in the next batch: reading, encrypting, replacing, or between two of them.
      await delay(randomNumber(random, 20));
      child.kill("SIGKILL");
      break;
    }
    const [, signal] = await exit;
    if (signal === "SIGKILL") kills++;
  }
  return kills;
}

async function rotateToTheEnd(scene: Scene): Promise<RotationReport<number>> {
  const child = startRotator(scene);
  let last = "";
  for await (const line of linesOf(child)) last = line;
  return JSON.parse(last) as RotationReport<number>;
}

function startRotator({ connection, fire }: Scene): ChildProcess {
  const { host, user, database } = connection;
  const script = join(import.meta.dirname, "rotator.ts");
  const args = ["--conditions=@coterie/source", script, host, user, database, String(fire.batchRows)];
  return spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
}

function linesOf(child: ChildProcess): AsyncIterable<string> {
  if (child.stdout === null) throw new Error("the rotator has no output");
  return createInterface({ input: child.stdout });
}

async function readForever(scene: Scene): Promise<void> {
  const client = new Client(scene.connection);
  await client.connect();
  while (!scene.stopped) {
    const id = randomNumber(scene.random, scene.fire.rows);
    const least = scene.committed.get(id) ?? 0;
    const { rows } = await client.query<FieldRow>("SELECT id, field FROM people WHERE id = $1", [id]);
    scene.counts.reads++;
    if (!isReadable(rows[0], { id, least, most: scene.begun.get(id) ?? 0 })) scene.counts.readErrors++;
  }
  await client.end();
}

function isReadable(row: FieldRow | undefined, expected: { id: number; least: number; most: number }): boolean {
  if (row === undefined) return false;
  const { id, least, most } = expected;
  try {
    const version = Number(
      /^row (\d+) version (\d+)$/.exec(both.decryptField(placeOf(id), row.field).exposeText())?.[2],
    );
    return version >= least && version <= most;
  } catch {
    return false;
  }
}

async function writeForever(scene: Scene, parity: number): Promise<void> {
  const client = new Client(scene.connection);
  await client.connect();
  while (!scene.stopped) {
    const id = Math.floor(randomNumber(scene.random, scene.fire.rows) / 2) * 2 + parity;
    const version = (scene.committed.get(id) ?? 0) + 1;
    scene.begun.set(id, version);
    const field = scene.writersUse.encryptField(placeOf(id), Plaintext.fromText(textOf(id, version)));
    await client.query("UPDATE people SET field = $2 WHERE id = $1", [id, Buffer.from(field)]);
    scene.committed.set(id, version);
    scene.counts.writes++;
  }
  await client.end();
}

/** With the old key gone: every field, compared with what was written last. */
async function readAll(client: Client, scene: Scene): Promise<{ unreadable: number; stale: number }> {
  let unreadable = 0;
  let stale = 0;
  let rows = 0;
  for (let start = 0; start < scene.fire.rows; start += 5000) {
    const batch = await client.query<FieldRow>("SELECT id, field FROM people WHERE id >= $1 AND id < $2", [
      start,
      start + 5000,
    ]);
    for (const { id, field } of batch.rows) {
      rows++;
      try {
        const text = newOnly.decryptField(placeOf(id), field).exposeText();
        if (text !== textOf(id, scene.committed.get(id) ?? 0)) stale++;
      } catch {
        unreadable++;
      }
    }
  }
  return { unreadable: unreadable + scene.fire.rows - rows, stale };
}
