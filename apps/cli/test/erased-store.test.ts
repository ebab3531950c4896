// Contacts whose persons were erased: left out at once, taken out in place, listed once; and a gateway that lies about it.
import { create } from "@bufbuild/protobuf";
import { appendFile, copyFile, mkdir, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Contact, type DeliveryEvent, DeliveryEventSchema, OptIn } from "@coterie/protocol";
import { describe, expect, it } from "vitest";
import { ContactStore } from "../src/contacts/contact-store.ts";
import { erasedPaths } from "../src/contacts/erased-files.ts";
import { EventTable, loadEvents } from "../src/contacts/event-table.ts";
import { eventsPath } from "../src/contacts/store-events.ts";
import { forEachContactLine } from "../src/contacts/store-reader.ts";
import { findStoreEnd, segmentPath } from "../src/contacts/store-segments.ts";
import { parseStoredContact } from "../src/contacts/stored-contact-parser.ts";
import { temporaryFolder } from "./cli-process.ts";
import { type ContactPlace, newId, sealedContact } from "./contact-fixtures.ts";
import { placeOf, startFixtureGateway } from "./fixture-gateway.ts";

async function makePlace(): Promise<ContactPlace> {
  const gateway = await startFixtureGateway();
  await gateway.close();
  return placeOf(gateway);
}

function without(contact: Contact, answer: OptIn = OptIn.NO): Contact {
  if (contact.consent !== undefined) contact.consent.optIn = answer;
  return contact;
}

function eventFor(actionId: string, kind: string, atMs = 1_900_000_000_000): DeliveryEvent {
  return create(DeliveryEventSchema, { actionId, kind, atMs: BigInt(atMs) });
}

/** Stores `contacts`, then what happened to them, and drops. */
async function storeOf(
  contacts: readonly Contact[],
  events: readonly DeliveryEvent[],
): Promise<{ readonly organisationFolder: string; readonly storeFolder: string }> {
  const organisationFolder = await temporaryFolder();
  const storeFolder = join(organisationFolder, "contacts");
  const store = await ContactStore.open(storeFolder);
  await store.append(contacts, String(contacts.length));
  await store.appendEvents(events);
  await store.append([], String(contacts.length + events.length));
  await store.close();
  return { organisationFolder, storeFolder };
}

async function drop(
  folders: Awaited<ReturnType<typeof storeOf>>,
  evenMany = false,
): ReturnType<ContactStore["dropErased"]> {
  const store = await ContactStore.open(folders.storeFolder);
  try {
    return await store.dropErased({ organisationFolder: folders.organisationFolder, evenMany });
  } finally {
    await store.close();
  }
}

async function actionsIn(storeFolder: string): Promise<string[]> {
  const bytes = await readFile(segmentPath(storeFolder, 1));
  const actions: string[] = [];
  forEachContactLine(bytes, bytes.length, (start, end) => {
    const contact = parseStoredContact(bytes.toString("utf8", start, end));
    if (contact === undefined) throw new Error("a damaged line");
    actions.push(contact.action);
  });
  return actions;
}

async function listed(organisationFolder: string): Promise<{ actionId: string; kind: string; contact: string }[]> {
  const text = await readFile(erasedPaths(organisationFolder).jsonl, "utf8").catch(() => "");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

describe("a store whose persons were erased", () => {
  it("loses just their lines, and no place in it moves", async () => {
    const place = await makePlace();
    const contacts = Array.from({ length: 20 }, () => sealedContact(place));
    const gone = contacts.filter((_contact, i) => i % 7 === 0).map(({ actionId }) => actionId);
    const folders = await storeOf(
      contacts,
      gone.map((id) => eventFor(id, "erased")),
    );
    const before = await findStoreEnd(folders.storeFolder);
    expect(await drop(folders)).toEqual({ dropped: 3, waiting: 0, listed: 3 });
    expect(await findStoreEnd(folders.storeFolder)).toEqual(before);
    const kept = contacts.map(({ actionId }) => actionId).filter((id) => !gone.includes(id));
    expect(await actionsIn(folders.storeFolder)).toEqual(kept);
    // Not a byte of their boxes is left, in no file.
    for (const name of await readdir(folders.storeFolder)) {
      const bytes = await readFile(join(folders.storeFolder, name));
      for (const contact of contacts.filter(({ actionId }) => gone.includes(actionId))) {
        expect(bytes.includes(Buffer.from(contact.payload).toString("base64url").slice(0, 40))).toBe(false);
      }
    }
    // A redelivery is recognised, also after the index was lost.
    await rm(join(folders.storeFolder, "index"));
    const store = await ContactStore.open(folders.storeFolder);
    expect(await store.append(contacts, "99")).toEqual({ stored: 0, repeated: 20, conflicts: 0 });
    await store.close();
  });

  it("lists each for other programs once, however often it is told", async () => {
    const place = await makePlace();
    const contacts = Array.from({ length: 3 }, () => sealedContact(place));
    const [first, second] = contacts.map(({ actionId }) => actionId);
    const elsewhere = newId("cact");
    const events = [
      eventFor(first ?? "", "erased"),
      eventFor(first ?? "", "erased"),
      eventFor(second ?? "", "erasure-asked"),
      eventFor(elsewhere, "erased"),
      eventFor(newId("cact"), "newsletter-confirmed"),
    ];
    const folders = await storeOf(contacts, events);
    await drop(folders);
    await rm(join(folders.storeFolder, "erased.json"));
    expect(await drop(folders)).toMatchObject({ dropped: 0 });
    const entries = await listed(folders.organisationFolder);
    expect(entries.map(({ actionId, kind }) => [actionId, kind])).toEqual([
      [first, "erased"],
      [second, "erasure-asked"],
      [elsewhere, "erased"],
    ]);
    expect(entries[1]).toMatchObject({ contact: "kept" });
    expect(entries[2]).toMatchObject({ contact: "absent" });
    const csv = await readFile(erasedPaths(folders.organisationFolder).csv, "utf8");
    expect(csv.trim().split("\r\n")).toHaveLength(4);
    expect(await actionsIn(folders.storeFolder)).toEqual(contacts.slice(1).map(({ actionId }) => actionId));
  });

  it("keeps who said yes when a campaign's time is over, unless they declined or were erased", async () => {
    const place = await makePlace();
    const [yes, no, declined, erased] = [
      sealedContact(place),
      without(sealedContact(place)),
      sealedContact(place),
      sealedContact(place),
    ];
    const folders = await storeOf(
      [yes, no, declined, erased],
      [
        ...[yes, no, declined, erased].map(({ actionId }) => eventFor(actionId, "expired")),
        eventFor(declined.actionId, "newsletter-declined"),
        eventFor(erased.actionId, "erased"),
      ],
    );
    await drop(folders);
    expect(await actionsIn(folders.storeFolder)).toEqual([yes.actionId]);
  });

  it("is not emptied by a gateway that says so: many wait for a person", async () => {
    const place = await makePlace();
    const one = sealedContact(place);
    // Boxes are not looked at here: one will do.
    const contacts = Array.from({ length: 150 }, () => ({ ...one, actionId: newId("cact") }));
    const folders = await storeOf(
      contacts,
      contacts.map(({ actionId }) => eventFor(actionId, "erased")),
    );
    expect(await drop(folders)).toEqual({ dropped: 0, waiting: 150, listed: 150 });
    expect(await actionsIn(folders.storeFolder)).toHaveLength(150);
    expect(await drop(folders)).toEqual({ dropped: 0, waiting: 0, listed: 0 });
    expect(await drop(folders, true)).toMatchObject({ dropped: 150, waiting: 0 });
    expect(await actionsIn(folders.storeFolder)).toEqual([]);
  });

  it("comes out the same wherever it was killed: torn events, a segment half done, a state that is lost", async () => {
    const place = await makePlace();
    const contacts = Array.from({ length: 12 }, () => sealedContact(place));
    const gone = contacts.slice(4, 7).map(({ actionId }) => actionId);
    const whole = await storeOf(
      contacts,
      gone.map((id) => eventFor(id, "erased")),
    );
    const size = (await readFile(eventsPath(whole.storeFolder))).length;
    for (const cut of [0, 1, Math.floor(size / 2), size - 2]) {
      const folders = { organisationFolder: await temporaryFolder(), storeFolder: "" };
      folders.storeFolder = join(folders.organisationFolder, "contacts");
      await mkdir(folders.storeFolder);
      for (const name of await readdir(whole.storeFolder)) {
        await copyFile(join(whole.storeFolder, name), join(folders.storeFolder, name));
      }
      await truncate(eventsPath(folders.storeFolder), cut);
      await drop(folders);
      // A temporary file of a rewriting that was killed.
      await writeFile(`${segmentPath(folders.storeFolder, 1)}.0.tmp`, "half");
      // The events come again, since the cursor was never written behind them.
      const store = await ContactStore.open(folders.storeFolder);
      await store.appendEvents(gone.map((id) => eventFor(id, "erased")));
      await store.dropErased({ organisationFolder: folders.organisationFolder, evenMany: false });
      await store.close();
      expect((await listed(folders.organisationFolder)).map(({ actionId }) => actionId).sort()).toEqual(
        [...gone].sort(),
      );
      expect(await actionsIn(folders.storeFolder)).toEqual(
        contacts.map(({ actionId }) => actionId).filter((id) => !gone.includes(id)),
      );
    }
  });

  it("reads events that are damaged, unknown or huge as none, and goes on taking contacts", async () => {
    const place = await makePlace();
    const contacts = [sealedContact(place), sealedContact(place)];
    const folders = await storeOf(contacts, [eventFor(contacts[0]?.actionId ?? "", "from-the-future")]);
    await appendFile(
      eventsPath(folders.storeFolder),
      '{"action":1}\nnot json\n{"action":"x","kind":"erased"\n[]\nnull\n',
    );
    expect(await loadEvents(folders.storeFolder)).toBeUndefined();
    const store = await ContactStore.open(folders.storeFolder);
    await store.appendEvents([eventFor("a".repeat(1_000_000), "erased"), eventFor("b", "k".repeat(1_000_000))]);
    await store.appendEvents([eventFor(contacts[1]?.actionId ?? "", "erased", -5)]);
    expect(await store.dropErased({ organisationFolder: folders.organisationFolder, evenMany: false })).toMatchObject({
      dropped: 1,
    });
    // The store goes on where it was.
    expect(await store.append([sealedContact(place)], "7")).toMatchObject({ stored: 1 });
    await store.close();
    expect(await actionsIn(folders.storeFolder)).toHaveLength(2);
  });
});

describe("the table of events", () => {
  it("agrees with a plain map of the same events", async () => {
    const folder = await temporaryFolder();
    const storeFolder = join(folder, "contacts");
    const store = await ContactStore.open(storeFolder);
    const ids = Array.from({ length: 300 }, () => newId("cact"));
    const kinds = ["erased", "expired", "newsletter-confirmed", "newsletter-declined", "other"];
    const events = Array.from({ length: 3000 }, (_unused, i) =>
      eventFor(ids[(i * 7919) % 300] ?? "", kinds[(i * 31) % 5] ?? "", 1_000_000 + ((i * 104_729) % 5000)),
    );
    await store.appendEvents(events);
    await store.close();
    const shared = await loadEvents(storeFolder);
    if (shared === undefined) throw new Error("no table");
    const table = new EventTable(shared);
    for (const id of [...ids, newId("cact")]) {
      const own = events.filter(({ actionId }) => actionId === id);
      const tombstone = own.some(({ kind }) => kind === "erased")
        ? "erased"
        : own.some(({ kind }) => kind === "expired")
          ? "expired"
          : undefined;
      const answers = own.filter(({ kind }) => kind.startsWith("newsletter-"));
      const latest = Math.max(0, ...answers.map(({ atMs }) => Number(atMs)));
      expect(table.find(id).tombstone?.kind).toBe(tombstone);
      expect(table.find(id).confirmation?.atMs ?? 0).toBe(latest);
    }
  });
});
