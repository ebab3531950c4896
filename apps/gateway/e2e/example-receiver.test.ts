// The example receiver, as it is documented, against a real gateway, killed in between.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeWebhookPublicKey } from "@coterie/webhook";
import { describe, expect, it } from "vitest";
import { sourceCondition } from "../../../tools/src/repository.ts";
import { hook, signMany, startWebhookWorld, state } from "../test/support/webhook-world.ts";

const example = join(import.meta.dirname, "..", "..", "..", "examples", "webhook-receiver.ts");

async function startExample(
  folder: string,
  keys: readonly string[],
  port = "0",
): Promise<{ child: ChildProcess; port: string }> {
  const child = spawn(process.execPath, [`--conditions=${sourceCondition}`, example, folder, ...keys], {
    env: { PATH: process.env["PATH"], PORT: port },
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const chunk of child.stdout) {
    const found = /listens on (\d+)/.exec(String(chunk))?.[1];
    if (found !== undefined) return { child, port: found };
  }
  throw new Error("the example did not start");
}

describe("the example receiver", () => {
  it("stores every delivery once, over repetitions and a kill, and nothing that is not signed", async () => {
    const world = await startWebhookWorld();
    const folder = await mkdtemp(join(tmpdir(), "coterie-example-"));
    const keys = (await world.webhooks.getWebhookKeys({})).keys.map(({ public: key }) => encodeWebhookPublicKey(key));
    let { child, port } = await startExample(folder, keys);
    try {
      const url = `http://127.0.0.1:${port}/`;
      await hook(world, { url, batchSize: 2 });
      const ids = await signMany(world, 4);
      await world.gateway.webhooks.workNow();
      child.kill("SIGKILL");
      ids.push(...(await signMany(world, 1)));
      await world.gateway.webhooks.workNow();
      expect(await state(world)).toMatchObject({ waiting: 1n, lastAttempt: { outcome: "unreachable" } });
      ({ child, port } = await startExample(folder, keys, port));
      world.clock.nowMs += 60_000;
      await world.gateway.webhooks.workNow();
      expect((await fetch(url, { method: "POST", body: "{}" })).status).toBe(400);
      const names = (await readdir(folder)).toSorted();
      const stored = await Promise.all(
        names.map(async (name) => JSON.parse(await readFile(join(folder, name), "utf8"))),
      );
      const actions = stored.flatMap(({ contacts }) => contacts.map(({ actionId }: { actionId: string }) => actionId));
      expect(names.every((name) => /^cmsg1[a-z0-9]+\.json$/.test(name))).toBe(true);
      expect(actions.toSorted()).toEqual(ids.toSorted());
    } finally {
      child.kill("SIGKILL");
      await world.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
