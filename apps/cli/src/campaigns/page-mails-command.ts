/** `coterie pages mails`: which mails a page sends, and their words. */
import { MailKind, type PageMails } from "@coterie/protocol";
import { type Arguments, commonOptions, gatewayOptions } from "../terminal/arguments.ts";
import type { CliDeps, Command } from "../terminal/command.ts";
import { GatewayMisbehavedError, GatewayRefusedError, UsageError } from "../terminal/errors.ts";
import { exitCodes } from "../terminal/exit-codes.ts";
import { asOrganisation, findYesNo } from "./as-organisation.ts";
import { yesNo } from "./campaign-commands.ts";
import { findPage } from "./find-by-name.ts";
import { pageOption, readText } from "./page-commands.ts";

const kinds = ["confirm-supporter", "confirm-newsletter", "thank-you", "reminder"] as const;

const kindMessage: { readonly [Kind in (typeof kinds)[number]]: MailKind } = {
  "confirm-supporter": MailKind.CONFIRM_SUPPORTER,
  "confirm-newsletter": MailKind.CONFIRM_NEWSLETTER,
  "thank-you": MailKind.THANK_YOU,
  reminder: MailKind.REMINDER,
};

/** Shows or changes a page's mails. */
export const pageMailsCommand: Command = {
  name: "pages mails",
  summary: "show or change the mails of a page and their words",
  help: [
    "Shows which mails a page sends; with options, changes them first. What is not named stays as it is. With --mail, --subject and --intro-file, one kind of mail gets words of its own in place of the gateway's; empty ones give the gateway's back.",
  ],
  options: {
    ...pageOption,
    "confirm-supporter": { type: "string", value: "YES", help: "yes or no: a signature counts once it is confirmed" },
    "confirm-newsletter": { type: "string", value: "YES", help: "yes or no: a yes to hearing from us is confirmed" },
    "thank-you": { type: "string", value: "YES", help: "yes or no: a mail of thanks" },
    reminders: { type: "string", value: "N", help: "how often an unconfirmed signature is asked again: 0 to 3" },
    "reminder-hours": { type: "string", value: "N", help: "hours between reminders: 1 to 96" },
    mail: { type: "string", value: "KIND", help: `whose words change: ${kinds.join(", ")}` },
    subject: { type: "string", value: "TEXT", help: "that mail's subject" },
    "intro-file": { type: "string", value: "FILE", help: "file with that mail's first paragraphs" },
    ...gatewayOptions,
    ...commonOptions,
  },
  async run(deps, args) {
    const name = args.get("page");
    const change = await readChange(deps, args);
    await asOrganisation(deps, args, async (gateway) => {
      const { id: pageId } = await findPage(gateway, name);
      const { mails, canSend } = await gateway.mails.getPageMails({ pageId });
      if (mails === undefined) throw new GatewayMisbehavedError("the gateway gave no mails");
      if (!canSend) deps.terminal.warn("This gateway sends no mails: its operator has not named a mail server.");
      const changed = change(mails);
      // Known already: asking again and again for what will not come helps nobody.
      if (!canSend && changed !== undefined && sendsAny(changed))
        throw new GatewayRefusedError("unavailable", "nothing was changed: this gateway sends no mails");
      const saved =
        changed === undefined ? mails : (await gateway.mails.setPageMails({ pageId, mails: changed })).mails;
      if (saved === undefined) throw new GatewayMisbehavedError("the gateway gave no mails");
      showMails(deps, { name, mails: saved });
    });
    return exitCodes.ok;
  },
};

function sendsAny({ confirmSupporter, confirmNewsletter, thankYou }: MailSettings): boolean {
  return confirmSupporter || confirmNewsletter || thankYou;
}

type MailSettings = Omit<PageMails, "$typeName" | "$unknown">;

/** The settings after the change, or undefined where nothing is to be changed. */
type Change = (mails: MailSettings) => MailSettings | undefined;

async function readChange(deps: CliDeps, args: Arguments): Promise<Change> {
  const numbers = {
    reminders: args.findNumber("reminders", { min: 0, max: 3 }),
    reminderAfterHours: args.findNumber("reminder-hours", { min: 1, max: 96 }),
  };
  const switches = {
    confirmSupporter: findYesNo(args, "confirm-supporter"),
    confirmNewsletter: findYesNo(args, "confirm-newsletter"),
    thankYou: findYesNo(args, "thank-you"),
  };
  const words = await readWords(deps, args);
  const named = Object.fromEntries(
    Object.entries({ ...numbers, ...switches }).filter(([, value]) => value !== undefined),
  );
  if (Object.keys(named).length === 0 && words === undefined) return () => undefined;
  return (mails) => ({ ...mails, ...named, texts: words === undefined ? mails.texts : words(mails.texts) });
}

type Words = (texts: PageMails["texts"]) => PageMails["texts"];

async function readWords(deps: CliDeps, args: Arguments): Promise<Words | undefined> {
  const kind = args.findChoice("mail", kinds);
  const [subject, file] = [args.find("subject"), args.find("intro-file")];
  if (kind === undefined) {
    if (subject !== undefined || file !== undefined) throw new UsageError("--mail says whose words these are");
    return undefined;
  }
  const intro = file === undefined ? undefined : await readText(deps, file);
  if (subject === undefined && intro === undefined) throw new UsageError("give --subject, --intro-file or both");
  return (texts) => {
    const before = texts.find((text) => text.kind === kindMessage[kind]);
    const changed = {
      $typeName: "coterie.organisations.v1.MailText" as const,
      kind: kindMessage[kind],
      subject: subject ?? before?.subject ?? "",
      intro: intro ?? before?.intro ?? "",
    };
    return [...texts.filter((text) => text.kind !== kindMessage[kind]), changed];
  };
}

function showMails(
  { terminal }: CliDeps,
  { name, mails }: { readonly name: string; readonly mails: MailSettings },
): void {
  const { confirmSupporter, confirmNewsletter, thankYou, reminders, reminderAfterHours } = mails;
  const texts = mails.texts.map(({ kind, subject, intro }) => ({
    mail: kinds.find((one) => kindMessage[one] === kind) ?? "unknown",
    subject,
    intro,
  }));
  for (const line of [
    `${name}: confirm signatures ${yesNo(confirmSupporter)}`,
    `${name}: confirm newsletters ${yesNo(confirmNewsletter)}`,
    `${name}: thank you ${yesNo(thankYou)}`,
    `${name}: ${reminders} reminders, every ${reminderAfterHours} hours`,
    ...texts.map(({ mail, subject }) => `${name}: own words for ${mail}${subject === "" ? "" : `: ${subject}`}`),
  ])
    terminal.result(line);
  terminal.json({ page: name, confirmSupporter, confirmNewsletter, thankYou, reminders, reminderAfterHours, texts });
}
