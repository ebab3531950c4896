// The named checks B3 (a dishonest operator puts another key in place, or adds a reader) and K5 (forged messages), in Chromium.
import { encodeBase64Url } from "@coterie/bytes";
import { generateAgreementKeyPair } from "@coterie/primitives";
import { nodePrimitives, systemRandom } from "@coterie/primitives/node";
import { Sealing } from "@coterie/protocol";
import { deriveKeyId } from "@coterie/sealed-box/seal";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestPage } from "../../gateway/test/support/coalition.ts";
import { chromiumPath } from "./support/chromium.ts";
import type { Answer } from "./support/middle.ts";
import { createWorld, openPage, type World } from "./support/world.ts";

interface Key {
  readonly id: string;
  readonly public: string;
}

function freshKey(): Key {
  const { publicKey } = generateAgreementKeyPair(nodePrimitives, systemRandom);
  return { id: deriveKeyId(nodePrimitives, publicKey), public: encodeBase64Url(publicKey) };
}

// cast: the shape of the gateway's own answers, which these tests change
const pageOf = (answer: Answer): Answer => answer["page"] as Answer;
// cast: as above
const receiversOf = (answer: Answer): Answer[] => pageOf(answer)["receivers"] as Answer[];
// cast: as above
const keyOf = (receiver: Answer): Answer => receiver["publicKey"] as Answer;

/** The whole number of the named check with COTERIE_FULL=1; the unit tests always make all of them. */
const attempts = process.env["COTERIE_FULL"] === "1" ? 100 : 20;

/** Ways to lie about page or keys; `n` makes each use different. */
const lies: Readonly<Record<string, (answer: Answer, n: number) => void>> = {
  "swaps one key with its id": (answer, n) => {
    const receivers = receiversOf(answer);
    const receiver = receivers[n % receivers.length];
    if (receiver !== undefined) receiver["publicKey"] = freshKey();
  },
  "swaps every key": (answer) => {
    for (const receiver of receiversOf(answer)) receiver["publicKey"] = freshKey();
  },
  "keeps the pinned id over another key": (answer, n) => {
    const receivers = receiversOf(answer);
    const receiver = receivers[n % receivers.length];
    if (receiver !== undefined) keyOf(receiver)["public"] = freshKey().public;
  },
  "keeps the key and claims another id": (answer, n) => {
    const receivers = receiversOf(answer);
    const receiver = receivers[n % receivers.length];
    if (receiver !== undefined) keyOf(receiver)["id"] = freshKey().id;
  },
  "adds a reader": (answer) => {
    const [first] = receiversOf(answer);
    receiversOf(answer).push({ ...first, organisationName: "Mallory", publicKey: freshKey(), asksOptIn: false });
  },
  "puts a reader in the place of one": (answer, n) => {
    const receivers = receiversOf(answer);
    receivers[n % 2] = { ...receivers[n % 2], organisationName: "Mallory", publicKey: freshKey() };
  },
  "gives both readers the same key": (answer) => {
    const [first, second] = receiversOf(answer);
    if (first !== undefined && second !== undefined) second["publicKey"] = keyOf(first);
  },
  "asks for clear text": (answer) => {
    pageOf(answer)["sealing"] = "SEALING_GATEWAY";
  },
  "asks for clear text with honest keys replaced": (answer) => {
    pageOf(answer)["sealing"] = "SEALING_GATEWAY";
    for (const receiver of receiversOf(answer)) receiver["publicKey"] = freshKey();
  },
  "offers a key of low order": (answer, n) => {
    const receivers = receiversOf(answer);
    const receiver = receivers[n % receivers.length];
    if (receiver !== undefined)
      receiver["publicKey"] = { id: keyOf(receiver)["id"], public: encodeBase64Url(new Uint8Array(32)) };
  },
};

// skip: needs a Chromium that the machine has installed
describe.skipIf(chromiumPath === undefined)("a dishonest operator", () => {
  let world: World;
  let made: TestPage;
  let page: Page;
  beforeAll(async () => {
    world = await createWorld();
    made = await world.page({ sealing: Sealing.BROWSER });
    ({ page } = await openPage(world));
  });
  afterAll(async () => await world.close());

  /** Tries hard to sign whatever is shown, and returns what the frame says. */
  async function tryToSign(): Promise<string> {
    await page.goto(world.site.origin);
    const frame = page.frameLocator("iframe");
    await frame.locator("form, .notice").first().waitFor();
    await frame.locator("body").evaluate((body) => {
      for (const input of body.querySelectorAll("input"))
        if (input.type !== "radio") input.value = "canary@example.org";
      body.querySelector("form")?.requestSubmit();
    });
    return (await frame.locator("main").textContent()) ?? "";
  }

  it("gets nothing sealed to a key that is not pinned, in many ways", async () => {
    world.site.body = made.snippet;
    const names = Object.keys(lies);
    const seen = new Map<string, number>();
    for (let n = 0; n < attempts; n++) {
      const name = names[n % names.length] ?? "";
      world.middle.tamper = (answer) => {
        lies[name]?.(answer, n);
        return answer;
      };
      const text = await tryToSign();
      expect(`${name}: ${text}`).toMatch(/This form is locked.*Nothing was sent/s);
      seen.set(name, (seen.get(name) ?? 0) + 1);
    }
    expect(seen.size).toBe(names.length);
    expect(world.middle.submissions).toEqual([]);
  });

  it.each([
    ["no key", 'keys=""'],
    ["a mistyped key", 'keys="ckey1mistyped"'],
    ["only one of two keys", "one"],
    ["keys of strangers", "strangers"],
  ])("nor where the site pins %s", async (_name, attribute) => {
    world.middle.tamper = undefined;
    const keys = { one: `keys="${world.alpha.keyId}"`, strangers: `keys="${freshKey().id},${freshKey().id}"` };
    const written = attribute === "one" || attribute === "strangers" ? keys[attribute] : attribute;
    world.site.body = made.snippet.replace(/keys="[^"]*"/, written);
    expect(await tryToSign()).toContain("This form is locked");
    expect(world.middle.submissions).toEqual([]);
  });

  it("nor where the site's snippet lost its keys", async () => {
    world.site.body = made.snippet.replace(/ keys="[^"]*"/, "");
    await page.goto(world.site.origin);
    await page.locator("coterie-action").getByText("This form is locked").waitFor();
    expect(await page.locator("coterie-action form").count()).toBe(0);
  });

  it("nor in a frame that is opened alone", async () => {
    await page.goto(`${world.middle.origin}/frame/${made.page.name}`);
    await page.getByText("does not say which keys").waitFor();
    expect(await page.locator("form").count()).toBe(0);
  });

  it("while the honest page is signed by the same person in the same way", async () => {
    world.site.body = made.snippet;
    await page.goto(world.site.origin);
    const frame = page.frameLocator("iframe");
    await frame.getByLabel("First name").fill("Alice");
    await frame.getByLabel("Email").fill("alice@example.org");
    await frame.getByRole("button", { name: "Sign" }).click();
    await frame.getByRole("heading", { name: /Thank you/ }).waitFor();
    expect(world.middle.submissions).toHaveLength(1);
  });

  it("cannot be played by 100 forged messages, on either side", async () => {
    world.site.body = `${made.snippet}<iframe name="stranger" src="${world.middle.origin}/p/none"></iframe>`;
    await page.goto(world.site.origin);
    const frame = page.frameLocator("coterie-action iframe");
    await frame.locator("form").waitFor();
    await page.evaluate(() => {
      addEventListener("signed", () => {
        document.title = "deceived";
      });
    });
    const height = await page.locator("coterie-action iframe").getAttribute("height");
    const before = await frame.locator("main").innerHTML();
    const strangerKeys = `${freshKey().id},${freshKey().id}`;
    await page.evaluate(async (keys) => {
      const element = document.querySelector("coterie-action")?.shadowRoot?.querySelector("iframe");
      for (let n = 0; n < 50; n++) {
        // To the element, from the wrong window: the site itself and a foreign frame of the right origin.
        window.postMessage({ type: "coterie/signed/1", counter: n }, "*");
        window.postMessage({ type: "coterie/height/1", pixels: 1 + n }, "*");
        // To the frame: another embedding after the first, from the embedder itself, with other keys.
        element?.contentWindow?.postMessage(
          { type: "coterie/embed/1", keys, language: "fr", scheme: "any", address: location.href },
          "*",
        );
        element?.contentWindow?.postMessage(["coterie/embed/1", n], "*");
      }
      await new Promise((resolve) => setTimeout(resolve, 300));
    }, strangerKeys);
    expect(await page.title()).toBe("A site");
    expect(await page.locator("coterie-action iframe").getAttribute("height")).toBe(height);
    expect(await frame.locator("main").innerHTML()).toBe(before);
  });
});
