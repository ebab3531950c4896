/** English: the settings of a page. */
import type { PageSettingsTexts } from "../page-settings-texts.ts";

/** The texts. */
export const pageSettingsTexts: PageSettingsTexts = {
  link: "Settings of this page",
  title: (page) => `Settings of “${page}”`,
  introduction: "Address, language, campaign and where signatures are sealed stay as they are: sites depend on them.",
  save: "Save",
  saved: "Saved.",
  undo: "Undo",
  protectionTitle: "Against robots",
  protection:
    "Whether the signer’s device solves a puzzle first. People notice a second at most; robots pay for every signature.",
  protections: {
    gateway: (choice) => `As the gateway’s operator decided (${choice})`,
    auto: "Only while unusually many signatures arrive",
    on: "Always",
    off: "Never",
  },
  withoutScript: "Where it is asked for, the form needs JavaScript.",
};
