// Olga runs the gateway and searches everything she has: files, write-ahead log, logs, output, memory. Many people
// signed; she must find none of them. What is clear by design (custom fields, tracking) she must find, or the search is blind.
import { Sealing } from "@coterie/protocol";
import { rm } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import {
  clearRequest,
  makeOrganisation,
  makePage,
  openContact,
  pullAll,
  sealedRequest,
} from "../test/support/coalition.ts";
import { connectClients, makeDataFolder } from "../test/support/gateway.ts";
import { type GatewayProcess, startGatewayProcess } from "../test/support/gateway-process.ts";
import { CanarySearch, type Hit } from "./canary/canary-search.ts";
import { needlesOf } from "./canary/needles.ts";
import { plantPerson, word } from "./canary/persons.ts";
import { searchFolder, searchMemory } from "./canary/places.ts";

/** The whole number of check B1 with COTERIE_FULL=1. */
const signers = process.env["COTERIE_FULL"] === "1" ? 1000 : 150;

interface Run {
  readonly gateway: GatewayProcess;
  readonly dataFolder: string;
  readonly search: CanarySearch;
  /** Typed into a custom field, which is clear by design. */
  readonly controlText: string;
}

/** Lets people sign on a page of that sealing, and checks that their organisations can read them. */
async function signAll(sealing: Sealing): Promise<Run> {
  const dataFolder = await makeDataFolder();
  const gateway = await startGatewayProcess(dataFolder);
  const lead = await makeOrganisation(gateway);
  const runner = await makeOrganisation(gateway);
  const { page } = await makePage({ lead, runner }, { sealing, forcesDelivery: true });
  const { actions } = connectClients(gateway.address);
  const planted = Array.from({ length: signers }, plantPerson);
  const controlText = word(24);
  const queue = [...planted];
  const submitters = Array.from({ length: 16 }, async () => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const options = { person: next.person, customFields: { note: controlText } };
      await actions.submit(sealing === Sealing.BROWSER ? sealedRequest(page, options) : clearRequest(page, options));
    }
  });
  await Promise.all(submitters);
  // Refused ones leave nothing either: an error path is where input likes to end up.
  const refused = plantPerson();
  const spoilt = { ...refused.person, email: `${refused.canaries[2] ?? ""} spoilt` };
  if (sealing === Sealing.GATEWAY)
    await expect(actions.submit(clearRequest(page, { person: spoilt }))).rejects.toThrow();
  const contacts = await pullAll(lead);
  expect(contacts).toHaveLength(signers);
  const [first] = contacts;
  if (first === undefined) throw new Error("no contact");
  const opened = await openContact(lead, { contact: first });
  expect(planted.map(({ person }) => person)).toContainEqual(opened);
  const canaries = [...planted, refused].flatMap((one) => one.canaries);
  return {
    gateway,
    dataFolder,
    search: new CanarySearch([...canaries, controlText].flatMap(needlesOf)),
    controlText,
  };
}

/** People that were found, and where the control was. */
function divide({ controlText }: Run, hits: readonly Hit[]): { readonly people: Hit[]; readonly control: Hit[] } {
  const isControl = ({ canary }: Hit): boolean => canary === controlText;
  return { people: hits.filter((hit) => !isControl(hit)).slice(0, 5), control: hits.filter(isControl) };
}

/** People that were found in files and output; checks on the way that the search is not blind. */
async function searchDisk(run: Run): Promise<Hit[]> {
  const { gateway, dataFolder, search } = run;
  const people = search.search("output", Buffer.from(gateway.said()));
  // While it runs, and after it stopped: temporary files, then what the shutdown wrote.
  for (const stage of ["running", "stopped"] as const) {
    if (stage === "stopped") await gateway.stop();
    const { hits, files } = await searchFolder(search, dataFolder);
    const found = divide(run, hits);
    people.push(...found.people);
    expect(files).toBeGreaterThan(300);
    expect(new Set(found.control.map(({ encoding }) => encoding))).toEqual(new Set(["utf-8"]));
    expect(found.control.some(({ place }) => place.includes("pg_wal"))).toBe(true);
    expect(found.control.filter(({ place }) => place.endsWith(".log"))).toEqual([]);
    // The tables' own files are written by the checkpoint of the shutdown at the latest.
    if (stage === "stopped") expect(found.control.some(({ place }) => place.includes("postgres/base"))).toBe(true);
  }
  await rm(dataFolder, { recursive: true, force: true });
  return people;
}

describe("the operator", () => {
  it(`finds nobody on disk after ${signers} signatures that the gateway sealed`, async () => {
    const run = await signAll(Sealing.GATEWAY);
    expect(await searchDisk(run)).toEqual([]);
  }, 180_000);

  it(`finds nobody on disk or in memory after ${signers} signatures that browsers sealed`, async () => {
    const run = await signAll(Sealing.BROWSER);
    if (process.platform === "linux") {
      const { hits, bytes } = await searchMemory(run.search, run.gateway.child.pid ?? 0);
      const found = divide(run, hits);
      expect(found.people).toEqual([]);
      expect(found.control.length).toBeGreaterThan(0);
      expect(bytes).toBeGreaterThan(20_000_000);
    }
    expect(await searchDisk(run)).toEqual([]);
  }, 180_000);
});
