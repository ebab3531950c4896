// Erasing under kill -9: each action is erased whole or not at all, every receiver is told once, and the same request finishes the work.
import { randomInt } from "node:crypto";
import { rm } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { ErasureReach } from "@coterie/protocol";
import { expect, it } from "vitest";
import { clearRequest, makeOrganisation, makePage } from "../test/support/coalition.ts";
import { connectClients, makeDataFolder } from "../test/support/gateway.ts";
import { startGatewayProcess } from "../test/support/gateway-process.ts";
import { connectPrivate } from "./support/private-database.ts";

const people = 3000;
const kills = 6;

it(`leaves no action half erased through ${kills} kills`, async () => {
  const dataFolder = await makeDataFolder();
  let gateway = await startGatewayProcess(dataFolder);
  const lead = await makeOrganisation(gateway);
  const partner = await makeOrganisation(gateway);
  const { page } = await makePage({ lead, runner: partner }, { forcesDelivery: true });
  const { actions } = connectClients(gateway.address);
  const requests = Array.from({ length: people }, (_unused, i) =>
    clearRequest(page, { person: { firstName: "A", email: `p${i}@example.org` } }),
  );
  const queue = [...requests];
  const signSome = async (): Promise<void> => {
    for (let request = queue.pop(); request !== undefined; request = queue.pop()) await actions.submit(request);
  };
  await Promise.all(Array.from({ length: 32 }, signSome));
  const ids = requests.map(({ actionId }) => actionId);
  try {
    let [partly, whole] = [0, 0];
    for (let kill = 0; kill <= kills; kill++) {
      const { rights } = connectClients(gateway.address, lead.token);
      const erasing = (async () => {
        for (let start = 0; start < ids.length; start += 1000) {
          await rights.erasePerson({ actionIds: ids.slice(start, start + 1000), reach: ErasureReach.CAMPAIGNS });
        }
      })();
      if (kill === kills) await erasing;
      else {
        await Promise.race([erasing.catch(() => undefined), delay(randomInt(20, 400))]);
        gateway.child.kill("SIGKILL");
        await gateway.ended;
        await erasing.catch(() => undefined);
        gateway = await startGatewayProcess(dataFolder);
      }
      const sql = await connectPrivate(dataFolder);
      const { rows } = await sql.query<{ contacts: string; events: string; erased: boolean }>(
        `SELECT (SELECT count(*) FROM contacts c WHERE c.action_id = a.id) AS contacts,
             (SELECT count(*) FROM delivery_events e WHERE e.action_id = a.id AND e.kind = 'erased') AS events,
             a.erased_at_ms IS NOT NULL AND a.custom_fields = '{}' AS erased FROM actions a`,
      );
      await sql.end();
      const shapes = new Set(rows.map(({ contacts, events, erased }) => `${contacts} ${events} ${String(erased)}`));
      for (const shape of shapes) expect(["2 0 false", "0 2 true"]).toContain(shape);
      if (shapes.size === 2) partly++;
      if (kill === kills && shapes.size === 1 && shapes.has("0 2 true")) whole++;
    }
    expect(whole).toBeGreaterThanOrEqual(1);
    const { counter } = await connectClients(gateway.address).actions.getCounter({ pageName: page.name });
    expect(counter).toBe(BigInt(people));
    process.stderr.write(`${people} actions, ${kills} kills, ${partly} of them in the middle\n`);
  } finally {
    await gateway.stop();
    await rm(dataFolder, { recursive: true, force: true });
  }
}, 600_000);
