/** `coterie notices …`: what an organisation's staff should know of, and which addresses are told. */
import type { NoticeAddress } from "@coterie/protocol";
import { describeEvent, eventForScripts } from "../audit/show-audit.ts";
import { asOrganisation } from "../campaigns/as-organisation.ts";
import type { Gateway } from "../gateway/gateway-client.ts";
import { commonOptions, gatewayOptions } from "../terminal/arguments.ts";
import type { CliDeps, Command } from "../terminal/command.ts";
import { GatewayRefusedError, UsageError } from "../terminal/errors.ts";
import { exitCodes } from "../terminal/exit-codes.ts";

/** Lists notices. */
export const listNoticesCommand: Command = {
  name: "notices list",
  summary: "show changes that somebody should know of",
  help: [
    "Shows changes of the last 90 days that matter for the organisation's safety (keys, tokens, addresses) and that were not dismissed with this token. With --dismiss they are shown with this token no more; others still see them.",
  ],
  options: {
    dismiss: { type: "boolean", help: "show these no more with this token" },
    ...gatewayOptions,
    ...commonOptions,
  },
  async run(deps, args) {
    await asOrganisation(deps, args, async ({ notices, settings }) => {
      const listed = (await notices.listNotices({})).notices;
      const { tokens } = await settings.listTokens({});
      const labels = new Map(tokens.map(({ id, label }) => [id, label]));
      for (const event of listed.toReversed()) {
        deps.terminal.result(describeEvent(event, labels));
        deps.terminal.json(eventForScripts(event));
      }
      if (args.has("dismiss") && listed.length > 0)
        await notices.dismissNotices({ seqs: listed.map(({ seq }) => seq) });
    });
    return exitCodes.ok;
  },
};

/** Lists addresses. */
export const listNoticeAddressesCommand: Command = {
  name: "notices addresses",
  summary: "list the addresses of staff that are told of changes",
  help: [
    "Lists the work addresses that are told of changes to keys, tokens and settings, and whether they were confirmed.",
  ],
  options: { ...gatewayOptions, ...commonOptions },
  async run(deps, args) {
    await asOrganisation(deps, args, async ({ notices }) => {
      const { addresses, canSend } = await notices.listNoticeAddresses({});
      if (!canSend) deps.terminal.warn("This gateway sends no mails: its operator has not named a mail server.");
      for (const address of addresses) showAddress(deps, address);
    });
    return exitCodes.ok;
  },
};

/** Adds an address. */
export const addNoticeAddressCommand: Command = {
  name: "notices add",
  summary: "have an address of staff told of changes",
  help: [
    "Enters a work address. It gets a mail with a link and is told of changes once somebody followed it; the addresses that are told already hear of it at once. With --replaces it takes the place of another one, which is told as well.",
  ],
  options: {
    email: { type: "string", value: "ADDRESS", help: "the work address" },
    locale: { type: "string", value: "LOCALE", help: "the language of its mails (default: the organisation's)" },
    replaces: { type: "string", value: "ADDRESS", help: "the address whose place it takes" },
    ...gatewayOptions,
    ...commonOptions,
  },
  async run(deps, args) {
    const [email, replaces] = [args.get("email"), args.find("replaces")];
    await asOrganisation(deps, args, async ({ notices }) => {
      const { canSend } = await notices.listNoticeAddresses({});
      if (!canSend)
        throw new GatewayRefusedError("unavailable", "this gateway sends no mails: no address can be confirmed");
      const replacesId = replaces === undefined ? "" : (await findAddress({ notices }, replaces)).id;
      const { address } = await notices.addNoticeAddress({ email, locale: args.find("locale") ?? "", replacesId });
      if (address !== undefined) showAddress(deps, address);
    });
    return exitCodes.ok;
  },
};

/** Removes an address. */
export const removeNoticeAddressCommand: Command = {
  name: "notices remove",
  summary: "tell an address of staff of no more changes",
  help: ["Removes an address. It is told so, and so are the others."],
  options: {
    email: { type: "string", value: "ADDRESS", help: "the work address" },
    ...gatewayOptions,
    ...commonOptions,
  },
  async run(deps, args) {
    const email = args.get("email");
    await asOrganisation(deps, args, async ({ notices }) => {
      const { id } = await findAddress({ notices }, email);
      await notices.removeNoticeAddress({ id });
      deps.terminal.result(`${email}  removed`);
      deps.terminal.json({ email, removed: true });
    });
    return exitCodes.ok;
  },
};

async function findAddress({ notices }: Pick<Gateway, "notices">, email: string): Promise<NoticeAddress> {
  const { addresses } = await notices.listNoticeAddresses({});
  const found = addresses.find((address) => address.email.toLowerCase() === email.toLowerCase());
  if (found === undefined) throw new UsageError("the organisation has no such address");
  return found;
}

function showAddress({ terminal }: Pick<CliDeps, "terminal">, { email, locale, confirmed }: NoticeAddress): void {
  terminal.result(`${email}  ${locale}  ${confirmed ? "confirmed" : "awaits its confirmation"}`);
  terminal.json({ email, locale, confirmed });
}
