// The named check K2 for the form: what organisations and people write is shown as text, in every place, and runs nowhere.
import { Sealing } from "@coterie/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath } from "./support/chromium.ts";
import { createWorld, openPage, type World } from "./support/world.ts";

const payloads: readonly string[] = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  '"><svg onload=alert(1)>',
  "'\"><iframe src=javascript:alert(1)>",
  "</title><script>alert(1)</script>",
  "</main></form><form action=https://evil.example>",
  "javascript:alert(1)",
  "{{constructor.constructor('alert(1)')()}}",
  "<a href=javascript:alert(1)>x</a>",
  "&lt;script&gt;alert(1)&lt;/script&gt;",
  "<style>*{display:none}</style>",
  "<meta http-equiv=refresh content=0;url=https://evil.example>",
  "<base href=https://evil.example>",
  "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
];

// All at once, so that the everyday run stays short; each alone with COTERIE_FULL=1.
const rounds = process.env["COTERIE_FULL"] === "1" ? payloads : [payloads.join(" ")];

// skip: needs a Chromium that the machine has installed
describe.skipIf(chromiumPath === undefined)("hostile text", () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld();
  });
  afterAll(async () => await world.close());

  it.each([Sealing.GATEWAY, Sealing.BROWSER])("is text and nothing else (sealing %i)", async (sealing) => {
    const made = await world.page({ sealing });
    const { page, context, complaints } = await openPage(world);
    page.on("dialog", (dialog) => {
      complaints.push("a dialog");
      void dialog.dismiss();
    });
    for (const payload of rounds) {
      world.middle.tamper = (answer) => {
        // cast: the shape of the gateway's own answer
        const described = answer["page"] as Record<string, unknown>;
        // cast: as above
        const receivers = described["receivers"] as Record<string, unknown>[];
        Object.assign(described, { campaignTitle: payload, description: payload });
        for (const receiver of receivers) receiver["organisationName"] = payload;
        return answer;
      };
      await page.goto(`${world.middle.origin}/p/${made.page.name}`);
      await page.locator("form[novalidate]").waitFor();
      await page.getByLabel("First name").fill(payload);
      await page.getByLabel("Email").fill(payload);
      await page.locator("#f-submit").click();
      await page.locator("#f-summary").waitFor();
      expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe(payload);
      expect(await page.locator("script, img, svg, iframe, style, base, object").count()).toBe(1);
    }
    expect(complaints).toEqual([]);
    await context.close();
  });
});
