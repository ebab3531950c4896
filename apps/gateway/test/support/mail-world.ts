// A gateway with mails, a clock that tests set, and an organisation with a page.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type Client, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { nodePrimitives, systemRandom } from "@coterie/primitives/node";
import { MailBoxSchema, MailService, type PageMailsSchema, Sealing, type SubmitRequest } from "@coterie/protocol";
import { parseMailKeyId, sealForMail } from "@coterie/vault";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Client as PgClient } from "pg";
import { databaseRole } from "../../src/db/postgres-folder.ts";
import type { GatewayOptions } from "../../src/options.ts";
import {
  clearRequest,
  makeOrganisation,
  makePage,
  sealedRequest,
  type SigningOptions,
  type TestOrganisation,
  type TestPage,
} from "./coalition.ts";
import { connectClients, startTestGateway, type TestGateway } from "./gateway.ts";
import { type MailServer, startMailServer } from "./mail-server.ts";

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

export interface MailWorld {
  readonly gateway: TestGateway;
  readonly server: MailServer;
  readonly clock: { nowMs: number };
  readonly sql: PgClient;
  readonly close: () => Promise<void>;
}

export async function startMailWorld(options: Partial<GatewayOptions> = {}): Promise<MailWorld> {
  const server = await startMailServer();
  const clock = { nowMs: Date.now() };
  const mails = { smtpUrl: server.url, from: "actions@gateway.example", ...options.mails };
  const gateway = await startTestGateway({ now: () => clock.nowMs, ...options, mails });
  const sql = await connectSql(gateway);
  return {
    gateway,
    server,
    clock,
    sql,
    close: async () => {
      await sql.end();
      await gateway.close();
      await server.close();
    },
  };
}

export function mailClient(
  gateway: Pick<TestGateway, "address">,
  { token }: { token: string },
): Client<typeof MailService> {
  return createClient(
    MailService,
    createConnectTransport({
      baseUrl: gateway.address,
      httpVersion: "1.1",
      interceptors: [
        (next) => async (request) => {
          request.header.set("authorization", `Bearer ${token}`);
          return await next(request);
        },
      ],
    }),
  );
}

/** A connection of one's own to the private database. */
export async function connectSql(gateway: Pick<TestGateway, "dataFolder">): Promise<PgClient> {
  const sql = new PgClient(await databaseOf(gateway));
  await sql.connect();
  return sql;
}

/** Where the private database listens: the fifth line of its own note. */
export async function databaseOf({
  dataFolder,
}: Pick<TestGateway, "dataFolder">): Promise<{ host: string; user: string; database: string }> {
  const note = await readFile(join(dataFolder, "postgres", "postmaster.pid"), "utf8");
  return { host: note.split("\n")[4] ?? "", user: databaseRole, database: "postgres" };
}

export interface MailPage extends TestPage {
  readonly owner: TestOrganisation;
  readonly runner: TestOrganisation;
}

type MailSettings = MessageInitShape<typeof PageMailsSchema>;

/** A page of a fresh organisation, or of a partner of it, with those mails. */
export async function makeMailPage(
  { gateway }: { readonly gateway: Pick<TestGateway, "address" | "operatorToken"> },
  settings: MailSettings,
  { sealing = Sealing.GATEWAY, split = false }: { sealing?: Sealing; split?: boolean } = {},
): Promise<MailPage> {
  const owner = await makeOrganisation(gateway);
  const runner = split ? await makeOrganisation(gateway) : owner;
  const made = await makePage({ lead: owner, runner }, { sealing, forcesDelivery: split });
  await mailClient(gateway, runner).setPageMails({ pageId: made.page.id, mails: settings });
  return { ...made, owner, runner };
}

/** Signs as the widget would: with a mail box where the browser seals and the page wants one. */
export async function sign(
  { gateway, clock }: Pick<MailWorld, "clock"> & { readonly gateway: Pick<TestGateway, "address"> },
  { page }: Pick<MailPage, "page">,
  options: SigningOptions & { email?: string; firstName?: string } = {},
): Promise<{ request: SubmitRequest; awaitsConfirmation: boolean; counter: bigint }> {
  const { actions } = connectClients(gateway.address);
  const { email = "alice@example.org", firstName = "Alice" } = options;
  const person = options.person ?? { firstName, lastName: "Liddell", email };
  const signing = { atMs: clock.nowMs, ...options, person };
  const request = page.sealing === Sealing.BROWSER ? sealedRequest(page, signing) : clearRequest(page, signing);
  if (page.sealing === Sealing.BROWSER) {
    const loaded = await actions.getPage({ name: page.name });
    const key = loaded.page?.mailKey;
    if (key !== undefined) {
      const box = sealForMail(
        { primitives: nodePrimitives, random: systemRandom },
        { keyId: parseMailKeyId(key.id), mailPublicKey: key.public, actionId: request.actionId, email, firstName },
      );
      request.mailBox = create(MailBoxSchema, { ...box });
    }
  }
  const { awaitsConfirmation, counter } = await actions.submit(request);
  return { request, awaitsConfirmation, counter };
}

/** Requests a confirmation link as a browser or a scanner does. */
export async function follow(
  { gateway }: Pick<MailWorld, "gateway">,
  token: string,
  method: "GET" | "HEAD" | "POST" = "GET",
): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${gateway.address}/c/${token}`, { method });
  return { status: answer.status, text: await answer.text() };
}

export async function stateOf({ sql }: Pick<MailWorld, "sql">, actionId: Uint8Array): Promise<string> {
  const { rows } = await sql.query<{ state: string }>("SELECT state FROM actions WHERE id = $1", [actionId]);
  return rows[0]?.state ?? "absent";
}

export async function countRows({ sql }: Pick<MailWorld, "sql">, table: string, condition = "true"): Promise<number> {
  const { rows } = await sql.query<{ n: string }>(`SELECT count(*) AS n FROM ${table} WHERE ${condition}`);
  return Number(rows[0]?.n ?? -1);
}
