import { describe, expect, it } from "vitest";
import { decideReceivers, type OptIn } from "../src/index.ts";

// The oracle, written as a table from the words of docs/protocol/actions.md §7 and not from the code: for each pair
// (page delivers, campaign forces delivery), who receives by the answers (page's, lead's) yes = y, no or not asked = n.
const receiversByCase: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "delivers, not forced": { yy: "page lead", yn: "page", ny: "page lead", nn: "page" },
  "delivers, forced": { yy: "page lead", yn: "page lead", ny: "page lead", nn: "page lead" },
  "does not deliver, not forced": { yy: "page lead", yn: "page lead", ny: "lead", nn: "lead" },
  "does not deliver, forced": { yy: "page lead", yn: "page lead", ny: "lead", nn: "lead" },
};

const answers: readonly OptIn[] = ["yes", "no", "not-asked"];

describe("decideReceivers", () => {
  let cases = 0;
  for (const pageDelivers of [true, false])
    for (const campaignForcesDelivery of [true, false])
      for (const optIn of answers)
        for (const leadOptIn of answers) {
          const name = `${pageDelivers ? "delivers" : "does not deliver"}, ${campaignForcesDelivery ? "forced" : "not forced"}`;
          const key = `${optIn === "yes" ? "y" : "n"}${leadOptIn === "yes" ? "y" : "n"}`;
          const flags = { pageDelivers, campaignForcesDelivery, optIn, leadOptIn };

          it(`split: ${name}, page's ${optIn}, lead's ${leadOptIn}`, () => {
            const rule = { campaignOrganisation: "lead", pageOrganisation: "page", ...flags };
            expect(decideReceivers(rule).join(" ")).toBe(receiversByCase[name]?.[key]);
          });
          it(`not split: ${name}, ${optIn}, ${leadOptIn}`, () => {
            const rule = { campaignOrganisation: "lead", pageOrganisation: "lead", ...flags };
            expect(decideReceivers(rule)).toEqual(["lead"]);
          });
          cases += 2;
        }

  it("was asked every one of the 72 cases", () => {
    expect(cases).toBe(72);
  });
});
