import { readdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createOpenedRow, type OpenedRow } from "@coterie/actions/csv";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { toStoredContact } from "../src/contacts/stored-contact.ts";
import { csvTexts, readCsvRecords } from "../src/sync/csv-records.ts";
import { csvTarget } from "../src/sync/csv-target.ts";
import type { TargetState } from "../src/sync/sync-target.ts";
import { temporaryFolder } from "./cli-process.ts";
import { alice, sealedContact } from "./contact-fixtures.ts";
import { arrive, freshPremises, happen, startSyncWorld, type SyncPremises, type SyncWorld } from "./sync-fixtures.ts";

let world: SyncWorld;
let premises: SyncPremises;
let target: string;

beforeAll(async () => {
  world = await startSyncWorld();
});
afterAll(async () => await world.close());
beforeEach(async () => {
  premises = await freshPremises(world);
  target = join(premises.folder, "csv");
});

async function records(name: string): Promise<readonly (readonly string[])[]> {
  const all: (readonly string[])[] = [];
  for await (const record of readCsvRecords(join(target, name))) all.push(csvTexts(record));
  return all;
}

const actions = async (name: string): Promise<string[]> => (await records(name)).slice(1).map(([id = ""]) => id);
const run = async (...words: string[]): ReturnType<SyncPremises["sync"]> =>
  await premises.sync(["--to", `csv-folder=${target}`, ...words]);

describe("synchronising into a folder of CSV files", () => {
  it("appends what is new to a file for each day, once, safely for spreadsheets", async () => {
    const first = arrive(world, {
      createdAtMs: Date.UTC(2030, 0, 2),
      person: { ...alice, address: { street: "=1+1" } },
    });
    const second = arrive(world, { createdAtMs: Date.UTC(2030, 0, 3, 23, 59) });
    expect(await run()).toMatchObject({ code: 0 });
    const third = arrive(world, { createdAtMs: Date.UTC(2030, 0, 3) });
    const again = await run("--json");
    expect(JSON.parse(again.out)).toMatchObject({ target: "csv-folder", opened: 1, refused: 0 });
    expect(await run()).toMatchObject({ code: 0 });
    expect(await actions("2030-01-02.csv")).toEqual([first]);
    expect(await actions("2030-01-03.csv")).toEqual([second, third]);
    expect(await readFile(join(target, "2030-01-02.csv"), "utf8")).toContain(",'=1+1,");
    expect((await stat(join(target, "2030-01-02.csv"))).mode & 0o777).toBe(0o600);
    expect((await readdir(target)).toSorted()).toEqual(["2030-01-02.csv", "2030-01-03.csv"]);
  });

  it("groups by campaign, whatever the campaign is called", async () => {
    arrive(world, { campaignName: "clean-harbour" });
    arrive(world, { campaignName: "../../escape" });
    expect(await run("--by", "campaign")).toMatchObject({ code: 0 });
    const names = (await readdir(target)).toSorted();
    expect(names).toEqual(["campaign-clean-harbour.csv", expect.stringMatching(/^ccam1[a-z0-9]+\.csv$/)]);
  });

  it("takes erased persons out, and leaves those who said yes when a campaign's time is over", async () => {
    const [erased, expired, kept] = [
      arrive(world, { person: { ...alice, firstName: 'A "B"\nC' } }),
      arrive(world),
      arrive(world),
    ];
    expect(await run()).toMatchObject({ code: 0 });
    happen(world, erased, "erased");
    happen(world, kept, "expired");
    happen(world, expired, "newsletter-declined");
    happen(world, expired, "expired");
    expect(await run()).toMatchObject({ code: 0 });
    expect(await actions("2030-01-02.csv")).toEqual([expired, kept]);
    expect((await records("events.csv")).map(([id, kind]) => [id, kind])).toEqual([
      ["actionId", "kind"],
      [erased, "erased"],
      [kept, "expired"],
      [expired, "newsletter-declined"],
      [expired, "expired"],
    ]);
    const late = arrive(world);
    expect(await run()).toMatchObject({ code: 0 });
    expect(await actions("2030-01-02.csv")).toEqual([expired, kept, late]);
  });

  it("asks before it takes out so many that the gateway may be lying", async () => {
    const ids = Array.from({ length: 101 }, () => arrive(world));
    expect(await run()).toMatchObject({ code: 0 });
    for (const id of ids) happen(world, id, "erased");
    const asked = await run();
    expect(asked).toMatchObject({ code: 3 });
    expect(asked.err).toContain("--even-many");
    expect(await actions("2030-01-02.csv")).toHaveLength(101);
    expect(await run("--even-many")).toMatchObject({ code: 0 });
    expect(await actions("2030-01-02.csv")).toEqual([]);
  });

  it("does not touch files that it did not make, and continues those that somebody changed", async () => {
    const first = arrive(world);
    expect(await run()).toMatchObject({ code: 0 });
    const path = join(target, "2030-01-02.csv");
    const mine = `${(await readFile(path, "utf8")).trimEnd()}\r\nmine,1`;
    await writeFile(path, mine);
    const second = arrive(world);
    expect(await run()).toMatchObject({ code: 0 });
    expect(await actions("2030-01-02.csv")).toEqual([first, "mine", second]);
    await writeFile(join(target, "2030-02-02.csv"), "somebody else's");
    arrive(world, { createdAtMs: Date.UTC(2030, 1, 2) });
    expect(await run()).toMatchObject({ code: 8 });
    expect(await readFile(join(target, "2030-02-02.csv"), "utf8")).toBe("somebody else's");
  });

  it("lists what does not open, and goes on", async () => {
    const flipped = sealedContact(world.place);
    flipped.payload = flipped.payload.map((byte, i) => (i === 100 ? byte ^ 1 : byte));
    world.gateway.contacts.push(flipped);
    const good = arrive(world);
    expect(await run()).toMatchObject({ code: 3 });
    expect(await actions("2030-01-02.csv")).toEqual([good]);
    const lists = (await readdir(join(premises.organisation, "sync"))).filter((name) => name.endsWith("refused.jsonl"));
    const text = await readFile(join(premises.organisation, "sync", lists[0] ?? ""), "utf8");
    expect(JSON.parse(text)).toEqual({ actionId: flipped.actionId, code: "sealed-box/not-authentic" });
    expect(await run()).toMatchObject({ code: 0 });
  });

  it("refuses a damaged checkpoint instead of doubling everything", async () => {
    arrive(world);
    expect(await run()).toMatchObject({ code: 0 });
    const [name = ""] = (await readdir(join(premises.organisation, "sync"))).filter((one) =>
      one.endsWith("checkpoint"),
    );
    await truncate(join(premises.organisation, "sync", name), 20);
    expect(await run()).toMatchObject({ code: 8 });
  });
});

describe("a CSV folder after a crash", () => {
  const row = (): OpenedRow => createOpenedRow(toStoredContact(sealedContact(world.place)), { firstName: "Alice" });

  it("has nothing twice, at whatever point it struck", async () => {
    const folder = await temporaryFolder();
    const rows = [row(), row(), row()];
    target = folder;
    let saved: TargetState = {};
    const open = async () =>
      await csvTarget({ folder, by: "day" }).open({
        state: saved,
        save: async (state) => {
          saved = state;
          await Promise.resolve();
        },
      });
    // Written, and dead before the checkpoint, again and again.
    for (let crash = 0; crash < 3; crash++) {
      const crashing = await open();
      await crashing.deliver({ id: "a", rows: rows.slice(0, 2) });
    }
    const target1 = await open();
    await target1.deliver({ id: "a", rows: rows.slice(0, 2) });
    saved = target1.state();
    await target1.deliver({ id: "b", rows: rows.slice(2) });
    // Dead after the second batch, before its checkpoint.
    const target2 = await open();
    await target2.deliver({ id: "b", rows: rows.slice(2) });
    saved = target2.state();
    await target2.finish();
    saved = target2.state();
    expect(await actions("2030-01-02.csv")).toEqual(rows.map(({ actionId }) => actionId));
    const target3 = await open();
    await target3.apply({ id: "c", events: [{ action: rows[1]?.actionId ?? "", kind: "erased", atMs: 1 }] });
    const target4 = await open();
    await target4.apply({ id: "c", events: [{ action: rows[1]?.actionId ?? "", kind: "erased", atMs: 1 }] });
    await target4.deliver({ id: "d", rows: [rows[0] ?? row()] });
    expect(await actions("2030-01-02.csv")).toEqual([0, 2, 0].map((index) => rows[index]?.actionId));
    expect((await records("events.csv")).slice(1)).toHaveLength(1);
  });
});

describe("reading CSV again", () => {
  it("keeps records whole across pieces, quotes and line breaks", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "a.csv");
    const wanted = ['a,"b ""x"", \r\n y",c\r\n', "1,,\r\n", '"","",é\n', "last,1,2"];
    await writeFile(path, wanted.join(""));
    const found: string[] = [];
    for await (const record of readCsvRecords(path)) found.push(record);
    expect(found).toEqual(wanted);
    expect(found.map(csvTexts)).toEqual([
      ["a", 'b "x", \r\n y', "c"],
      ["1", "", ""],
      ["", "", "é"],
      ["last", "1", "2"],
    ]);
  });
});
