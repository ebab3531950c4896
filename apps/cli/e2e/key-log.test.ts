/** An organisation's key log from the command line, at a real gateway: begun, rotated, revoked; interrupted; lied to. */
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { encodeFields } from "@coterie/bytes";
import {
  appendEntry,
  encodeRememberedHead,
  type KeyLog,
  parseLogId,
  rememberHead,
  resumeKeyLog,
} from "@coterie/key-log";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { AdministrationService, KeyLogService } from "@coterie/protocol";
import { parseKeyAuthorityFile, unlockKeyAuthorityFile } from "@coterie/sealed-box/key-file";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { coterie, type Finished, passphrase } from "../test/cli-process.ts";
import { type RealGateway, startRealGateway } from "./real-gateway.ts";

let folder: string;
let premises: string;
let gateway: RealGateway;
let token: string;
let common: string[];

const home = (): string => join(premises, "harbour");
const run = async (...words: string[]): Promise<Finished> => await coterie([...words, ...common]);

function transport(bearer: string): ReturnType<typeof createConnectTransport> {
  return createConnectTransport({
    baseUrl: gateway.address,
    httpVersion: "1.1",
    interceptors: [
      (next) => async (request) => {
        request.header.set("authorization", `Bearer ${bearer}`);
        return await next(request);
      },
    ],
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "coterie-log-"));
  premises = join(folder, "premises");
  common = ["--premises", premises];
  gateway = await startRealGateway(join(folder, "data"));
  const operatorToken = (await readFile(gateway.operatorTokenFile, "utf8")).trim();
  const administration = createClient(AdministrationService, transport(operatorToken));
  token = (await administration.createOrganisation({ name: "harbour", title: "Harbour Watch" })).token;
  await writeFile(join(folder, "token"), token);
  const connect = ["organisation", "connect", "--gateway", gateway.address, "--token-file", join(folder, "token")];
  const connected = await run(...connect);
  if (connected.code !== 0) throw new Error(connected.err);
  await writeFile(join(home(), "passphrase"), passphrase);
});
afterAll(async () => {
  await gateway.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The log as the gateway has it, and the next entry, signed here. */
async function signNext(): Promise<{ readonly after: KeyLog; readonly entry: Uint8Array }> {
  const { entries } = await createClient(KeyLogService, transport(token)).getKeyLog({});
  const shown = JSON.parse((await run("keys", "log", "--json")).out);
  const organisation = JSON.parse(await readFile(join(home(), "organisation.json"), "utf8")).organisation.id;
  const pin = parseLogId(shown.log);
  const log = await resumeKeyLog(primitives, { organisation, entries, pin, rememberedHead: undefined });
  const file = parseKeyAuthorityFile(await readFile(join(home(), "key-authority.json"), "utf8"));
  const { publicKey, secretKey } = unlockKeyAuthorityFile({ primitives }, { file, passphrase });
  const { keyId } = shown.keys.find(({ state }: { state: string }) => state === "in grace");
  const createdAtMs = Date.now();
  const update = { kind: "revoke", keyId, sinceMs: createdAtMs } as const;
  const signer = { publicKey, sign: (message: Uint8Array) => primitives.sign(secretKey, message) };
  const after = await appendEntry(primitives, { log, signer, update, createdAtMs });
  const entry = after.entries.at(-1)?.encoded;
  if (entry === undefined) throw new Error("no entry");
  return { after, entry };
}

// Each test starts a dozen processes that derive keys from passphrases: slow machines need minutes.
describe("an organisation's key log", { timeout: 240_000 }, () => {
  it("begins with the first rotation, and a second one retires the key before", async () => {
    expect(await run("keys", "new", "--name", "first")).toMatchObject({ code: 0 });
    expect(await run("keys", "new", "--name", "second")).toMatchObject({ code: 0 });
    expect(await run("keys", "rotate", "--key", "first")).toMatchObject({ code: 2 });
    expect(await run("keys", "authority")).toMatchObject({ code: 0 });
    expect(await run("keys", "authority")).toMatchObject({ code: 8 });
    const first = JSON.parse((await run("keys", "rotate", "--key", "first", "--json")).out);
    expect(first).toMatchObject({ entries: 2 });
    const second = JSON.parse((await run("keys", "rotate", "--key", "second", "--json")).out);
    expect(second).toMatchObject({ log: first.log, entries: 4 });
    const log = JSON.parse((await run("keys", "log", "--json")).out);
    expect(log.log).toBe(first.log);
    expect(log.keys).toEqual([
      { keyId: second.keyId, state: "active" },
      { keyId: first.keyId, state: "in grace" },
    ]);
    const listed = await run("keys", "list");
    expect(listed.out).toContain(`${second.keyId}  active`);
    expect(listed.out).toContain(`${first.keyId}  retired`);
    expect(await run("keys", "activate", "--key", "first")).toMatchObject({ code: 6 });
  });

  it("is refused where it ends before what was seen here, or is another one", async () => {
    const head = join(home(), "key-log-head");
    const { after } = await signNext();
    await copyFile(head, `${head}.kept`);
    await writeFile(head, encodeRememberedHead(rememberHead(after)));
    const shortened = await run("keys", "log");
    expect(shortened).toMatchObject({ code: 6 });
    expect(shortened.err).toContain("key-log/rolled-back");
    await writeFile(head, "damaged");
    expect(await run("keys", "log")).toMatchObject({ code: 8 });
    await rm(head);
    expect(await run("keys", "log")).toMatchObject({ code: 2 });
    const other = "clog1qqqsyqcyq5rqwzqfpg9scrgwpugpzysn3yt8pl";
    expect((await run("keys", "log", "--log", other)).code).not.toBe(0);
    await copyFile(`${head}.kept`, head);
    expect(await run("keys", "log")).toMatchObject({ code: 0 });
  });

  it("gets what an interrupted command signed before anything else is signed", async () => {
    const { entry } = await signNext();
    await writeFile(join(home(), "key-log-pending"), encodeFields(1, entry));
    const renewed = JSON.parse((await run("keys", "rotate", "--key", "second", "--json")).out);
    expect(renewed).toMatchObject({ entries: 6 });
    const { entries } = await createClient(KeyLogService, transport(token)).getKeyLog({});
    expect([...(entries[4] ?? [])]).toEqual([...entry]);
    // The key that was revoked stays so.
    const back = await run("keys", "rotate", "--key", "first");
    expect(back).toMatchObject({ code: 2 });
    expect(back.err).toContain("revoked");
    const revoked = await run("keys", "revoke", "--key", "second", "--json");
    expect(JSON.parse(revoked.out).keys.map(({ state }: { state: string }) => state)).toEqual(["revoked", "revoked"]);
  });

  it("is handed over to another authority, and the former one signs nothing any more", async () => {
    const before = JSON.parse((await run("keys", "log", "--json")).out);
    const next = join(folder, "next-authority.json");
    const secret = join(folder, "next-passphrase");
    await writeFile(secret, `${passphrase} of the next authority`);
    const made = ["keys", "authority", "--authority-file", next, "--passphrase-file", secret];
    expect(await run(...made)).toMatchObject({ code: 0 });
    // The new authority signs as well: without its passphrase there is no hand-over.
    expect(await run("keys", "hand-over", "--to", next)).toMatchObject({ code: 5 });
    const handed = await run("keys", "hand-over", "--to", next, "--to-passphrase-file", secret, "--json");
    expect(JSON.parse(handed.out)).toMatchObject({ log: before.log, entries: before.entries + 1, keys: before.keys });
    const own = join(home(), "key-authority.json");
    const former = await run("keys", "hand-over", "--to", next, "--to-passphrase-file", secret);
    expect(former).toMatchObject({ code: 2 });
    expect(former.err).toContain("the signer is not the key authority");
    const signing = ["--authority-file", next, "--authority-passphrase-file", secret];
    const back = await run("keys", "hand-over", "--to", own, ...signing);
    expect(back.err).toContain("this key was the authority before");
    expect(await readdir(home())).not.toContain("key-log-pending");
  });
});
