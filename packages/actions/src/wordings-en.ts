/** The English sentences that people agree to; see wordings.ts: a text that stands here never changes. */
import type { Wordings } from "./wordings.ts";

/** The sentences by id. */
export const englishWordings: Wordings = {
  "delivery/1": (name) => `What you fill in is sent to ${name}.`,
  "newsletter/1": (name) => `May ${name} write to you by email about this campaign and others?`,
  "newsletter-and-receive/1": (name) =>
    `May ${name} write to you by email about this campaign and others? Only if you say yes will ${name} receive what you fill in.`,
};
