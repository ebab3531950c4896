// The mail servers of the world, in a thread of their own: takes mails, refuses a share of them for now, and knows no address at
// `unknownMailboxes`. Tells who got which links; keeps nothing.
import { parentPort, workerData } from "node:worker_threads";
import { type Refusal, startMailServer } from "../../apps/gateway/test/support/mail-server.ts";
import { createChance } from "./chance.ts";
import type { MailReport, MailWorkerSettings } from "./mailboxes.ts";
import { unknownMailboxes } from "./people.ts";

// cast: mailboxes.ts starts this file, with exactly this.
const settings = workerData as MailWorkerSettings;
const chance = createChance(settings.seed);
const server = await startMailServer();
const counts = { refused: 0, unknown: 0 };
const state = { refusing: true };
// Once for each attempt: a refusal at the data belongs to a recipient that was taken.
const forData = new Set<string>();

server.refuse = (address) => {
  if (address.endsWith(`@${unknownMailboxes}`)) return unknown();
  if (forData.delete(address)) return later("DATA");
  if (!state.refusing || !chance.hits(settings.refusals)) return undefined;
  if (chance.hits(0.5)) return later("RCPT");
  forData.add(address);
  return undefined;
};

server.taken = async () => {
  const mail = server.mails.pop();
  if (mail !== undefined)
    report({ kind: "mail", to: mail.envelopeTo, messageId: mail.messageId ?? "", tokens: [...mail.tokens] });
};

parentPort?.on("message", (order: "stop refusing" | "close") => {
  if (order === "stop refusing") state.refusing = false;
  else void server.close().then(() => parentPort?.close());
});

report({ kind: "listening", url: server.url });

function unknown(): Refusal {
  counts.unknown++;
  report({ kind: "refused", ...counts });
  return { at: "RCPT", code: 550, text: "5.1.1 no such user" };
}

function later(at: Refusal["at"]): Refusal {
  counts.refused++;
  report({ kind: "refused", ...counts });
  return { at, code: 451, text: "4.3.0 try later" };
}

function report(message: MailReport): void {
  parentPort?.postMessage(message, []);
}
