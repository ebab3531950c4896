// The named check B3 from end to end: a gateway lies in more than 100 ways about keys and key logs. The widget's own program fetches,
// checks, seals and sends, without a browser around it; key-log-pins.test.ts does some of it in Chromium.
import { loadTexts } from "@coterie/actions/form";
import { systemRandom } from "@coterie/primitives/node";
import { loadWidgetPrimitives } from "@coterie/primitives/widget";
import { Sealing } from "@coterie/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openContact, pullAll } from "../../gateway/test/support/coalition.ts";
import { createGatewayApi, type GatewayApi } from "../src/gateway-api.ts";
import { isActiveInPinnedLog } from "../src/pinned-log.ts";
import { createSealing, type Sealing as WidgetSealing } from "../src/sealing.ts";
import { type Lie, makeLies } from "./support/lies.ts";
import { createLoggedWorld, type LoggedWorld } from "./support/logged-world.ts";

let world: LoggedWorld;
let api: GatewayApi;
let sealing: WidgetSealing;
let pageName: string;
let keys: string;
let lies: readonly Lie[];

beforeAll(async () => {
  world = await createLoggedWorld();
  const { page, snippet } = await world.page({ sealing: Sealing.BROWSER, forcesDelivery: true });
  pageName = page.name;
  keys = / keys="([^"]*)"/.exec(snippet)?.[1] ?? "";
  api = createGatewayApi(
    {
      fetch: async (address, request) => await fetch(address, request),
      wait: async () => await Promise.resolve(),
      solve: async () => await Promise.resolve(undefined),
    },
    { origin: world.middle.origin },
  );
  const primitives = await loadWidgetPrimitives();
  const deps = { primitives, now: () => Date.now() };
  sealing = createSealing({
    primitives,
    random: systemRandom,
    isActiveInPinnedLog: async (receiver) => await isActiveInPinnedLog(deps, receiver),
  });
  lies = await makeLies({ receivers: world.receivers, nowMs: Date.now() });
});
afterAll(async () => await world.close());

/** What the widget does from the site's pins to the submission; `insists` is a form that does not look at the refusal. */
async function sign({ insists }: { readonly insists: boolean }): Promise<string> {
  const { page } = await api.getPage(pageName);
  const pins = sealing.parsePins(keys);
  const refusal = await sealing.checkPins({ page, pins });
  if (refusal !== undefined && !insists) return refusal;
  const { wordings } = await loadTexts("en");
  const body = await sealing.encodeSubmission({
    page: { ...page, sealing: "browser" },
    pins,
    wordings,
    person: { firstName: "Alice", email: "alice@example.org" },
    answers: {
      optIns: new Map(page.receivers.map(({ organisationId }) => [organisationId, "yes"])),
      locale: "en",
      givenAtMs: Date.now(),
    },
    tracking: { source: "", medium: "", campaign: "", content: "", location: "" },
    actionId: sealing.newActionId(),
  });
  await api.submit(body);
  return "signed";
}

async function outcomeOf(attempt: Promise<string>): Promise<string> {
  return await attempt.catch((error: unknown) =>
    error instanceof Error && "code" in error ? String(error.code) : String(error),
  );
}

describe("a lying gateway", () => {
  it("is tried in at least 100 ways, against pins of logs alone", () => {
    expect(lies.length).toBeGreaterThanOrEqual(100);
    expect(new Set(lies.map(({ what }) => what)).size).toBe(lies.length);
    expect(keys.split(" ").map((pin) => pin.slice(0, 5))).toEqual(["clog1", "clog1"]);
  });

  it("is refused in every one, visibly, with nothing sent", async () => {
    const outcomes = new Map<string, number>();
    for (const { what, tell } of lies) {
      world.middle.tamper = (answer) => {
        tell(answer);
        return answer;
      };
      const outcome = await outcomeOf(sign({ insists: false }));
      // An answer that is too large or malformed is no page: the form does not even appear, and says so.
      expect(`${what}: ${outcome}`).toMatch(/: (wrong-key|added-receiver|clear-text|widget\/request-failed)$/);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    expect(world.middle.submissions).toEqual([]);
    expect(outcomes.get("wrong-key")).toBeGreaterThanOrEqual(90);
  });

  it("gets nothing to a key of its own even from a form that does not look at the refusal", async () => {
    for (const { tell } of lies) {
      world.middle.tamper = (answer) => {
        tell(answer);
        return answer;
      };
      await outcomeOf(sign({ insists: true }));
    }
    const allowed = new Set<string>(world.receivers.map(({ log }) => world.activeKeyId(log)));
    const sealedTo = world.middle.submissions.flatMap((body) =>
      (JSON.parse(body).sealed?.contacts ?? []).map(({ keyId }: { keyId: string }) => keyId),
    );
    expect(sealedTo.filter((keyId) => !allowed.has(keyId))).toEqual([]);
    expect(world.middle.submissions.filter((body) => body.includes("alice@example.org"))).toEqual([]);
  });
});

describe("an honest gateway", () => {
  it("is sealed to, under the same pins after a rotation", async () => {
    world.middle.tamper = undefined;
    const before = (await pullAll(world.alpha)).length;
    expect(await sign({ insists: false })).toBe("signed");
    await world.rotateAlpha();
    expect(await sign({ insists: false })).toBe("signed");
    const contacts = (await pullAll(world.alpha)).slice(before);
    expect(new Set(contacts.map(({ publicKey }) => publicKey?.id)).size).toBe(2);
    const [old, fresh] = contacts;
    if (old === undefined || fresh === undefined) throw new Error("no contacts");
    expect(await openContact(world.alpha, { contact: fresh, keys: world.alphaKeys() })).toHaveProperty(
      "firstName",
      "Alice",
    );
    await expect(openContact(world.alpha, { contact: old, keys: world.alphaKeys() })).rejects.toThrow();
  });

  it("is refused where the site pins other logs", async () => {
    const [first] = keys.split(" ");
    const { page } = await api.getPage(pageName);
    const stranger = keys.replace(/clog1\S+$/, world.strangerLogId);
    for (const [pins, refusal] of [
      [stranger, "wrong-key"],
      [first ?? "", "added-receiver"],
      [`${first} mails`, "added-receiver"],
    ] as const) {
      expect(await sealing.checkPins({ page, pins: sealing.parsePins(pins) })).toBe(refusal);
    }
  });
});
