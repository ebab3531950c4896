/** Races about the first key and the first entry, from the command line at a real gateway. Dozens of processes: only in full runs. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { decodeTextForm } from "@coterie/bytes";
import { AdministrationService, OrganisationService } from "@coterie/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { coterie, passphrase } from "../test/cli-process.ts";
import { type RealGateway, startRealGateway } from "./real-gateway.ts";

let folder: string;
let gateway: RealGateway;
let administration: Client<typeof AdministrationService>;

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
  gateway = await startRealGateway(join(folder, "data"));
  const operatorToken = (await readFile(gateway.operatorTokenFile, "utf8")).trim();
  administration = createClient(AdministrationService, transport(operatorToken));
});
afterAll(async () => {
  await gateway.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Premises of an organisation on another machine, with a key and an authority; gives the words that name them. */
async function makeMachine(name: string, { token, machine }: { token: string; machine: string }): Promise<string[]> {
  const premises = join(folder, machine);
  const words = ["--premises", premises];
  await writeFile(join(folder, `${machine}-token`), token);
  const connect = ["--gateway", gateway.address, "--token-file", join(folder, `${machine}-token`)];
  expect(await coterie(["organisation", "connect", ...connect, ...words])).toMatchObject({ code: 0 });
  await writeFile(join(premises, name, "passphrase"), passphrase);
  expect(await coterie(["keys", "new", "--name", "own", ...words])).toMatchObject({ code: 0 });
  expect(await coterie(["keys", "authority", ...words])).toMatchObject({ code: 0 });
  return words;
}

describe("the beginning of a log", () => {
  it("is one, when two machines begin it at once, and the other one says which", async () => {
    const { token } = await administration.createOrganisation({ name: "racers", title: "Racers" });
    const machines = [
      await makeMachine("racers", { token, machine: "left" }),
      await makeMachine("racers", { token, machine: "right" }),
    ];
    const began = await Promise.all(machines.map((words) => coterie(["keys", "rotate", "--json", ...words])));
    // The late one is refused, or finds the other's log before it signs.
    expect([
      [0, 2],
      [0, 6],
    ]).toContainEqual(began.map(({ code }) => code ?? -1).toSorted((left, right) => left - right));
    const won = began.findIndex(({ code }) => code === 0);
    const { log } = JSON.parse(began[won]?.out ?? "");
    const late = machines[1 - won] ?? [];
    const again = await coterie(["keys", "rotate", ...late]);
    expect(again).toMatchObject({ code: 2 });
    expect(again.err).toContain("--log clog1");
    expect(JSON.parse((await coterie(["keys", "log", "--log", log, "--json", ...late])).out).log).toBe(log);
    // It has the log now, and an authority that is not the log's: nothing is signed in its place.
    expect((await coterie(["keys", "rotate", ...late])).err).toContain("the signer is not the key authority");
  }, 300_000);

  it("needs no import that another process did not do just before", async () => {
    const { token } = await administration.createOrganisation({ name: "twins", title: "Twins" });
    const words = await makeMachine("twins", { token, machine: "twins" });
    const activated = await Promise.all([1, 2].map(() => coterie(["keys", "activate", ...words])));
    // One challenge voids the other's; neither is stopped by the other's import.
    expect(activated.map(({ err }) => err).join("")).not.toContain("conflict");
    expect(await coterie(["keys", "activate", ...words])).toMatchObject({ code: 0 });
  }, 300_000);
});

describe("a key that another organisation named first", () => {
  it("is its holder's all the same", async () => {
    const mallory = await administration.createOrganisation({ name: "mallory", title: "Mallory" });
    const { token } = await administration.createOrganisation({ name: "owner", title: "Owner" });
    const words = await makeMachine("owner", { token, machine: "owner" });
    const shown = JSON.parse((await coterie(["keys", "show", "--json", ...words])).out);
    const stolen = decodeTextForm("cpub", shown.publicKey, { lengthBytes: 32 });
    await createClient(OrganisationService, transport(mallory.token)).importPublicKey({
      public: stolen,
      label: "mine",
    });
    expect(await coterie(["keys", "activate", ...words])).toMatchObject({ code: 0 });
  }, 300_000);
});
