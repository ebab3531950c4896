/** A person erased from the command line at a real gateway: found, erased, gone from the store and from exports; and proofs of consent. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { getFormSchema, recordConsents } from "@coterie/actions";
import { encodeBase64Url, encodeTextForm } from "@coterie/bytes";
import { randomBytes } from "@coterie/primitives";
import { nodePrimitives as primitives, systemRandom as random } from "@coterie/primitives/node";
import { ActionService, OptIn } from "@coterie/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PassThrough, Writable } from "node:stream";
import { runCommand } from "../src/run-command.ts";
import { Terminal } from "../src/terminal/terminal.ts";
import { coterie } from "../test/cli-process.ts";
import { filesThatHold, type RealGateway, startRealGateway } from "./real-gateway.ts";

let folder: string;
let premises: string;
let own: string;
let gateway: RealGateway;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "coterie-rights-"));
  premises = join(folder, "premises");
  own = join(premises, "harbour-watch");
  gateway = await startRealGateway(join(folder, "data"));
  const words = ["--gateway", gateway.address, "--operator-token-file", gateway.operatorTokenFile];
  const made = await coterie(["sample", ...words, "--premises", premises]);
  if (made.code !== 0) throw new Error(made.err);
  for (const name of ["Ada", "Berta", "Carla"]) await sign(name);
});
afterAll(async () => {
  await gateway.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Finished {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The command within this process: what is tested here is not how processes start. */
async function here(...words: string[]): Promise<Finished> {
  const said = { out: "", err: "" };
  const hear = (name: "out" | "err"): Writable =>
    new Writable({
      write: (bytes: Buffer, _encoding, done) => {
        said[name] += bytes.toString("utf8");
        done();
      },
    });
  const terminal = new Terminal(
    { input: new PassThrough(), output: hear("out"), errors: hear("err") },
    { quiet: false, json: false },
  );
  const signal = new AbortController().signal;
  const deps = { primitives, random, now: Date.now, terminal, env: {}, workingFolder: folder, signal };
  return { code: await runCommand(deps, words), ...said };
}

const run = async (...words: string[]): Promise<Finished> =>
  await here(...words, "--organisation", "harbour-watch", "--premises", premises);

/** Signs at the page on which the gateway seals, as its form does. */
async function sign(firstName: string): Promise<string> {
  const transport = createConnectTransport({ baseUrl: gateway.address, httpVersion: "1.1" });
  const actions = createClient(ActionService, transport);
  const { page } = await actions.getPage({ name: "clean-harbour" });
  if (page === undefined) throw new Error("no page");
  const view = { ...page, sealing: "gateway" as const, formSchema: getFormSchema(page.formSchema).id };
  const receivers = page.receivers.map((receiver) => ({ ...receiver, publicKey: receiver.publicKey }));
  const answers = { optIns: new Map([[page.leadOrganisationId, "yes" as const]]), locale: "en", givenAtMs: Date.now() };
  const consents = recordConsents(primitives, { page: { ...view, receivers }, answers }).map((record) => ({
    organisationId: record.organisationId,
    purpose: record.purpose,
    optIn: record.optIn === "yes" ? OptIn.YES : OptIn.NOT_ASKED,
    wordingId: record.wordingId,
    wordingHash: new Uint8Array(record.wordingHash),
    locale: record.locale,
    givenAtMs: BigInt(record.givenAtMs),
  }));
  const value = JSON.stringify({ firstName, email: `${firstName.toLowerCase()}@example.org` });
  const actionId = encodeTextForm("cact", randomBytes(random, 16));
  await actions.submit({ actionId, pageId: page.id, consents, person: { case: "personJson", value } });
  return actionId;
}

describe("a person's rights from the command line", () => {
  it("shows what is held, here and at the gateway", async () => {
    expect((await run("contacts", "export")).code).toBe(0);
    const here = await run("contacts", "find", "--email", " ADA@Example.ORG", "--workers", "1");
    expect(here.code).toBe(0);
    expect(here.out).toContain("firstName: Ada");
    expect(here.out).not.toContain("Berta");
    const lines = (await run("contacts", "find", "--value", "berta", "--json", "--workers", "1")).out
      .trim()
      .split("\n");
    expect(lines.map((line) => JSON.parse(line).person.firstName)).toEqual(["Berta"]);
    const there = await run("rights", "find", "--email", "ada@example.org", "--json");
    expect(JSON.parse(there.out)).toMatchObject({ optIn: "yes", leads: true });
    // The gateway has nothing to show of the person itself.
    expect(there.out).not.toMatch(/Ada|example\.org/);
    expect((await run("rights", "find", "--email", "nobody@example.org", "--json")).out).toBe("");
    for (const words of [["--email", "no address"], []]) {
      expect((await run("rights", "find", ...words)).code).toBe(2);
    }
  });

  it("writes proofs of consent that hold offline, and that no change survives", async () => {
    const exported = await run("consents", "export");
    expect(exported.code).toBe(0);
    const file = join(own, "consents.jsonl");
    expect((await run("consents", "verify", "--file", file)).code).toBe(0);
    const lines = (await readFile(file, "utf8")).trim().split("\n");
    expect(lines).toHaveLength(3);
    const [proof] = lines.map((line) => JSON.parse(line));
    expect(proof.wording).toMatch(/^May .* write to you by email/);
    expect(JSON.stringify(proof)).not.toMatch(/Ada|Berta|Carla|example\.org/);
    // By whoever has the key alone.
    const key = proof.gatewaySigningKey;
    const alone = ["consents", "verify", "--file", file, "--premises", join(folder, "nowhere")];
    expect((await here(...alone, "--signing-key", key)).code).toBe(0);
    expect((await here(...alone, "--signing-key", encodeBase64Url(randomBytes(random, 32)))).code).toBe(3);
    const other = encodeBase64Url(randomBytes(random, 32));
    const broken: readonly (readonly [unknown, string])[] = [
      [{ ...proof, consent: { ...proof.consent, optIn: "no" } }, "consents/consent-mismatch"],
      [
        { ...proof, consent: { ...proof.consent, givenAtMs: proof.consent.givenAtMs + 1 } },
        "consents/consent-mismatch",
      ],
      [{ ...proof, consent: { ...proof.consent, wordingHash: other } }, "consents/consent-mismatch"],
      [{ ...proof, header: { ...proof.header, consentHash: other } }, "consents/consent-mismatch"],
      [{ ...proof, header: { ...proof.header, commitment: other } }, "consents/not-authentic"],
      [{ ...proof, header: { ...proof.header, createdAtMs: 1 } }, "consents/not-authentic"],
      [{ ...proof, header: { ...proof.header, payloadHash: other } }, "consents/not-authentic"],
      [{ ...proof, signature: encodeBase64Url(randomBytes(random, 64)) }, "consents/not-authentic"],
      [{ ...proof, signature: "" }, "consents/not-authentic"],
      [{ ...proof, wording: `${proof.wording} ` }, "consents/wording-mismatch"],
      [{ ...proof, wording: "" }, "consents/wording-mismatch"],
      [{ ...proof, gatewaySigningKey: other }, "consents/other-gateway"],
      [{ ...proof, version: 2 }, "consents/malformed"],
      [{ ...proof, header: { ...proof.header, action: "cact1x" } }, "consents/malformed"],
      [{ ...proof, header: { ...proof.header, nonce: "AA" } }, "consents/malformed"],
      ["{", "consents/malformed"],
    ];
    const forged = join(folder, "forged.jsonl");
    await writeFile(
      forged,
      broken.map(([line]) => (typeof line === "string" ? `${line}\n` : `${JSON.stringify(line)}\n`)).join(""),
    );
    const verdict = await run("consents", "verify", "--file", forged);
    expect(verdict.code).toBe(3);
    expect(verdict.err.trim().split("\n")).toEqual(broken.map(([, code], i) => `line ${i + 1}  ${code}`));
  });

  it("erases at the gateway, in the store and in the next export, and lists it for other programs", async () => {
    const before = await run("rights", "find", "--email", "ada@example.org", "--json");
    expect(before.code).toBe(0);
    const { actionId } = JSON.parse(before.out);
    const erased = await run("rights", "erase", "--email", "ada@example.org", "--json");
    expect(erased.code).toBe(0);
    expect(JSON.parse(erased.out)).toMatchObject({ found: 1, erased: 1, dropped: 1 });
    expect((await run("rights", "find", "--email", "ada@example.org", "--json")).out).toBe("");
    const list = (await readFile(join(own, "erased.jsonl"), "utf8")).trim();
    expect(JSON.parse(list)).toMatchObject({ actionId, kind: "erased", contact: "dropped" });
    expect(await readFile(join(own, "erased.csv"), "utf8")).toContain(`${actionId},erased,`);
    // Earlier exports still name her, until they are made again.
    const exported = await run("contacts", "export", "--json");
    expect(JSON.parse(exported.out)).toMatchObject({ opened: 2 });
    expect(await filesThatHold(own, "ada@example.org")).toEqual([]);
    expect((await filesThatHold(own, "berta@example.org")).length).toBeGreaterThan(0);
    // Again: nothing is left to do.
    const again = await run("rights", "erase", "--email", "ada@example.org", "--no-local", "--json");
    expect(JSON.parse(again.out)).toMatchObject({
      erased: 0,
      dropped: 0,
    });
  });

  it("erases without telling the gateway whose actions they are", async () => {
    const erased = await run("rights", "erase", "--email", "berta@example.org", "--without-address", "--json");
    expect(JSON.parse(erased.out)).toMatchObject({ found: 1, erased: 1, dropped: 1 });
    expect((await run("rights", "erase", "--email", "x@example.org", "--without-address", "--no-local")).code).toBe(2);
  });

  it("sets how long a campaign keeps its persons", async () => {
    expect((await run("rights", "retention", "--campaign", "clean-harbour")).out).toContain(
      "until somebody erases them",
    );
    const set = await run("rights", "retention", "--campaign", "clean-harbour", "--days", "30", "--json");
    expect(JSON.parse(set.out)).toMatchObject({ days: 30, closedAt: "", deletesAt: "" });
    expect((await run("rights", "retention", "--campaign", "no-such", "--days", "30")).code).toBe(2);
    expect((await run("rights", "retention", "--campaign", "clean-harbour", "--days", "4000")).code).toBe(2);
  });
});
