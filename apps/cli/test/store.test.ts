import { copyFile, mkdir, open, readdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type Contact } from "@coterie/protocol";
import { ContactStore } from "../src/contacts/contact-store.ts";
import { findStoreEnd, segmentPath } from "../src/contacts/store-segments.ts";
import { connectedPremises, coterie, temporaryFolder } from "./cli-process.ts";
import { sealedContact } from "./contact-fixtures.ts";
import { placeOf, startFixtureGateway } from "./fixture-gateway.ts";

/** The action ids of all committed contacts, in order. */
async function actionsIn(folder: string): Promise<string[]> {
  const { place } = await findStoreEnd(folder);
  const actions: string[] = [];
  for (let segment = 1; segment <= place.segment; segment++) {
    const bytes = await readFile(segmentPath(folder, segment)).catch(() => Buffer.alloc(0));
    const committed = segment === place.segment ? bytes.subarray(0, place.offset) : bytes;
    for (const line of committed
      .toString("utf8")
      .split("\n")
      .filter((text) => text !== "")) {
      const json = JSON.parse(line);
      if (json.mark === undefined) actions.push(json.action);
    }
  }
  return actions;
}

async function contactsFor(count: number): Promise<Contact[]> {
  const gateway = await startFixtureGateway();
  const place = placeOf(gateway);
  await gateway.close();
  return Array.from({ length: count }, () => sealedContact(place));
}

describe("the store of sealed contacts", () => {
  it("keeps each contact once, whatever is delivered again", async () => {
    const folder = await temporaryFolder();
    const contacts = await contactsFor(30);
    const store = await ContactStore.open(folder);
    expect(await store.append(contacts.slice(0, 20), "20")).toEqual({ stored: 20, repeated: 0, conflicts: 0 });
    expect(await store.append(contacts.slice(10, 30), "30")).toEqual({ stored: 10, repeated: 10, conflicts: 0 });
    await store.close();
    const again = await ContactStore.open(folder);
    expect(again.mark).toMatchObject({ cursor: "30", contacts: 30 });
    expect(await again.append(contacts, "30")).toEqual({ stored: 0, repeated: 30, conflicts: 0 });
    await again.close();
    expect(await actionsIn(folder)).toEqual(contacts.map(({ actionId }) => actionId));
  });

  it("keeps aside what claims to be a known contact and is another one", async () => {
    const folder = await temporaryFolder();
    const [contact, other] = await contactsFor(2);
    if (contact === undefined || other === undefined) throw new Error("no contacts");
    const store = await ContactStore.open(folder);
    await store.append([contact], "1");
    expect(await store.append([{ ...other, actionId: contact.actionId }], "2")).toEqual({
      stored: 0,
      repeated: 0,
      conflicts: 1,
    });
    await store.close();
    expect(await actionsIn(folder)).toEqual([contact.actionId]);
    expect(await readFile(join(folder, "conflicts.jsonl"), "utf8")).toContain(contact.actionId);
  });

  it("drops exactly the uncommitted batch, wherever a write was torn", async () => {
    const folder = await temporaryFolder();
    const contacts = await contactsFor(6);
    const store = await ContactStore.open(folder);
    await store.append(contacts.slice(0, 3), "3");
    const committedBytes = (await stat(segmentPath(folder, 1))).size;
    await store.append(contacts.slice(3), "6");
    await store.close();
    const wholeBytes = (await stat(segmentPath(folder, 1))).size;
    const cuts = Array.from(
      { length: 40 },
      (_, i) => committedBytes + Math.floor(((wholeBytes - 1 - committedBytes) * i) / 39),
    );
    for (const [index, cut] of cuts.entries()) {
      const copy = join(folder, `cut-${index}`);
      await mkdir(copy);
      await copyFile(segmentPath(folder, 1), segmentPath(copy, 1));
      await copyFile(join(folder, "index"), join(copy, "index"));
      await truncate(segmentPath(copy, 1), cut);
      const repaired = await ContactStore.open(copy);
      expect(repaired.mark).toMatchObject({ cursor: "3", contacts: 3 });
      expect(await repaired.append(contacts.slice(3), "6")).toMatchObject({ stored: 3, repeated: 0 });
      await repaired.close();
      expect(await readFile(segmentPath(copy, 1))).toEqual(await readFile(segmentPath(folder, 1)));
    }
  });

  it("goes back to the last whole batch when written blocks did not reach the disk, and keeps the rest aside", async () => {
    const folder = await temporaryFolder();
    const contacts = await contactsFor(4);
    const store = await ContactStore.open(folder);
    await store.append(contacts.slice(0, 2), "2");
    const committedBytes = (await stat(segmentPath(folder, 1))).size;
    await store.append(contacts.slice(2), "4");
    await store.close();
    // A hole of zeros in the middle of the last batch, as after a power cut; the mark behind it is whole.
    const file = await open(segmentPath(folder, 1), "r+");
    await file.write(new Uint8Array(100), 0, 100, committedBytes + 200);
    await file.close();
    const repaired = await ContactStore.open(folder);
    expect(repaired.mark).toMatchObject({ cursor: "2", contacts: 2 });
    await repaired.close();
    expect(await readdir(folder)).toContain(`000001.jsonl.damaged-${committedBytes}`);
  });

  it("rebuilds its index when that is missing or short", async () => {
    const folder = await temporaryFolder();
    const contacts = await contactsFor(5);
    const store = await ContactStore.open(folder);
    await store.append(contacts, "5");
    await store.close();
    await truncate(join(folder, "index"), 40);
    const again = await ContactStore.open(folder);
    expect(await again.append(contacts, "5")).toEqual({ stored: 0, repeated: 5, conflicts: 0 });
    await again.close();
  });

  it("is opened by one process at a time, and by the next one after a kill", async () => {
    const folder = await temporaryFolder();
    const store = await ContactStore.open(folder);
    await expect(ContactStore.open(folder)).rejects.toMatchObject({ code: "cli/busy" });
    await store.close();
    await writeFile(join(folder, "lock"), "999999999 1\n");
    const next = await ContactStore.open(folder);
    await next.close();
    await writeFile(join(folder, "lock"), `${process.pid} 1\n`);
    const afterReboot = await ContactStore.open(folder);
    await afterReboot.close();
  });

  it("names a missing segment instead of skipping it", async () => {
    const folder = await temporaryFolder();
    await writeFile(segmentPath(folder, 2), "");
    await expect(findStoreEnd(folder)).rejects.toMatchObject({ code: "cli/store-damaged" });
  });
});

describe("pulling", () => {
  it("loses and doubles nothing through 20 kills at random points", async () => {
    const gateway = await startFixtureGateway();
    try {
      const { premises } = await connectedPremises(gateway);
      const store = join(premises, "harbour-watch", "contacts");
      const place = placeOf(gateway);
      for (let i = 0; i < 1200; i++) gateway.contacts.push(sealedContact(place));
      gateway.batch = 7;
      let kills = 0;
      while (kills < 20) {
        const pullsUntilKill = gateway.pulls + 1 + Math.floor(Math.random() * 5);
        const ended = await coterie(["contacts", "pull", "--premises", premises, "--quiet"], {
          onStart: (child) => {
            void killWhen(
              () => gateway.pulls >= pullsUntilKill,
              () => child.kill("SIGKILL"),
            );
          },
        });
        if (ended.signal === "SIGKILL") kills++;
        const stored = await actionsIn(store);
        // What was acknowledged is on the disk: the gateway may forget it.
        expect(stored.length).toBeGreaterThanOrEqual(Math.max(0, ...gateway.acknowledged.map(Number)));
        expect(stored).toEqual(gateway.contacts.slice(0, stored.length).map(({ actionId }) => actionId));
        expect(ended.signal === "SIGKILL" || ended.code === 0).toBe(true);
        if (ended.code === 0) break;
      }
      gateway.batch = 1000;
      expect(await coterie(["contacts", "pull", "--premises", premises])).toMatchObject({ code: 0 });
      expect(await actionsIn(store)).toEqual(gateway.contacts.map(({ actionId }) => actionId));
      expect(gateway.acknowledged.at(-1)).toBe("1200");
      expect(kills).toBe(20);
    } finally {
      await gateway.close();
    }
  });
});

/** Kills at a moment that no clock chose: somewhere within the next pull, write, flush or acknowledgement. */
async function killWhen(ready: () => boolean, kill: () => void): Promise<void> {
  for (let i = 0; i < 10_000 && !ready(); i++) await sleep(1);
  await sleep(Math.random() * 8);
  kill();
}
