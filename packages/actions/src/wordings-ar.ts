/** The Arabic sentences that people agree to; see wordings.ts: a text that stands here never changes. */
import type { Wordings } from "./wordings.ts";

/** The sentences by id. */
export const arabicWordings: Wordings = {
  "delivery/1": (name) => `تُرسَل بياناتك إلى ${name}.`,
  "newsletter/1": (name) => `هل تسمح لـ ${name} بمراسلتك عبر البريد الإلكتروني بشأن هذه الحملة وغيرها؟`,
  "newsletter-and-receive/1": (name) =>
    `هل تسمح لـ ${name} بمراسلتك عبر البريد الإلكتروني بشأن هذه الحملة وغيرها؟ لن تتلقى ${name} بياناتك إلا إذا أجبت بنعم.`,
};
