// Kills a gateway again and again while its outbox is full, at points that the mail server chooses.
import { randomInt } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import { databaseRole } from "../../src/db/postgres-folder.ts";
import { clearRequest, makeOrganisation, makePage } from "../../test/support/coalition.ts";
import { connectClients, makeDataFolder } from "../../test/support/gateway.ts";
import { type GatewayProcess, startGatewayProcess } from "../../test/support/gateway-process.ts";
import { type MailServer, startMailServer } from "../../test/support/mail-server.ts";
import { mailClient } from "../../test/support/mail-world.ts";

interface Scene {
  readonly dataFolder: string;
  readonly server: MailServer;
}

/** What people found in their mailboxes in the end. */
export interface Outcome {
  /** Mails that were sent although they were written down as sent. */
  readonly repeated: readonly string[];
  /** People without a mail. */
  readonly missing: number;
  /** Mails beyond one a person: what was on its way when its process died. */
  readonly extra: number;
  /** Different Message-IDs that each person got. */
  readonly messageIds: readonly number[];
}

/**
 * People sign; the gateway dies `kills` times, each time after another mail was taken and before it was told so, or while it waits for
 * an answer, and starts again.
 */
export async function killWhileSending({ kills, people }: { kills: number; people: number }): Promise<Outcome> {
  const scene = { dataFolder: await makeDataFolder(), server: await startMailServer() };
  const addresses = Array.from({ length: people }, (_unused, i) => `person${i}@example.org`);
  try {
    await signAll(scene, addresses);
    const repeated: string[] = [];
    for (let kill = 0; kill < kills; kill++)
      repeated.push(...(await runAndKill(scene, randomInt(1, Math.max(2, people / kills)))));
    const gateway = await startGatewayProcess(scene.dataFolder, environment(scene));
    await untilAllSent(scene);
    await gateway.stop();
    const received = addresses.map((address) => scene.server.to(address));
    return {
      repeated,
      missing: received.filter((mails) => mails.length === 0).length,
      extra: received.reduce((sum, mails) => sum + Math.max(0, mails.length - 1), 0),
      messageIds: received.map((mails) => new Set(mails.map(({ messageId }) => messageId)).size),
    };
  } finally {
    await scene.server.close();
    await rm(scene.dataFolder, { recursive: true, force: true });
  }
}

function environment({ server }: Scene): Record<string, string> {
  return { COTERIE_SMTP_URL: server.url, COTERIE_MAIL_FROM: "actions@gateway.example" };
}

/** All sign while no mail can leave, so that the outbox is full when the killing begins. */
async function signAll(scene: Scene, addresses: readonly string[]): Promise<void> {
  const release = Promise.withResolvers<undefined>();
  scene.server.hold = release.promise;
  const gateway = await startGatewayProcess(scene.dataFolder, environment(scene));
  const owner = await makeOrganisation(gateway);
  const { page } = await makePage({ lead: owner });
  await mailClient(gateway, owner).setPageMails({ pageId: page.id, mails: { thankYou: true } });
  await delay(1100);
  const { actions } = connectClients(gateway.address);
  await Promise.all(
    addresses.map(async (email) => await actions.submit(clearRequest(page, { person: { firstName: "Alice", email } }))),
  );
  await kill(gateway);
  scene.server.hold = undefined;
  release.resolve(undefined);
}

/** Runs until `taken` mails were taken, kills, and returns what was sent although it was written down as sent before. */
async function runAndKill(scene: Scene, taken: number): Promise<string[]> {
  const release = Promise.withResolvers<undefined>();
  scene.server.hold = release.promise;
  const gateway = await startGatewayProcess(scene.dataFolder, environment(scene));
  // Nothing can have been taken yet: the server holds every recipient.
  const sentBefore = new Set(await sentMails(scene));
  const before = scene.server.mails.length;
  const dead = Promise.withResolvers<undefined>();
  scene.server.taken = async () => {
    if (scene.server.mails.length - before < taken) return;
    // Dies with the mail taken and the answer not given.
    if (gateway.child.exitCode === null && gateway.child.signalCode === null) await kill(gateway);
    dead.resolve(undefined);
  };
  scene.server.hold = undefined;
  release.resolve(undefined);
  await Promise.race([dead.promise, delay(5000)]);
  await kill(gateway);
  scene.server.taken = undefined;
  return scene.server.mails.slice(before).flatMap(({ messageId }) => {
    const id = /^<([0-9a-f]{32})@/.exec(messageId ?? "")?.[1] ?? "";
    return sentBefore.has(id) ? [id] : [];
  });
}

async function kill(gateway: GatewayProcess): Promise<void> {
  gateway.child.kill("SIGKILL");
  await gateway.ended;
}

async function withDatabase<Value>({ dataFolder }: Scene, use: (sql: Client) => Promise<Value>): Promise<Value> {
  const note = await readFile(join(dataFolder, "postgres", "postmaster.pid"), "utf8");
  const sql = new Client({ host: note.split("\n")[4] ?? "", user: databaseRole, database: "postgres" });
  await sql.connect();
  try {
    return await use(sql);
  } finally {
    await sql.end();
  }
}

async function sentMails(scene: Scene): Promise<string[]> {
  const { rows } = await withDatabase(
    scene,
    async (sql) => await sql.query<{ id: Buffer }>("SELECT id FROM mails WHERE state = 'sent'"),
  );
  return rows.map(({ id }) => id.toString("hex"));
}

async function untilAllSent(scene: Scene): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    const open = await withDatabase(
      scene,
      async (sql) =>
        await sql.query<{ mails: string; boxes: string }>(
          `SELECT (SELECT count(*) FROM mails WHERE state <> 'sent') AS mails, (SELECT count(*) FROM mail_boxes) AS boxes`,
        ),
    );
    if (open.rows[0]?.mails === "0" && open.rows[0].boxes === "0") return;
    await delay(100);
  }
  throw new Error("mails are still due");
}
