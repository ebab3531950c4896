/**
 * Which email addresses are taken (docs/protocol/abuse.md §5), by their domain alone: whether it is a name that can exist and is no
 * imitation, stands in the operator's list, or takes no mail.
 */
import { domainToUnicode } from "node:url";
import { canonicalEmail } from "../counting/canonical-email.ts";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";
import type { EmailDomainOptions } from "../options.ts";
import { createMailExchanges } from "./mail-exchanges.ts";
import { loadRefusedDomains } from "./refused-domains.ts";

/** Looks at addresses. */
export interface EmailDomains {
  /** @throws RefusedError "invalid-person" with the field "email" */
  readonly check: (email: string) => Promise<void>;
}

/** The check as the operator wants it. Throws StartError where a list cannot be read. */
export async function createEmailDomains(
  deps: Pick<GatewayDeps, "now" | "log">,
  { refusedFile, asksDns = false, nameServers }: EmailDomainOptions,
): Promise<EmailDomains> {
  const refused = refusedFile === undefined ? undefined : await loadRefusedDomains(deps, refusedFile);
  const exchanges = asksDns ? createMailExchanges(deps, { nameServers }) : undefined;
  return {
    check: async (email) => {
      const domain = domainOf(email);
      if (domain === undefined || domainToUnicode(domain).split(".").some(isImitation)) throw refusal();
      if ((await refused?.has(domain)) === true) throw refusal();
      if ((await exchanges?.takesMail(domain)) === false) throw refusal();
    },
  };
}

/** The ASCII form of the domain in lower case: one spelling, whatever widths and letters were typed. Undefined where no domain has it. */
function domainOf(email: string): string | undefined {
  const canonical = canonicalEmail(email) ?? "";
  const domain = canonical.slice(canonical.lastIndexOf("@") + 1);
  const labels = domain.split(".");
  const isName = labels.length > 1 && domain.length <= 253 && labels.every((label) => labelForm.test(label));
  return isName ? domain : undefined;
}

const labelForm = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/** No language writes one word in two of these scripts, whose letters look alike: "gmаil" with a Cyrillic "а". */
function isImitation(label: string): boolean {
  const scripts = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u, /\p{Script=Armenian}/u];
  return scripts.filter((script) => script.test(label)).length > 1;
}

function refusal(): RefusedError {
  return new RefusedError("invalid-person", ["email"]);
}
