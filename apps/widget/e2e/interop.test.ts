// The named check B7, the Chromium half: 1,000 boxes made by the widget's own sealing code in a browser, opened by libsodium
// and by our primitives; and none of them by anybody else's key.
import { decodeBase64Url } from "@coterie/bytes";
import { nodePrimitives } from "@coterie/primitives/node";
import sodium from "sodium-native";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Sealing } from "../src/sealing.ts";
import { alpha, beta, noTracking, pageView } from "../test/fixture.ts";
import { chromiumPath } from "./support/chromium.ts";
import { createWorld, openPage, type World } from "./support/world.ts";

const boxes = 1000;

// skip: needs a Chromium that the machine has installed
describe.skipIf(chromiumPath === undefined)("boxes made in Chromium", () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld();
  });
  afterAll(async () => await world.close());

  /** Runs the built file that seals, in the browser, and returns the request bodies. */
  async function sealInBrowser(people: number): Promise<string[]> {
    const { page, context } = await openPage(world, { bypassCSP: true });
    await page.goto(`${world.middle.origin}/p/none`);
    const given = {
      people,
      page: { ...pageView(), receivers: [alpha, beta].map(({ receiver }) => ({ ...receiver, publicKey: undefined })) },
      keys: [alpha, beta].map(({ keyId, keys }) => ({ id: keyId, public: [...keys.publicKey] })),
      tracking: noTracking,
    };
    // As text: the test runner would rewrite an import in a function.
    const address = JSON.stringify(`${world.middle.origin}/widget/frame.js`);
    await page.evaluate(
      `import(${address}).then((file) => file.loadBrowserSealing()).then((made) => { window.sealing = made; })`,
    );
    const bodies = await page.evaluate(async ({ people: count, page: view, keys, tracking }) => {
      // cast: put there by the line above
      const { sealing } = window as unknown as { sealing: Sealing };
      const receivers = view.receivers.map((receiver, at) => ({
        ...receiver,
        publicKey: { id: keys[at]?.id ?? "", public: Uint8Array.from(keys[at]?.public ?? []) },
      }));
      const made: string[] = [];
      for (let n = 0; n < count; n++) {
        const person = { firstName: `Zofia ${"ż".repeat(n % 60)}`, email: `zofia${n}@example.org` };
        const answers = { optIns: new Map(), locale: "en", givenAtMs: 1 };
        const sentence = (name: string): string => name;
        const wordings = { "delivery/1": sentence, "newsletter/1": sentence, "newsletter-and-receive/1": sentence };
        const pins = new Set(keys.map(({ id }) => id));
        made.push(
          await sealing.encodeSubmission({
            page: { ...view, receivers },
            actionId: sealing.newActionId(),
            person,
            answers,
            wordings,
            tracking,
            pins,
          }),
        );
      }
      return made;
    }, given);
    await context.close();
    return bodies;
  }

  it("open with libsodium and with ours, for their owner alone", async () => {
    const bodies = await sealInBrowser(boxes / 2);
    let opened = 0;
    for (const [n, body] of bodies.entries()) {
      const { contacts } = JSON.parse(body).sealed;
      for (const [owner, other] of [
        [alpha, beta],
        [beta, alpha],
      ] as const) {
        const contact = contacts.find(({ organisationId }: { organisationId: string }) => organisationId === owner.id);
        const [payload, nonce, sender] = [contact.payload, contact.nonce, contact.signKey].map(decodeBase64Url);
        if (payload === undefined || nonce === undefined || sender === undefined) throw new Error("incomplete contact");
        const plain = Buffer.alloc(payload.length - 16);
        const open = (secret: Uint8Array): boolean =>
          sodium.crypto_box_open_easy(
            plain,
            Buffer.from(payload),
            Buffer.from(nonce),
            Buffer.from(sender),
            Buffer.from(secret),
          );
        expect(open(other.keys.secretKey.exposeSecretBytes())).toBe(false);
        expect(open(owner.keys.secretKey.exposeSecretBytes())).toBe(true);
        const ours = nodePrimitives.decryptBox(
          nodePrimitives.deriveBoxKey(owner.keys.secretKey, sender),
          nonce,
          payload,
        );
        expect(Buffer.from(ours).equals(plain)).toBe(true);
        expect(JSON.parse(plain.toString("utf8")).email).toBe(`zofia${n}@example.org`);
        opened++;
      }
    }
    expect(opened).toBe(boxes);
  });
});
