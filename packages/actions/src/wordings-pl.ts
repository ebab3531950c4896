/** The Polish sentences that people agree to; see wordings.ts: a text that stands here never changes. */
import type { Wordings } from "./wordings.ts";

/** The sentences by id. */
export const polishWordings: Wordings = {
  "delivery/1": (name) => `Twoje dane trafią do organizacji ${name}.`,
  "newsletter/1": (name) => `Czy organizacja ${name} może pisać do Ciebie e-maile o tej i innych kampaniach?`,
  "newsletter-and-receive/1": (name) =>
    `Czy organizacja ${name} może pisać do Ciebie e-maile o tej i innych kampaniach? Organizacja ${name} otrzyma Twoje dane tylko wtedy, gdy odpowiesz „tak”.`,
};
