// A disk without room, played by a device that takes no byte.
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectedPremises, coterie } from "./cli-process.ts";
import { sealedContact } from "./contact-fixtures.ts";
import { type FixtureGateway, placeOf, startFixtureGateway } from "./fixture-gateway.ts";

let gateway: FixtureGateway;
beforeAll(async () => {
  gateway = await startFixtureGateway();
});
afterAll(() => gateway.close());

// skip: other systems have no device that is always full
describe.skipIf(!existsSync("/dev/full"))("a full disk", () => {
  it("stops a pull with exit code 8 and a line that says so, before anything is acknowledged; then it goes on", async () => {
    const { premises } = await connectedPremises(gateway);
    const place = placeOf(gateway);
    gateway.contacts.push(sealedContact(place), sealedContact(place));
    const segment = join(premises, "harbour-watch", "contacts", "000001.jsonl");
    await mkdir(join(premises, "harbour-watch", "contacts"), { recursive: true });
    await symlink("/dev/full", segment);
    const full = await coterie(["contacts", "pull", "--json", "--premises", premises]);
    expect(full).toMatchObject({
      code: 8,
      err: "coterie: the disk is full (ENOSPC): with room again, the same command continues\n",
    });
    expect(JSON.parse(full.out)).toMatchObject({ error: "cli/file-unusable" });
    expect(gateway.acknowledged).toEqual([]);
    await rm(segment);
    expect(await coterie(["contacts", "pull", "--premises", premises])).toMatchObject({ code: 0, err: "" });
    const lines = (await readFile(segment, "utf8")).split("\n").filter((line) => line.startsWith('{"action'));
    expect(lines).toHaveLength(2);
    expect(gateway.acknowledged).toEqual(["2"]);
  });
});
