/** Numbers of a campaign and a recount from the command line, at a real gateway. */
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { getFormSchema, recordConsents } from "@coterie/actions";
import { encodeTextForm } from "@coterie/bytes";
import { randomBytes } from "@coterie/primitives";
import { nodePrimitives as primitives, systemRandom as random } from "@coterie/primitives/node";
import { ActionService, OptIn } from "@coterie/protocol";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { coterie, type Finished } from "../test/cli-process.ts";
import { type RealGateway, startRealGateway } from "./real-gateway.ts";

let folder: string;
let premises: string;
let gateway: RealGateway;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "coterie-statistics-"));
  premises = join(folder, "premises");
  gateway = await startRealGateway(join(folder, "data"));
  const words = ["--gateway", gateway.address, "--operator-token-file", gateway.operatorTokenFile];
  const made = await coterie(["sample", ...words, "--premises", premises]);
  if (made.code !== 0) throw new Error(made.err);
});
afterAll(async () => {
  await gateway.stop();
  await rm(folder, { recursive: true, force: true });
});

const run = async (organisation: string, ...words: string[]): Promise<Finished> =>
  await coterie([...words, "--campaign", "clean-harbour", "--organisation", organisation, "--premises", premises]);

async function sign(person: object, source: string): Promise<void> {
  const actions = createClient(ActionService, createConnectTransport({ baseUrl: gateway.address, httpVersion: "1.1" }));
  const { page } = await actions.getPage({ name: "clean-harbour" });
  if (page === undefined) throw new Error("no page");
  const view = { ...page, sealing: "gateway" as const, formSchema: getFormSchema(page.formSchema).id };
  const receivers = page.receivers.map((receiver) => ({ ...receiver, publicKey: receiver.publicKey }));
  const answers = { optIns: new Map([[page.leadOrganisationId, "no" as const]]), locale: "en", givenAtMs: Date.now() };
  const consents = recordConsents(primitives, { page: { ...view, receivers }, answers }).map((record) => ({
    ...record,
    optIn: record.optIn === "no" ? OptIn.NO : OptIn.NOT_ASKED,
    wordingHash: new Uint8Array(record.wordingHash),
    givenAtMs: BigInt(record.givenAtMs),
  }));
  await actions.submit({
    actionId: encodeTextForm("cact", randomBytes(random, 16)),
    pageId: page.id,
    consents: consents.map(({ pageId: _pageId, ...consent }) => consent),
    tracking: { source },
    person: { case: "personJson", value: JSON.stringify(person) },
  });
}

describe("coterie campaigns", () => {
  it("shows numbers to people and to scripts, and nothing that moves a terminal", async () => {
    for (let index = 0; index < 6; index++) {
      const email = `signer-${index}@example.org`;
      await sign({ firstName: "Zofia", email, country: "PL", postcode: "00-950" }, "newsletter\u200f");
    }
    await sign({ firstName: "Zofia", email: "SIGNER-0@example.org" }, "chat");
    const shown = await run("harbour-watch", "campaigns", "statistics");
    expect(shown.code).toBe(0);
    expect(shown.out).toMatch(/^6 signed on the whole campaign, 1 signatures more than once\n/);
    expect(shown.out).toContain("        6  clean-harbour\n");
    expect(shown.out).toContain("        6  PL\n              6  PL 00\n");
    expect(shown.out).toContain("        6  newsletter\ufffd\n");
    expect(shown.out).not.toContain("Zofia");
    const scripted = await run("harbour-watch", "campaigns", "statistics", "--json");
    expect(JSON.parse(scripted.out)).toMatchObject({
      wholeCampaign: true,
      counted: 6,
      duplicates: 1,
      areas: { rows: [{ key: "PL", counted: 6, parts: { rows: [{ key: "PL 00", counted: 6 }], notShown: 0 } }] },
    });
  });

  it("recounts", async () => {
    expect(await run("harbour-watch", "campaigns", "recount")).toMatchObject({
      code: 0,
      out: "6 signed: the counter was right, 0 numbers by page and day corrected\n",
    });
  });
});
