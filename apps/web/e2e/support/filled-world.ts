// An organisation in the middle of its work: pages in four languages, people who signed over three weeks, comments, mails,
// webhooks that fail, staff that is told of changes.
import { create } from "@bufbuild/protobuf";
import type { GenService, GenServiceMethods } from "@bufbuild/protobuf/codegenv2";
import {
  type ActionPage,
  MailService,
  NoticeService,
  Sealing,
  SettingsService,
  TrackingSchema,
  WebhookService,
} from "@coterie/protocol";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { clearRequest } from "../../../gateway/test/support/coalition.ts";
import { connectClients } from "../../../gateway/test/support/gateway.ts";
import { type MailServer, startMailServer } from "../../../gateway/test/support/mail-server.ts";
import { createServiceClient, type SendToGateway, type ServiceClient } from "../../src/gateway/unary-call.ts";
import { beginKeyLog, type Premises } from "./premises.ts";
import { createWorld, makeStaff, type Staff, type World } from "./world.ts";

export type MailClient = ServiceClient<typeof MailService.method>;

type Calling = <Methods extends GenServiceMethods>(service: GenService<Methods>) => ServiceClient<Methods>;

export interface FilledWorld extends World {
  readonly staff: Staff;
  readonly premises: Premises;
  readonly mailServer: MailServer;
  readonly mails: MailClient;
  /** Any service, with the staff's token. */
  readonly client: Calling;
  /** By language. */
  readonly pageByLocale: ReadonlyMap<string, ActionPage>;
  /** What the gateway takes for now. */
  readonly clock: { nowMs: number };
}

const dayMs = 86_400_000;
const titles = { en: "Keep the river clean", fr: "Sauvons la rivière", pl: "Żywa rzeka", ar: "لنحافظ على النهر نظيفًا" };
const descriptions = {
  en: "The river belongs to everybody. We ask the council to stop the dumping, and to publish what it measures.",
  fr: "La rivière est à tout le monde. Nous demandons au conseil d’arrêter les rejets et de publier ses mesures.",
  pl: "Rzeka należy do wszystkich. Prosimy radę, aby zatrzymała zrzuty i publikowała pomiary.",
  ar: "النهر ملك للجميع. نطلب من المجلس وقف الإلقاء فيه ونشر ما يقيسه.",
};

export async function createFilledWorld(): Promise<FilledWorld> {
  const mailServer = await startMailServer();
  const clock = { nowMs: Date.now() - 21 * dayMs };
  const refusing = createServer((_request, response) => response.writeHead(503).end()).listen(0, "127.0.0.1");
  await once(refusing, "listening");
  const world = await createWorld({
    now: () => clock.nowMs,
    mails: { smtpUrl: mailServer.url, from: "actions@gateway.example" },
    webhooks: { allowedNetworks: ["127.0.0.0/8"], roundEveryMs: 200 },
  });
  const staff = await makeStaff(world);
  const premises = await beginKeyLog(staff, { nowMs: clock.nowMs });
  const pageByLocale = await makePages(staff);
  await collectSignatures(world, { clock, pages: [...pageByLocale.values()] });
  clock.nowMs = Date.now();
  // cast: a TCP server's address
  const { port } = refusing.address() as AddressInfo;
  const client = callingOf(world, staff);
  const mails = client(MailService);
  await decide(client, { mails, hookUrl: `http://127.0.0.1:${port}/crm`, page: pageByLocale.get("en") });
  return {
    ...world,
    staff,
    premises,
    mailServer,
    mails,
    client,
    pageByLocale,
    clock,
    close: async () => {
      await world.close();
      refusing.closeAllConnections();
      refusing.close();
      await mailServer.close();
    },
  };
}

async function makePages({ clients: { organisations }, name }: Staff): Promise<Map<string, ActionPage>> {
  const pages = new Map<string, ActionPage>();
  const { campaign } = await organisations.createCampaign({ name, title: titles.en, formSchema: "basic/1" });
  for (const locale of ["en", "fr", "pl", "ar"] as const) {
    const { page } = await organisations.createActionPage({
      campaignId: campaign?.id ?? "",
      name: `${name}-${locale}`,
      locale,
      sealing: Sealing.GATEWAY,
      delivers: true,
      actionType: "petition",
      requiredFields: locale === "fr" ? ["country"] : [],
      description: descriptions[locale],
    });
    if (page === undefined) throw new Error("no page");
    pages.set(locale, page);
  }
  return pages;
}

const countries = [
  { country: "PL", postcode: "00-950" },
  { country: "PL", postcode: "31-001" },
  { country: "FR", postcode: "75011" },
  { country: "EG" },
  {},
];
const comments = [
  "My children swim here every summer. Please act before it is too late.",
  "نهرنا حياتنا.\nشكرًا لكم.",
  "Buy cheap watches at http://spam.example !!!",
  "Rzeka mojego dzieciństwa.",
];

async function collectSignatures(
  world: World,
  { clock, pages }: { clock: { nowMs: number }; pages: readonly ActionPage[] },
): Promise<void> {
  const { actions } = connectClients(world.gateway.address);
  let serial = 0;
  for (let day = 0; day <= 20; day++) {
    const signers = day === 9 ? 2 : 6 + ((day * 7) % 11);
    const requests = Array.from({ length: signers }, () => signatureOf(serial++, { pages, atMs: clock.nowMs }));
    await Promise.all(requests.map((request) => actions.submit(request)));
    clock.nowMs += dayMs;
  }
}

function signatureOf(
  serial: number,
  { pages, atMs }: { pages: readonly ActionPage[]; atMs: number },
): ReturnType<typeof clearRequest> {
  const page = pages[serial % pages.length];
  if (page === undefined) throw new Error("no page");
  const person = {
    firstName: "Alice",
    lastName: "Liddell",
    email: `alice-${serial}@example.org`,
    ...countries[serial % countries.length],
    ...(page.requiredFields.includes("country") ? { country: "FR" } : {}),
  };
  const comment = serial % 25 === 3 ? comments[Math.floor(serial / 25) % comments.length] : undefined;
  const source = ["", "", "facebook", "newsletter"][serial % 4] ?? "";
  const customFields: Record<string, string> = comment === undefined ? {} : { comment };
  const request = clearRequest(page, { person, atMs, customFields });
  if (source !== "") request.tracking = create(TrackingSchema, { source });
  return request;
}

async function decide(
  client: Calling,
  { mails, hookUrl, page }: { mails: MailClient; hookUrl: string; page: ActionPage | undefined },
): Promise<void> {
  await client(SettingsService).makeToken({ label: "CRM server" });
  await client(NoticeService).addNoticeAddress({ email: "staff@river.example" });
  await client(WebhookService).createWebhook({ url: hookUrl });
  const pageId = page?.id ?? "";
  await mails.setPageMails({
    pageId,
    mails: { confirmNewsletter: true, thankYou: true, reminders: 1, reminderAfterHours: 24 },
  });
}

/** The pages' own way to call a gateway, from here. */
function callingOf({ gateway }: World, { token }: Staff): Calling {
  const send: SendToGateway = async ({ path, headers, body }) => {
    const response = await fetch(`${gateway.address}${path}`, { method: "POST", headers, body });
    const answer = new Uint8Array(await response.arrayBuffer());
    return { status: response.status, header: (name) => response.headers.get(name), body: answer };
  };
  return (service) => createServiceClient({ send, token }, service);
}
