/** Old contacts sealed again from the command line, at a real gateway, killed on the way. */
import { mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { getFormSchema, recordConsents } from "@coterie/actions";
import { encodeTextForm } from "@coterie/bytes";
import { randomBytes } from "@coterie/primitives";
import { nodePrimitives as primitives, systemRandom as random } from "@coterie/primitives/node";
import { ActionService, OptIn } from "@coterie/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { coterie, type Finished } from "../test/cli-process.ts";
import { type RealGateway, startRealGateway } from "./real-gateway.ts";

const people = 60;
let folder: string;
let premises: string;
let gateway: RealGateway;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "coterie-rewrap-"));
  premises = join(folder, "premises");
  gateway = await startRealGateway(join(folder, "data"));
  const words = ["--gateway", gateway.address, "--operator-token-file", gateway.operatorTokenFile];
  const made = await coterie(["sample", ...words, "--premises", premises]);
  if (made.code !== 0) throw new Error(made.err);
  for (let person = 0; person < people; person++) await sign(`Person${person}`);
});
afterAll(async () => {
  await gateway.stop();
  await rm(folder, { recursive: true, force: true });
});

const run = async (...words: string[]): Promise<Finished> =>
  await coterie([...words, "--organisation", "harbour-watch", "--premises", premises]);

/** Signs at the page on which the gateway seals, as its form does. */
async function sign(firstName: string): Promise<void> {
  const transport = createConnectTransport({ baseUrl: gateway.address, httpVersion: "1.1" });
  const actions = createClient(ActionService, transport);
  const { page } = await actions.getPage({ name: "clean-harbour" });
  if (page === undefined) throw new Error("no page");
  const view = { ...page, sealing: "gateway" as const, formSchema: getFormSchema(page.formSchema).id };
  const receivers = page.receivers.map((receiver) => ({ ...receiver, publicKey: receiver.publicKey }));
  const answers = { optIns: new Map([[page.leadOrganisationId, "no" as const]]), locale: "en", givenAtMs: Date.now() };
  const consents = recordConsents(primitives, { page: { ...view, receivers }, answers }).map((record) => ({
    organisationId: record.organisationId,
    purpose: record.purpose,
    optIn: record.optIn === "no" ? OptIn.NO : OptIn.NOT_ASKED,
    wordingId: record.wordingId,
    wordingHash: new Uint8Array(record.wordingHash),
    locale: record.locale,
    givenAtMs: BigInt(record.givenAtMs),
  }));
  const value = JSON.stringify({ firstName, email: `${firstName}@example.org` });
  const actionId = encodeTextForm("cact", randomBytes(random, 16));
  await actions.submit({ actionId, pageId: page.id, consents, person: { case: "personJson", value } });
}

async function coverage(): Promise<{ readonly state: string; readonly contacts: number }[]> {
  const { out } = await run("contacts", "coverage", "--json");
  return out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

describe("sealing old contacts again", () => {
  it("changes nothing where the active key's file is not here", async () => {
    expect(await run("keys", "new", "--name", "next")).toMatchObject({ code: 0 });
    expect(await run("keys", "activate", "--key", "next")).toMatchObject({ code: 0 });
    const next = join(premises, "harbour-watch", "keys", "next.json");
    await rename(next, join(folder, "next.json"));
    expect(await run("contacts", "rewrap")).toMatchObject({ code: 2 });
    await rename(join(folder, "next.json"), next);
    expect((await coverage()).find(({ state }) => state === "retired")?.contacts).toBe(people);
  });

  it("goes on after every kill, until the old key opens nothing that the gateway keeps", async () => {
    for (const delayMs of [400, 600, 800, 1000]) {
      const kill = new AbortController();
      await coterie(["contacts", "rewrap", "--organisation", "harbour-watch", "--premises", premises], {
        onStart: (child) => {
          const timer = setTimeout(() => child.kill("SIGKILL"), delayMs);
          kill.signal.addEventListener("abort", () => clearTimeout(timer));
        },
      });
      kill.abort();
      expect((await coverage()).reduce((sum, { contacts }) => sum + contacts, 0)).toBe(people);
    }
    expect(await run("contacts", "rewrap")).toMatchObject({ code: 0 });
    const rows = await coverage();
    expect(rows.find(({ state }) => state === "active")?.contacts).toBe(people);
    expect(rows.find(({ state }) => state === "retired")?.contacts).toBe(0);
    const again = JSON.parse((await run("contacts", "rewrap", "--json")).out);
    expect(again).toMatchObject({ replaced: 0, refused: 0, changed: 0 });

    expect(await run("contacts", "pull")).toMatchObject({ code: 0 });
    const opened = await run("contacts", "open");
    const names: string[] = opened.out
      .split("\n")
      .flatMap((line) => (line === "" ? [] : [JSON.parse(line).person.firstName]));
    expect(names.toSorted()).toEqual(Array.from({ length: people }, (_, person) => `Person${person}`).toSorted());
    // Nothing of it opens with the old key.
    const keys = join(premises, "harbour-watch", "keys");
    await rename(join(keys, "next.json"), join(folder, "next.json"));
    const without = await run("contacts", "open");
    expect(without).toMatchObject({ code: 3, out: "" });
  });
});
