// The address for mails: sealed for the gateway's mail key alone, and only where a mail follows and the site announces it.
import { fromJson } from "@bufbuild/protobuf";
import { encodeTextForm } from "@coterie/bytes";
import { generateAgreementKeyPair } from "@coterie/primitives";
import { nodePrimitives, systemRandom } from "@coterie/primitives/node";
import { type MailBoxJson, MailBoxSchema } from "@coterie/protocol";
import { deriveMailKeyId, openMailBox, parseMailKeyId } from "@coterie/vault";
import { describe, expect, it } from "vitest";
import { makeMailBox, type MailBoxInput } from "../src/mail-box.ts";
import { checkPins, parsePins, pinsOfPage } from "../src/pins.ts";
import { alpha, beta, pageView, sealDeps } from "./fixture.ts";

const mailKey = generateAgreementKeyPair(nodePrimitives, systemRandom);
const keyId = deriveMailKeyId(nodePrimitives, mailKey.publicKey);
const mail = { always: true, required: true, key: { id: keyId, public: mailKey.publicKey } };
const actionId = encodeTextForm("cact", new Uint8Array(16).fill(7));
const keys = `${alpha.keyId} ${beta.keyId}`;

function pinsFrom(attribute: string): MailBoxInput["pins"] {
  const pins = parsePins(attribute);
  if (pins === undefined) throw new Error("no pins");
  return pins;
}

function input(given: Partial<MailBoxInput> = {}): MailBoxInput {
  const person = { firstName: "Łucja", email: "lucja@example.org" };
  return { page: pageView({ mail }), actionId, person, optIns: new Map(), pins: pinsFrom(`${keys} mails`), ...given };
}

function open(json: MailBoxJson, { secretKey } = mailKey): string {
  const { keyId: id, ...rest } = fromJson(MailBoxSchema, json);
  const box = { ...rest, keyId: parseMailKeyId(id) };
  const opened = openMailBox({ primitives: nodePrimitives }, { box, secretKey, actionId });
  return `${opened.firstName.exposeText()} ${opened.email.exposeText()}`;
}

describe("a mail box", () => {
  it("opens with the gateway's mail key and no other", async () => {
    const box = await makeMailBox(await sealDeps(), input());
    if (box === undefined) throw new Error("no mail box");
    expect(open(box)).toBe("Łucja lucja@example.org");
    expect(() => open(box, alpha.keys)).toThrow();
    expect(JSON.stringify(box)).not.toContain("lucja");
  });

  it("is made only where a mail follows and the site says that the gateway writes mails", async () => {
    const deps = await sealDeps();
    const asked = { mail: { ...mail, always: false, required: false } };
    const receivers = [beta.receiver, { ...alpha.receiver, confirmsOptIn: true }];
    const yes = new Map([[alpha.id, "yes"] as const]);
    const no = new Map([[alpha.id, "no"] as const]);
    const cases: [Partial<MailBoxInput>, boolean][] = [
      [{ pins: pinsFrom(keys) }, false],
      [{ page: pageView() }, false],
      [{ page: pageView({ mail: { ...mail, key: undefined } }) }, false],
      [{ page: pageView({ ...asked, receivers }), optIns: no }, false],
      [{ page: pageView({ ...asked, receivers }), optIns: yes }, true],
      [{ person: { firstName: "Łucja" } }, false],
    ];
    for (const [given, isMade] of cases) {
      expect((await makeMailBox(deps, input(given))) !== undefined).toBe(isMade);
    }
  });
});

describe("pins of a page with mails", () => {
  it("refuse a gateway that asks for an address which the site did not announce", async () => {
    const page = pageView({ mail });
    expect(await checkPins(await sealDeps(), { page, pins: parsePins(keys) })).toBe("added-receiver");
    expect(await checkPins(await sealDeps(), { page, pins: parsePins(`${keys} mails`) })).toBeUndefined();
    expect(await checkPins(await sealDeps(), { page: pageView(), pins: parsePins(`${keys} mails`) })).toBeUndefined();
    expect(await checkPins(await sealDeps(), { page: pageView(), pins: parsePins(`${alpha.keyId} mails`) })).toBe(
      "added-receiver",
    );
    expect(parsePins("mails")).toBeUndefined();
    expect(pinsOfPage({ primitives: nodePrimitives }, page).has("mails")).toBe(true);
    expect(pinsOfPage({ primitives: nodePrimitives }, pageView()).has("mails")).toBe(false);
  });
});
