// Which addresses are taken: imitations and listed domains are not, nor those that take no mail; a silent name server costs nobody anything.
import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEmailDomains, type EmailDomains } from "../src/abuse/email-domains.ts";
import { dnsLimits } from "../src/abuse/mail-exchanges.ts";
import type { EmailDomainOptions } from "../src/options.ts";
import { RefusedError } from "../src/errors.ts";
import type { LogEvent } from "../src/log/log.ts";
import { clearRequest, makeOrganisation, makePage } from "./support/coalition.ts";
import { startTestGateway } from "./support/gateway.ts";
import { type NameServer, startNameServer } from "./support/name-server.ts";
import { submit } from "./support/submitting.ts";

let folder: string;
let nowMs = Date.now();
const events: LogEvent[] = [];
const deps = { now: () => nowMs, log: (event: LogEvent) => void events.push(event) };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "coterie-domains-"));
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

async function verdict(domains: EmailDomains, email: string): Promise<string> {
  return await domains.check(email).then(
    () => "taken",
    (error: unknown) => (error instanceof RefusedError ? `${error.reason} ${error.fields.join()}` : "another error"),
  );
}

const refused = "invalid-person email";

async function create(options: EmailDomainOptions): Promise<EmailDomains> {
  return await createEmailDomains(deps, options);
}

describe("a domain", () => {
  it("in any script is taken, where it is no imitation of another", async () => {
    const domains = await create({});
    for (const email of [
      "alice@example.org",
      "ala@zażółć.pl",
      "алиса@пример.рф",
      "عائشة@مثال.إختبار",
      "hanako@日本語.jp",
      "hanako@とうきょうtokyo.jp",
      "alice@ΑΒΓ.gr",
      "alice@xn--bcher-kva.example",
    ])
      expect([email, await verdict(domains, email)]).toEqual([email, "taken"]);
    for (const email of [
      "alice@gmаil.com", // Cyrillic а
      "alice@gοogle.com", // Greek ο
      "alice@xn--gmil-63d.com", // the same as it travels
      "alice@exаmple.mail.org",
      "no address",
      "alice@",
      `alice@${"a".repeat(64)}.org`,
      `alice@${"abcdefgh.".repeat(40)}org`,
    ])
      expect([email, await verdict(domains, email)]).toEqual([email, refused]);
  });
});

describe("the operator's list", () => {
  it("refuses its domains and what belongs to them, however they are spelled", async () => {
    const refusedFile = join(folder, "spelled.txt");
    await writeFile(
      refusedFile,
      "# throw-away mailboxes\r\nTrash.example # and below\n\nmüll.example.\n  spaced.example  \n",
    );
    const domains = await create({ refusedFile });
    for (const domain of [
      "trash.example",
      "TRASH.EXAMPLE",
      "a.b.trash.example",
      "ｔｒａｓｈ.example", // full width
      "müll.example",
      "mu\u0308ll.example",
      "xn--mll-hoa.example",
      "spaced.example",
    ])
      expect([domain, await verdict(domains, `alice@${domain}`)]).toEqual([domain, refused]);
    for (const domain of ["nottrash.example", "trash.example.org", "example.com"])
      expect([domain, await verdict(domains, `alice@${domain}`)]).toEqual([domain, "taken"]);
  });

  it("is read again when it changes, and the last good one holds while it cannot be read", async () => {
    const refusedFile = join(folder, "changing.txt");
    await writeFile(refusedFile, "one.example\n");
    const domains = await create({ refusedFile });
    await writeFile(refusedFile, "one.example\ntwo.example\n");
    await utimes(refusedFile, 1, 2_000_000_000);
    expect(await verdict(domains, "a@two.example")).toBe("taken");
    nowMs += 10_000;
    expect(await verdict(domains, "a@two.example")).toBe(refused);
    await rm(refusedFile);
    nowMs += 10_000;
    expect(await verdict(domains, "a@two.example")).toBe(refused);
    expect(events.slice(-2)).toEqual([
      { event: "refused-domains-read", domains: 2 },
      { event: "refused-domains-unreadable", code: "ENOENT" },
    ]);
  });

  it("that is not there stops the start", async () => {
    await expect(create({ refusedFile: join(folder, "nowhere.txt") })).rejects.toMatchObject({
      code: "gateway/cannot-start",
    });
  });
});

describe("asking name servers", () => {
  let server: NameServer;
  beforeAll(async () => {
    server = await startNameServer({
      "mail.example": { exchanges: ["mx.mail.example"] },
      "old.example": { exchanges: [], hasAddress: true },
      "none.example": { exchanges: [], hasAddress: false },
      // RFC 7505: "no mail".
      "never.example": { exchanges: ["."], hasAddress: true },
      "broken.example": { fails: "server-failure" },
      "xn--mll-hoa.example": { exchanges: ["mx.mail.example"] },
    });
  });
  afterAll(async () => await server.close());

  it("refuses domains that take no mail, and nobody for want of an answer", async () => {
    const domains = await create({ asksDns: true, nameServers: [server.address] });
    expect({
      mail: await verdict(domains, "a@mail.example"),
      old: await verdict(domains, "a@old.example"),
      international: await verdict(domains, "a@müll.example"),
      none: await verdict(domains, "a@none.example"),
      never: await verdict(domains, "a@never.example"),
      unknown: await verdict(domains, "a@unknown.example"),
      broken: await verdict(domains, "a@broken.example"),
    }).toEqual({
      mail: "taken",
      old: "taken",
      international: "taken",
      none: refused,
      never: refused,
      unknown: refused,
      broken: "taken",
    });
  });

  it("asks for each domain once in a while, and never tells the address", async () => {
    const domains = await create({ asksDns: true, nameServers: [server.address] });
    const before = server.asked.length;
    const many = Array.from({ length: 20 }, async (_unused, n) => await verdict(domains, `person${n}@mail.example`));
    expect(new Set(await Promise.all(many))).toEqual(new Set(["taken"]));
    expect(server.asked.slice(before)).toEqual(["mail.example"]);
    nowMs += dnsLimits.knownMs;
    expect(await verdict(domains, "person@mail.example")).toBe("taken");
    // What could not be found out is asked again sooner.
    expect(await verdict(domains, "person@broken.example")).toBe("taken");
    const asked = server.asked.length;
    nowMs += dnsLimits.unknownMs;
    expect(await verdict(domains, "person@broken.example")).toBe("taken");
    expect(server.asked.length).toBeGreaterThan(asked);
    expect(server.asked.join()).not.toContain("person");
  });

  it("waits for a silent server no longer than its limit, and for many not at all", async () => {
    // Each of its own name, so that nothing is remembered.
    const silent = await startNameServer(
      Object.fromEntries(Array.from({ length: 100 }, (_unused, n) => [`s${n}.example`, { fails: "silence" as const }])),
    );
    try {
      const quiet = await create({ asksDns: true, nameServers: [silent.address] });
      const verdicts = Array.from({ length: 100 }, async (_unused, n) => await verdict(quiet, `a@s${n}.example`));
      expect(new Set(await Promise.all(verdicts))).toEqual(new Set(["taken"]));
      expect(new Set(silent.asked).size).toBeLessThanOrEqual(dnsLimits.asking);
    } finally {
      await silent.close();
    }
  });
});

describe("a gateway with a list", () => {
  it("refuses the person's address at intake, by its field, where it seals itself", async () => {
    const refusedFile = join(folder, "gateway.txt");
    await writeFile(refusedFile, "trash.example\n");
    const gateway = await startTestGateway({ emailDomains: { refusedFile } });
    try {
      const { page } = await makePage({ lead: await makeOrganisation(gateway) });
      const send = async (email: string): Promise<string> =>
        (await submit(gateway, clearRequest(page, { person: { firstName: "Alice", email } }))).code;
      expect(await send("alice@trash.example")).toBe("invalid-person");
      expect(await send("alice@example.org")).toBe("accepted");
    } finally {
      await gateway.close();
    }
  });
});
