// B2 for dumps, which is what backups of an operator's own PostgreSQL are: whoever kept one from before has sealed addresses that
// nobody opens any more; one from after has none.
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { encodeTextForm } from "@coterie/bytes";
import { Sealing } from "@coterie/protocol";
import { parseMailKeyId } from "@coterie/vault";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { servicesAreRequired } from "../../../tools/src/repository.ts";
import {
  type ExternalPostgres,
  findInstalledPostgres,
  startExternalPostgres,
} from "../test/support/external-postgres.ts";
import { makeDataFolder, startTestGateway, type TestGateway } from "../test/support/gateway.ts";
import { type MailServer, startMailServer } from "../test/support/mail-server.ts";
import { dayMs, hourMs, makeMailPage, sign } from "../test/support/mail-world.ts";
import { CanarySearch } from "./canary/canary-search.ts";
import { needlesOf } from "./canary/needles.ts";
import { type FoundBox, openWithKeys } from "./support/mail-box-finder.ts";

const people = 30;
const installed = findInstalledPostgres();

function word(length: number): string {
  return Array.from(randomBytes(length), (byte) => "abcdefghijkmnopqrstuvwxyz"[byte % 25] ?? "a").join("");
}

const signers = Array.from({ length: people }, () => ({
  email: `${word(14)}@${word(10)}.example`,
  firstName: `Ż${word(13)}`,
}));
const search = new CanarySearch(
  signers.flatMap(({ email, firstName }) => [...needlesOf(email), ...needlesOf(firstName)]),
);

describe("an installed PostgreSQL", () => {
  // skip: elsewhere its absence is a visible skip of the tests below
  it.runIf(servicesAreRequired())("is there where services are required", () => {
    expect(installed).toBeDefined();
  });
});

// skip: needs pg_dump, which comes with a PostgreSQL that the machine has installed
describe.skipIf(installed === undefined)("a dump", () => {
  let postgres: ExternalPostgres;
  let dataFolder: string;
  let server: MailServer;
  let gateway: TestGateway;
  const clock = { nowMs: Date.now() };
  const held = Promise.withResolvers<undefined>();

  beforeAll(async () => {
    postgres = await startExternalPostgres(installed ?? "");
    dataFolder = await makeDataFolder();
    server = await startMailServer();
    // Mails go out by themselves: none before the first dump was taken.
    server.hold = held.promise;
    const mails = { smtpUrl: server.url, from: "actions@gateway.example" };
    gateway = await startTestGateway({ dataFolder, databaseUrl: postgres.url, now: () => clock.nowMs, mails });
    const asking = await makeMailPage({ gateway }, { confirmSupporter: true, reminders: 1, reminderAfterHours: 24 });
    const thanking = await makeMailPage({ gateway }, { thankYou: true }, { sealing: Sealing.BROWSER });
    for (const [i, signer] of signers.entries())
      await sign({ gateway, clock }, i % 2 === 0 ? asking : thanking, signer);
  });

  afterAll(async () => {
    held.resolve(undefined);
    await gateway.close();
    await server.close();
    await postgres.close();
    await rm(dataFolder, { recursive: true, force: true });
  });

  function dump(): string {
    const { status, stdout, stderr } = spawnSync(join(installed ?? "", "pg_dump"), [postgres.url], {
      encoding: "utf8",
      maxBuffer: 256 * 1024 * 1024,
    });
    if (status !== 0) throw new Error(stderr);
    return stdout;
  }

  async function keys(): Promise<Buffer[]> {
    const folder = join(dataFolder, "secrets", "mail-keys");
    const names = (await readdir(folder)).filter((name) => name.endsWith(".key"));
    return await Promise.all(names.map(async (name) => await readFile(join(folder, name))));
  }

  it("holds everybody sealed while mails are due, and nobody once their keys are destroyed", async () => {
    const before = dump();
    const boxes = boxesIn(before);
    expect(boxes).toHaveLength(people);
    // The search is not blind: with the keys of now, everybody is in it.
    const then = await keys();
    expect([...openWithKeys(boxes, then)].toSorted()).toEqual(
      signers.map(({ email, firstName }) => `${email} ${firstName}`).toSorted(),
    );
    expect(search.search("dump", Buffer.from(before))).toEqual([]);
    const planted = before.replace("COPY public.mail_boxes", `${signers[0]?.email} COPY`);
    expect(search.search("planted", Buffer.from(planted))).toHaveLength(1);
    server.hold = undefined;
    held.resolve(undefined);
    await gateway.mails.workNow();
    expect(server.mails).toHaveLength(people);
    for (let hours = 0; hours < 14 * 24 + 4; hours++) {
      clock.nowMs += hourMs;
      if (hours % 6 === 0 || hours > 14 * 24 - 2) await gateway.mails.workNow();
    }
    clock.nowMs += dayMs;
    await gateway.mails.workNow();
    const after = dump();
    expect(boxesIn(after)).toEqual([]);
    expect(search.search("dump", Buffer.from(after))).toEqual([]);
    const now = await keys();
    expect(now.length).toBeGreaterThan(0);
    expect(openWithKeys(boxes, now)).toEqual(new Set());
  }, 180_000);
});

/** The rows of `mail_boxes` in a dump, by the columns that it names. */
function boxesIn(dumped: string): FoundBox[] {
  const [, columns = "", rows = ""] =
    /^COPY public\.mail_boxes \(([^)]*)\) FROM stdin;\n((?:.*\n)*?)\\\.$/m.exec(dumped) ?? [];
  if (columns === "") throw new Error("no such table in the dump");
  const names = columns.split(", ");
  return rows
    .split("\n")
    .filter((row) => row !== "")
    .map((row) => {
      const cells = row.split("\t");
      const hex = (name: string): string => (cells[names.indexOf(name)] ?? "").replace("\\\\x", "");
      const bytes = (name: string): Buffer => Buffer.from(hex(name), "hex");
      return {
        place: "dump",
        actionId: encodeTextForm("cact", bytes("action_id")),
        box: {
          keyId: parseMailKeyId(hex("key_id")),
          senderPublicKey: bytes("sender_public_key"),
          nonce: bytes("nonce"),
          payload: bytes("payload"),
        },
      };
    });
}
