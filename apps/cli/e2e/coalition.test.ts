/** Two organisations, two people, one real gateway: who opens what, and what the gateway's disk holds. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { type ActionPageView, type ConsentRecord, getFormSchema, planContacts, recordConsents } from "@coterie/actions";
import { encodeTextForm } from "@coterie/bytes";
import { randomBytes } from "@coterie/primitives";
import { nodePrimitives as primitives, systemRandom as random } from "@coterie/primitives/node";
import { type ActionPage, ActionService, OptIn, Sealing } from "@coterie/protocol";
import { contactCommitment, createContactPlaintext, parseKeyId, sealContact } from "@coterie/sealed-box/seal";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { coterie } from "../test/cli-process.ts";
import { filesThatHold, type RealGateway, startRealGateway } from "./real-gateway.ts";

let folder: string;
let premises: string;
let gateway: RealGateway;
let sampleWords: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "coterie-e2e-"));
  premises = join(folder, "premises");
  gateway = await startRealGateway(join(folder, "data"));
  sampleWords = [
    "sample",
    "--gateway",
    gateway.address,
    "--operator-token-file",
    gateway.operatorTokenFile,
    "--premises",
    premises,
  ];
});
afterAll(async () => {
  await gateway.stop();
  await rm(folder, { recursive: true, force: true });
});

const rowsOf = async (organisation: string): Promise<{ person: { firstName: string }; sealing: string }[]> => {
  const text = await readFile(join(premises, organisation, "contacts.jsonl"), "utf8");
  return text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
};
const firstNamesOf = async (organisation: string): Promise<string[]> =>
  (await rowsOf(organisation)).map(({ person }) => person.firstName);

describe("the sample coalition", () => {
  it("is made once, however often it is asked for", async () => {
    const first = await coterie([...sampleWords, "--json"]);
    expect(first).toMatchObject({ code: 0, err: "" });
    const second = await coterie([...sampleWords, "--json"]);
    expect(second).toMatchObject({ code: 0, out: first.out });
    const listed = await coterie(["keys", "list", "--json", "--premises", premises]);
    const keys = listed.out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(keys.map(({ organisation, state }) => [organisation, state])).toEqual([
      ["clean-rivers", "active"],
      ["harbour-watch", "active"],
    ]);
  });

  it("is opened by one command, each person by exactly the organisations that the rule names", async () => {
    await signAtGateway("Adalovelaceone");
    await signInBrowser("Bertacanarytwo", "no");
    await signInBrowser("Carolcanarythree", "yes");
    const said = JSON.parse((await coterie([...sampleWords, "--json"])).out);
    const words: string[] = said.command.split(" -- ")[1].split(" ");

    const opened = await coterie(words);
    expect(opened).toMatchObject({ code: 0, err: "" });
    expect(await firstNamesOf("harbour-watch")).toEqual(["Adalovelaceone", "Carolcanarythree"]);
    expect(await firstNamesOf("clean-rivers")).toEqual(["Bertacanarytwo", "Carolcanarythree"]);
    expect((await rowsOf("harbour-watch")).map(({ sealing }) => sealing)).toEqual(["gateway", "browser"]);
    const csv = await readFile(join(premises, "harbour-watch", "contacts.csv"), "utf8");
    expect(csv).toContain(",Carolcanarythree,");
    expect(csv).not.toContain("Bertacanarytwo");

    const printed = await coterie([
      "contacts",
      "open",
      "-o",
      "clean-rivers",
      "--format",
      "csv",
      "--premises",
      premises,
    ]);
    expect(printed.out).toContain("Bertacanarytwo");
    expect(printed.out).not.toContain("Adalovelaceone");
  });

  it("leaves no person in clear on the gateway's disk", async () => {
    // The search itself finds what is there: a campaign's title is no secret.
    expect(await filesThatHold(gateway.dataFolder, "A clean harbour by next summer")).not.toEqual([]);
    for (const name of ["Adalovelaceone", "Bertacanarytwo", "Carolcanarythree"]) {
      expect(await filesThatHold(gateway.dataFolder, name)).toEqual([]);
    }
  });

  it("goes on where the same gateway answers at another address", async () => {
    await gateway.stop();
    const before = gateway.address;
    gateway = await startRealGateway(join(folder, "data"));
    expect(gateway.address).not.toBe(before);
    sampleWords = sampleWords.map((word) => (word === before ? gateway.address : word));
    const said = JSON.parse((await coterie([...sampleWords, "--json"])).out);
    expect(said.gatewaySealing).toBe(`${gateway.address}/p/clean-harbour`);
    const pulled = await coterie(["contacts", "pull", "--patience", "0", "--premises", premises]);
    expect(pulled).toMatchObject({ code: 0, err: "" });
  });

  it("does not open with the other organisation's key", async () => {
    const key = await readFile(join(premises, "clean-rivers", "passphrase"), "utf8");
    expect(key).toContain("sample");
    const printed = await coterie([
      "contacts",
      "open",
      "-o",
      "harbour-watch",
      "--premises",
      premises,
      "--passphrase-file",
      join(premises, "clean-rivers", "passphrase"),
    ]);
    expect(printed).toMatchObject({ code: 5, out: "" });
  });
});

async function signAtGateway(firstName: string): Promise<void> {
  const { page, actions } = await getPage("clean-harbour");
  const consents = recordsOf(page, "no").map(toWire);
  const { receivedBy } = await actions.submit({
    actionId: newActionId(),
    pageId: page.id,
    consents,
    person: { case: "personJson", value: JSON.stringify({ firstName, email: `${firstName}@example.org` }) },
  });
  expect(receivedBy).toHaveLength(1);
}

/** What the widget does in the browser, with the same functions. */
async function signInBrowser(firstName: string, leadOptIn: "yes" | "no"): Promise<void> {
  const { page, actions } = await getPage("clean-harbour-rivers");
  const view = viewOf(page);
  const action = newActionId();
  const person = { firstName, email: `${firstName.toLowerCase()}@example.org` };
  const salt = randomBytes(random, 32);
  const records = recordsOf(page, leadOptIn);
  const plan = planContacts(primitives, { page: view, consents: records });
  if (plan.kind !== "planned") throw new Error(plan.problem);
  const contacts = plan.contacts.map(({ receiver, consentHash }) => {
    if (receiver.publicKey === undefined) throw new Error("no key");
    const context = {
      action,
      campaign: page.campaignId,
      page: page.id,
      organisation: receiver.organisationId,
      key: parseKeyId(receiver.publicKey.id),
      consentHash,
    };
    const plaintext = createContactPlaintext(primitives, { person, context, salt });
    const contact = sealContact(
      { primitives, random },
      { plaintext, recipient: { public: receiver.publicKey.public } },
    );
    const { payload, nonce, publicKey, signKey } = contact;
    return { organisationId: receiver.organisationId, payload, nonce, keyId: publicKey.id, signKey: signKey.public };
  });
  await actions.submit({
    actionId: action,
    pageId: page.id,
    consents: records.map(toWire),
    person: { case: "sealed", value: { commitment: contactCommitment(primitives, { person, salt }), contacts } },
  });
}

async function getPage(name: string) {
  const transport = createConnectTransport({ baseUrl: gateway.address, httpVersion: "1.1" });
  const actions = createClient(ActionService, transport);
  const { page } = await actions.getPage({ name });
  if (page === undefined) throw new Error("no page");
  return { page, actions };
}

function viewOf(page: ActionPage): ActionPageView {
  return {
    ...page,
    sealing: page.sealing === Sealing.BROWSER ? "browser" : "gateway",
    formSchema: getFormSchema(page.formSchema).id,
    receivers: page.receivers.map((receiver) => ({ ...receiver, publicKey: receiver.publicKey })),
  };
}

function recordsOf(page: ActionPage, leadOptIn: "yes" | "no") {
  const optIns = new Map([[page.leadOrganisationId, leadOptIn]]);
  return recordConsents(primitives, { page: viewOf(page), answers: { optIns, locale: "en", givenAtMs: Date.now() } });
}

function toWire(record: ConsentRecord) {
  return {
    organisationId: record.organisationId,
    purpose: record.purpose,
    optIn: record.optIn === "yes" ? OptIn.YES : record.optIn === "no" ? OptIn.NO : OptIn.NOT_ASKED,
    wordingId: record.wordingId,
    wordingHash: record.wordingHash,
    locale: record.locale,
    givenAtMs: BigInt(record.givenAtMs),
  };
}

function newActionId(): string {
  return encodeTextForm("cact", randomBytes(random, 16));
}
