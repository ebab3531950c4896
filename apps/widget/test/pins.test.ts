// The named check B3 at the level of functions: 100 ways to put another key in place, and one honest page.
import type { ActionPageView, ReceiverView } from "@coterie/actions";
import { textsOf } from "@coterie/actions/form";
import { describe, expect, it } from "vitest";
import { checkPins, parsePins, pinsOfPage } from "../src/pins.ts";
import { createSealing } from "../src/sealing.ts";
import { alpha, beta, makeOrganisation, noTracking, pageView, sealDeps } from "./fixture.ts";

const deps = await sealDeps();
const pins = parsePins(`${alpha.keyId}, ${beta.keyId}`);

describe("parsePins", () => {
  it("reads key ids separated by commas or white space", () => {
    for (const text of [
      `${alpha.keyId},${beta.keyId}`,
      ` ${alpha.keyId}\n${beta.keyId} `,
      `${alpha.keyId} , ${beta.keyId}`,
    ])
      expect(parsePins(text)).toEqual(new Set([alpha.keyId, beta.keyId]));
  });

  it.each([
    ["nothing", ""],
    ["only separators", " , "],
    ["a mistyped id", alpha.keyId.replace(/.$/, (last) => (last === "q" ? "p" : "q"))],
    ["an id among rubbish", `${alpha.keyId},rubbish`],
    ["another kind of id", alpha.id],
    ["too many ids", Array.from({ length: 21 }, () => alpha.keyId).join()],
  ])("gives no pins at all for %s", (_name, text) => {
    expect(parsePins(text)).toBeUndefined();
  });
});

function withKey(receiver: ReceiverView, publicKey: ReceiverView["publicKey"]): ReceiverView {
  return { ...receiver, publicKey };
}

/** Dishonest descriptions of the page; each round has fresh keys and flipped bits in other places. */
function dishonest(round: number): readonly ActionPageView[] {
  const mallory = makeOrganisation(40 + round).receiver;
  const honest = pageView().receivers;
  const flipped = Uint8Array.from(beta.keys.publicKey, (byte, at) =>
    at === round % 32 ? byte ^ (1 << (round % 8)) : byte,
  );
  return [
    pageView({ receivers: [mallory, alpha.receiver] }),
    pageView({ receivers: [beta.receiver, mallory] }),
    pageView({ receivers: [withKey(beta.receiver, mallory.publicKey), alpha.receiver] }),
    pageView({
      receivers: [
        withKey(beta.receiver, { id: beta.keyId, public: mallory.publicKey?.public ?? flipped }),
        alpha.receiver,
      ],
    }),
    pageView({
      receivers: [
        withKey(beta.receiver, { id: mallory.publicKey?.id ?? "", public: beta.keys.publicKey }),
        alpha.receiver,
      ],
    }),
    pageView({ receivers: [withKey(beta.receiver, { id: beta.keyId, public: flipped }), alpha.receiver] }),
    pageView({ receivers: [withKey(beta.receiver, alpha.receiver.publicKey), alpha.receiver] }),
    pageView({ receivers: [...honest, mallory] }),
    pageView({ receivers: [...honest, withKey(mallory, beta.receiver.publicKey)] }),
    pageView({ sealing: "gateway", receivers: round % 2 === 0 ? honest : [mallory] }),
  ];
}

describe("checkPins", () => {
  const variants = Array.from({ length: 10 }, (_, round) => dishonest(round)).flat();

  it("refuses 100 dishonest descriptions, and the sealer seals to no key of theirs", async () => {
    expect(variants).toHaveLength(100);
    for (const page of variants) {
      expect(await checkPins(deps, { page, pins })).toMatch(/^(wrong-key|added-receiver|clear-text)$/);
      expect(await checkPins(deps, { page, pins: undefined })).toBe("no-pins");
    }
  });

  it("accepts the honest page, a page with fewer receivers, and keys in any order", async () => {
    expect(await checkPins(deps, { page: pageView(), pins })).toBeUndefined();
    expect(await checkPins(deps, { page: pageView({ receivers: [beta.receiver] }), pins })).toBeUndefined();
    expect(
      await checkPins(deps, { page: pageView({ receivers: [alpha.receiver, beta.receiver] }), pins }),
    ).toBeUndefined();
  });

  it("says that a reader was added where there are more readers than pins", async () => {
    expect(await checkPins(deps, { page: pageView(), pins: new Set([alpha.keyId]) })).toBe("added-receiver");
  });

  it("derives the pins of a page from its keys, not from the ids it claims", async () => {
    const page = pageView({ receivers: [withKey(beta.receiver, { id: "claimed", public: beta.keys.publicKey })] });
    expect(pinsOfPage(deps, page)).toEqual(new Set([beta.keyId]));
    expect(await checkPins(deps, { page, pins: pinsOfPage(deps, page) })).toBe("wrong-key");
  });

  it("is repeated on the very bytes that are sealed to", async () => {
    const sealing = createSealing(await sealDeps());
    const page = pageView({
      receivers: [withKey(beta.receiver, makeOrganisation(9).receiver.publicKey), alpha.receiver],
    });
    const answers = { optIns: new Map(), locale: "en", givenAtMs: 1 };
    const input = {
      page,
      pins,
      answers,
      wordings: textsOf("en").wordings,
      tracking: noTracking,
      person: { firstName: "Alice" },
      actionId: sealing.newActionId(),
    };
    await expect(sealing.encodeSubmission(input)).rejects.toMatchObject({ code: "widget/unpinned-key" });
  });
});
