/** `coterie organisation settings`: what an organisation says about itself. */
import { asOrganisation } from "../campaigns/as-organisation.ts";
import { commonOptions, gatewayOptions } from "../terminal/arguments.ts";
import type { Command } from "../terminal/command.ts";
import { exitCodes } from "../terminal/exit-codes.ts";

/** Shows or changes title and language. */
export const organisationSettingsCommand: Command = {
  name: "organisation settings",
  summary: "show or change the organisation's title and language",
  help: [
    "Shows what the gateway knows of the organisation; with options, changes it first. The title is what people read on forms and in mails; the language is that of what the gateway writes to the organisation's own staff.",
  ],
  options: {
    title: { type: "string", value: "TEXT", help: "what people read" },
    locale: { type: "string", value: "LOCALE", help: "the staff's language, like en or fr" },
    ...gatewayOptions,
    ...commonOptions,
  },
  async run(deps, args) {
    const [title, locale] = [args.find("title"), args.find("locale")];
    await asOrganisation(deps, args, async ({ settings }) => {
      const change = { ...(title === undefined ? {} : { title }), ...(locale === undefined ? {} : { locale }) };
      const now =
        Object.keys(change).length === 0 ? await settings.getSettings({}) : await settings.updateOrganisation(change);
      const { id = "", name = "", title: saved = "" } = now.organisation ?? {};
      deps.terminal.result(`${name}  ${saved}  ${now.locale}  ${id}`);
      deps.terminal.json({ organisation: name, id, title: saved, locale: now.locale });
    });
    return exitCodes.ok;
  },
};
