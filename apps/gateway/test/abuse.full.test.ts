// Ten thousand submissions of programs that neither work nor read the form, through every door: none is let in.
import { describe, expect, it } from "vitest";
import { clearRequest, makeOrganisation, makePage, newActionId, pullAll } from "./support/coalition.ts";
import { startTestGateway } from "./support/gateway.ts";
import { solve, submit } from "./support/submitting.ts";

const submissions = 10_000;
const atOnce = 20;

describe("a page that asks for proof of work", () => {
  it(`lets in none of ${submissions} submissions without work`, async () => {
    let nowMs = Date.now();
    const gateway = await startTestGateway({ now: () => nowMs, proofOfWork: "on", trustedProxies: 1 });
    try {
      const lead = await makeOrganisation(gateway);
      const { page } = await makePage({ lead });
      const stolen = solve((await submit(gateway, clearRequest(page))).challenge);
      const zeros = { ...stolen, solution: new Uint8Array(64) };
      const post = async (from: string, fields: Record<string, string>): Promise<string> => {
        const response = await fetch(`${gateway.address}/p/${page.name}`, {
          method: "POST",
          headers: { "x-forwarded-for": from },
          body: new URLSearchParams({ firstName: "Bot", email: "bot@example.org", action: newActionId(), ...fields }),
        });
        await response.text();
        return response.status === 200 ? "accepted" : "refused";
      };
      const drawn = await (await fetch(`${gateway.address}/p/${page.name}`)).text();
      const time = /name="time" value="([^"]*)"/.exec(drawn)?.[1] ?? "";
      nowMs += 3000;
      const ways: readonly ((from: string) => Promise<string>)[] = [
        async (from) => (await submit(gateway, clearRequest(page), { from })).code,
        async (from) => (await submit(gateway, clearRequest(page), { from, work: stolen })).code,
        async (from) => (await submit(gateway, clearRequest(page), { from, work: zeros })).code,
        async (from) => await post(from, {}),
        // The time of a form that was drawn for another action, and the trap filled in.
        async (from) => await post(from, { time }),
        async (from) => await post(from, { time, topic: "x" }),
      ];
      const startedAtMs = performance.now();
      let accepted = 0;
      for (let sent = 0; sent < submissions; sent += atOnce) {
        const answers = await Promise.all(
          Array.from({ length: atOnce }, async (_unused, at) => {
            const number = sent + at;
            const way = ways[number % ways.length];
            return await way?.(`10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`);
          }),
        );
        accepted += answers.filter((answer) => answer === "accepted").length;
      }
      const seconds = (performance.now() - startedAtMs) / 1000;
      process.stdout.write(`${accepted} of ${submissions} accepted, in ${seconds.toFixed(1)} s\n`);
      expect(accepted).toBe(0);
      expect(await pullAll(lead)).toEqual([]);
    } finally {
      await gateway.close();
    }
  }, 300_000);
});
