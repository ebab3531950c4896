/** The French sentences that people agree to; see wordings.ts: a text that stands here never changes. */
import type { Wordings } from "./wordings.ts";

/** The sentences by id. */
export const frenchWordings: Wordings = {
  "delivery/1": (name) => `Ce que vous écrivez est transmis à ${name}.`,
  "newsletter/1": (name) => `${name} peut-elle vous écrire par courriel au sujet de cette campagne et d’autres ?`,
  "newsletter-and-receive/1": (name) =>
    `${name} peut-elle vous écrire par courriel au sujet de cette campagne et d’autres ? ${name} ne reçoit ce que vous écrivez que si vous répondez oui.`,
};
