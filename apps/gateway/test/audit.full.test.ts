// Two gateways on one PostgreSQL, one of them killed again and again while both record events: one chain, and what it costs.
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Client as PgClient } from "pg";
import { describe, expect, it } from "vitest";
import { servicesAreRequired } from "../../../tools/src/repository.ts";
import { makeOrganisation, type TestOrganisation, uniqueName } from "./support/coalition.ts";
import { findInstalledPostgres, startExternalPostgres } from "./support/external-postgres.ts";
import { connectClients, makeDataFolder, startTestGateway } from "./support/gateway.ts";
import { type GatewayProcess, startGatewayProcess } from "./support/gateway-process.ts";
import { connectSql } from "./support/mail-world.ts";
import { checkLog, findingOf, staffClients } from "./support/staff.ts";

const installed = findInstalledPostgres();

const longMs = 600_000;

// skip: needs a PostgreSQL that the machine has installed
describe.skipIf(installed === undefined && !servicesAreRequired())("two gateways of one database", () => {
  it(
    "make one log with every change that was answered, however often one of them is killed",
    async () => {
      const database = await startExternalPostgres(installed ?? "");
      const [left, right] = [await makeDataFolder(), await makeDataFolder()];
      const start = async (folder: string): Promise<GatewayProcess> =>
        await startGatewayProcess(folder, { DATABASE_URL: database.url });
      const lasting = await start(left);
      await cp(join(left, "secrets"), join(right, "secrets"), { recursive: true });
      const owner = await makeOrganisation(lasting);
      const remembered = await checkLog(lasting, { owner });
      const state = { answered: 0, stopped: false };
      const work = async (address: () => string): Promise<void> => {
        while (!state.stopped) {
          const { organisations } = connectClients(address(), owner.token);
          const made = await organisations
            .createCampaign({ name: uniqueName("c"), title: "C", formSchema: "basic/1" })
            .catch(() => undefined);
          if (made === undefined) await delay(20);
          else state.answered++;
        }
      };
      let killed = await start(right);
      const workers = [lasting.address, lasting.address].map(async (address) => await work(() => address));
      workers.push(...[1, 2].map(async () => await work(() => killed.address)));
      for (let round = 0; round < 5; round++) {
        const enough = state.answered + 40;
        while (state.answered < enough) await delay(5);
        killed.child.kill("SIGKILL");
        await killed.ended;
        killed = await start(right);
      }
      state.stopped = true;
      await Promise.all(workers);
      const at = (process: GatewayProcess): TestOrganisation => ({
        ...owner,
        clients: connectClients(process.address, owner.token),
      });
      expect(await findingOf(checkLog(killed, { owner: at(killed), remembered }))).toBe("accepted");
      const memory = await checkLog(lasting, { owner: at(lasting), remembered });
      const sql = new PgClient({ connectionString: database.url });
      await sql.connect();
      const { rows } = await sql.query<{ campaigns: string; events: string; chained: string }>(
        `SELECT (SELECT count(*) FROM campaigns) AS campaigns, (SELECT count(*) FROM audit_chain) AS chained,
         (SELECT count(*) FROM audit_events WHERE event = 'campaign-created') AS events`,
      );
      await sql.end();
      expect(rows[0]?.events).toBe(rows[0]?.campaigns);
      expect(Number(rows[0]?.campaigns)).toBeGreaterThanOrEqual(state.answered);
      expect(Number(rows[0]?.chained)).toBe(memory.head.size);
      console.info(
        `two gateways: ${state.answered} changes answered, 5 kills, ${memory.head.size} links, no gap, no fork`,
      );
      await lasting.stop();
      await killed.stop();
      await database.close();
      for (const folder of [left, right]) await rm(folder, { recursive: true });
    },
    longMs,
  );
});

describe("a long log", () => {
  it(
    "of 100,000 events is verified as a whole",
    async () => {
      const gateway = await startTestGateway();
      const owner = await makeOrganisation(gateway);
      const sql = await connectSql(gateway);
      const size = async (): Promise<number> => {
        const { rows } = await sql.query<{ bytes: string }>(
          "SELECT pg_total_relation_size('audit_events') + pg_total_relation_size('audit_chain') AS bytes",
        );
        return Number(rows[0]?.bytes);
      };
      const before = await size();
      const events = 100_000;
      const appendStarted = performance.now();
      await sql.query(
        `INSERT INTO audit_events (organisation_id, actor, event, subject, amount, at_ms, salt)
       SELECT substring(sha256(int4send(n % 50)) FOR 16), 'organisation', 'page-updated', 'cpag1qqqqqqqqqqqqqqqqqqqqqqqqqqq', 0, n,
         sha256(int4send(n)) FROM generate_series(1, $1) n`,
        [events],
      );
      const appendMs = performance.now() - appendStarted;
      const bytes = (await size()) - before;
      const verifyStarted = performance.now();
      const head = await staffClients(gateway, owner).audit.getAuditHead({});
      expect(Number(head.head?.size)).toBeGreaterThan(events);
      const memory = await checkLog(gateway, { owner, linksAtOnce: 5000 });
      const verifyMs = performance.now() - verifyStarted;
      expect(memory.head.size).toBe(Number(head.head?.size));
      console.info(
        `100,000 events: chained in ${(appendMs / 1000).toFixed(1)} s, ${Math.round(bytes / events)} bytes each, ` +
          `verified over the wire in ${(verifyMs / 1000).toFixed(1)} s`,
      );
      await sql.end();
      await gateway.close();
    },
    longMs,
  );
});
