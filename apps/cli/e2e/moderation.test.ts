/** Staff decide about comments and proof of work from the command line, at a real gateway. */
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
  folder = await mkdtemp(join(tmpdir(), "coterie-moderation-"));
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

const run = async (...words: string[]): Promise<Finished> =>
  await coterie([...words, "--organisation", "harbour-watch", "--premises", premises]);

const actions = () =>
  createClient(ActionService, createConnectTransport({ baseUrl: gateway.address, httpVersion: "1.1" }));

async function signWith(comment: string): Promise<string> {
  const { page } = await actions().getPage({ name: "clean-harbour" });
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
  const value = JSON.stringify({ firstName: "Zofia", email: "zofia@example.org" });
  const actionId = encodeTextForm("cact", randomBytes(random, 16));
  const customFields = { comment };
  const person = { case: "personJson", value } as const;
  await actions().submit({ actionId, pageId: page.id, consents, customFields, person });
  return actionId;
}

describe("coterie comments", () => {
  it("lists, approves, rejects and takes back, and shows nothing that moves a terminal", async () => {
    const first = await signWith("First line\nsecond line");
    const second = await signWith("Right-to-left mark \u200f inside");
    const listed = await run("comments", "list", "--campaign", "clean-harbour");
    expect(listed.code).toBe(0);
    expect(listed.out.split("\n").filter((line) => line !== "")).toHaveLength(2);
    expect(listed.out).toContain(`${first}  `);
    expect(listed.out).toContain("First line ⏎ second line");
    expect(listed.out).not.toContain("\u200f");
    expect(listed.out).not.toContain("Zofia");
    expect(await run("comments", "decide", "--ids", `${first}, ${second}`, "--state", "approved")).toMatchObject({
      code: 0,
      out: "2 comments: approved\n",
    });
    const { comments } = await actions().listPublicComments({ pageName: "clean-harbour" });
    expect(comments.map(({ text }) => text).sort()).toEqual([
      "First line\nsecond line",
      "Right-to-left mark \u200f inside",
    ]);
    const approved = await run("comments", "list", "--campaign", "clean-harbour", "--state", "approved", "--json");
    expect(JSON.parse(approved.out.split("\n")[0] ?? "")).toMatchObject({
      id: first,
      state: "approved",
      text: "First line\nsecond line",
    });
  });
});

describe("coterie pages protect", () => {
  it("shows and changes what a page asks for", async () => {
    const show = async (...words: string[]): Promise<string> =>
      (await run("pages", "protect", "--page", "clean-harbour", ...words)).out;
    expect(await show("--proof-of-work", "on")).toBe("clean-harbour: proof of work on (the page's own choice)\n");
    await expect(signWith("")).rejects.toThrow();
    expect(await show("--proof-of-work", "gateway")).toBe(
      "clean-harbour: proof of work off (as the gateway's operator decided)\n",
    );
  });
});
