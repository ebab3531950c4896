// People and their mails: some confirm, some say it was not them, most of the rest never look; programs look at links before them.
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { createChance } from "./chance.ts";
import { call, type Reply, untilAnswered } from "./http.ts";
import type { Model } from "./model.ts";
import type { Supporter } from "./plan.ts";
import { createTurns, type Turns } from "./turns.ts";
import type { World } from "./world.ts";

export interface MailWorkerSettings {
  readonly seed: number;
  /** The share of mails that is refused for now. */
  readonly refusals: number;
}

export type MailReport =
  | { readonly kind: "listening"; readonly url: string }
  | { readonly kind: "mail"; readonly to: string; readonly messageId: string; readonly tokens: readonly string[] }
  | { readonly kind: "refused"; readonly refused: number; readonly unknown: number };

/** Links that forgers may lay their hands on: of people who never answer, and of those who did. */
export interface Links {
  readonly unanswered: string[];
  readonly used: string[];
}

export interface Mailboxes {
  readonly url: string;
  readonly figures: {
    mails: number;
    repeated: number;
    refused: number;
    unknown: number;
    confirmed: number;
    rejected: number;
  };
  readonly links: Links;
  /** From now on people read their mails, of this gateway. */
  readonly read: (world: Pick<World, "address">) => void;
  readonly stopRefusing: () => void;
  /** Returns once every answer that a mail asked for was given; from then on answers come at once. */
  readonly settle: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface MailboxesInput {
  readonly seed: number;
  readonly supporters: readonly Supporter[];
  readonly model: Model;
}

const refusals = 0.2;
const atOnce = 32;

export async function openMailboxes({ seed, supporters, model }: MailboxesInput): Promise<Mailboxes> {
  const settings: MailWorkerSettings = { seed, refusals };
  const worker = new Worker(new URL("mail-worker.ts", import.meta.url), { workerData: settings });
  const [listening]: { url: string }[] = await once(worker, "message");
  const figures = { mails: 0, repeated: 0, refused: 0, unknown: 0, confirmed: 0, rejected: 0 };
  const links: Links = { unanswered: [], used: [] };
  const byEmail = new Map(supporters.map((supporter) => [supporter.email, supporter]));
  const messageIds = new Set<string>();
  const chance = createChance(seed).fork("scanners");
  const hurry = new AbortController();
  const answering = new Set<Promise<void>>();
  // Who was told to hurry still comes one after the other.
  const turns = createTurns(atOnce);
  let gateway: Pick<World, "address"> | undefined;
  // Where it listens when somebody asks: who waited meanwhile asks the one that runs then.
  const world = { address: (): string => gateway?.address() ?? "" };
  const receive = ({ to, messageId, tokens }: Extract<MailReport, { kind: "mail" }>): void => {
    figures.mails++;
    if (messageIds.has(messageId)) figures.repeated++;
    messageIds.add(messageId);
    const supporter = byEmail.get(to);
    const [confirm, reject] = tokens;
    if (supporter === undefined || confirm === undefined || reject === undefined) return;
    const reader = {
      world,
      model,
      figures,
      links,
      hurry: hurry.signal,
      turns,
      scanned: supporter.scanned && chance.hits(0.5),
    };
    const answer = read(reader, { supporter, confirm, reject }).finally(() => answering.delete(answer));
    answering.add(answer);
  };
  worker.on("message", (report: MailReport) => {
    if (report.kind === "mail") receive(report);
    if (report.kind === "refused") Object.assign(figures, { refused: report.refused, unknown: report.unknown });
  });
  return {
    url: listening?.url ?? "",
    figures,
    links,
    read: (from) => (gateway = from),
    stopRefusing: () => worker.postMessage("stop refusing", []),
    settle: async () => {
      hurry.abort();
      while (answering.size > 0) await Promise.all(answering);
    },
    close: async () => {
      const closed = once(worker, "exit");
      worker.postMessage("close", []);
      await closed;
    },
  };
}

interface Reader extends Pick<Mailboxes, "figures" | "links"> {
  readonly world: Pick<World, "address">;
  readonly model: Model;
  readonly hurry: AbortSignal;
  readonly scanned: boolean;
  readonly turns: Turns;
}

interface ConfirmMail {
  readonly supporter: Supporter;
  readonly confirm: string;
  readonly reject: string;
}

async function read(reader: Reader, { supporter, confirm, reject }: ConfirmMail): Promise<void> {
  const { world, links, hurry } = reader;
  const from = supporter.address;
  if (reader.scanned) {
    for (const token of [confirm, reject]) {
      await call({ url: linkOf(world, token), method: "HEAD", from });
      await call({ url: linkOf(world, token), method: "GET", from });
    }
  }
  if (supporter.answer !== "confirms" && supporter.answer !== "rejects") {
    if (links.unanswered.length < 1000) links.unanswered.push(confirm);
    return;
  }
  await delay(supporter.answersAfterMs, undefined, { signal: hurry }).catch(() => undefined);
  const token = supporter.answer === "confirms" ? confirm : reject;
  await reader.turns.take(async () => {
    await untilAnswered(async () => await call({ url: linkOf(world, token), method: "GET", from }));
    await post(reader, { token, supporter });
  });
  if (links.used.length < 1000) links.used.push(token);
}

interface Posting {
  readonly token: string;
  readonly supporter: Supporter;
}

async function post({ world, model, figures }: Reader, { token, supporter }: Posting): Promise<void> {
  const from = supporter.address;
  const confirms = supporter.answer === "confirms";
  if (confirms) model.confirming.add(supporter.number);
  const type = "application/x-www-form-urlencoded";
  const reply = await untilAnswered(async () => await call({ url: linkOf(world, token), method: "POST", from, type }));
  // Of two mails about one signature only the first answer counts, and an answer whose reply was lost says "answered already".
  if (!confirms) figures.rejected++;
  else {
    figures.confirmed++;
    if (reply.text.includes(countsNow)) model.confirm(supporter, performance.now());
  }
}

/** What the page says to the one answer that makes a signature count. */
const countsNow = "Your signature counts.";

export function isCounted(reply: Reply | undefined): boolean {
  return reply?.text.includes(countsNow) === true;
}

export function linkOf(world: Pick<World, "address">, token: string): string {
  return `${world.address()}/c/${token}`;
}
