// Boxes of each of our backends, opened by libsodium and by our opener on another backend; and libsodium's, opened by us.
import { beforeAll, describe, expect, it } from "vitest";
import sodium from "sodium-native";
import { decodeBase64Url, encodeBase64Url } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { loadBrowserPrimitives } from "@coterie/primitives/browser";
import { nodePrimitives, systemRandom as random } from "@coterie/primitives/node";
import { portablePrimitives } from "@coterie/primitives/portable";
import {
  createSealedContacts,
  openSealedContacts,
  personOf,
  type SealedContactsText,
  withForeignBoxes,
} from "../src/sealed-contacts.ts";

/** The whole number of check B7 with COTERIE_FULL=1. */
const count = process.env["COTERIE_FULL"] === "1" ? 1000 : 150;
const people = Array.from({ length: count }, (_, number) => personOf(number));
let browser: Primitives = portablePrimitives;

beforeAll(async () => {
  browser = await loadBrowserPrimitives();
});

describe.each(["node", "browser", "portable"] as const)(`${count} boxes of the %s backend`, (name) => {
  const primitives = () => ({ node: nodePrimitives, browser, portable: portablePrimitives })[name];

  it("are opened by libsodium and by our opener on another backend, but not when changed", () => {
    const text = createSealedContacts({ primitives: primitives(), random }, count);
    const secretKey = decodeBase64Url(text.secretKey);
    expect(text.rows.map((row) => openBySodium(row, secretKey))).toEqual(text.rows.map((row) => row.plain));
    expect(text.rows.map((row) => openBySodium(row, secretKey.with(1, (secretKey[1] ?? 0) ^ 1)))).toEqual(
      text.rows.map(() => undefined),
    );
    const other = name === "node" ? browser : nodePrimitives;
    expect(openSealedContacts({ primitives: other }, text)).toEqual(people);
  });

  it("can be libsodium's as well: our opener takes them, but not when changed", () => {
    const text = createSealedContacts({ primitives: nodePrimitives, random }, count);
    const gatewaySecret = nodePrimitives.sha256(new Uint8Array(1));
    const boxes = text.rows.map((row) => sealBySodium(row, decodeBase64Url(text.publicKey)));
    const foreign = withForeignBoxes({ primitives: nodePrimitives }, { text, boxes, gatewaySecret });
    expect(openSealedContacts({ primitives: primitives() }, foreign)).toEqual(people);
    const [box] = boxes;
    const moved = boxes.slice(0, 1).map((first) => ({ ...first, payload: boxes[1]?.payload ?? "" }));
    const one = { ...text, rows: text.rows.slice(0, 1) };
    expect(box?.payload).not.toBe(moved[0]?.payload);
    const forged = withForeignBoxes({ primitives: nodePrimitives }, { text: one, boxes: moved, gatewaySecret });
    expect(() => openSealedContacts({ primitives: primitives() }, forged)).toThrow(
      expect.objectContaining({ code: "sealed-box/not-authentic" }),
    );
  });
});

type Row = SealedContactsText["rows"][number];

function openBySodium({ contact }: Row, secretKey: Uint8Array): string | undefined {
  const payload = decodeBase64Url(contact.payload);
  const plain = new Uint8Array(payload.length - 16);
  const [nonce, sender] = [decodeBase64Url(contact.nonce), decodeBase64Url(contact.signKey.public)];
  return sodium.crypto_box_open_easy(plain, payload, nonce, sender, secretKey) ? encodeBase64Url(plain) : undefined;
}

function sealBySodium(row: Row, publicKey: Uint8Array) {
  const [senderKey, secretKey] = [new Uint8Array(32), new Uint8Array(32)];
  sodium.crypto_box_keypair(senderKey, secretKey);
  const plain = decodeBase64Url(row.plain);
  const nonce = decodeBase64Url(row.contact.nonce);
  const payload = new Uint8Array(plain.length + 16);
  sodium.crypto_box_easy(payload, plain, nonce, publicKey, secretKey);
  return {
    payload: encodeBase64Url(payload),
    nonce: encodeBase64Url(nonce),
    senderKey: encodeBase64Url(senderKey),
  };
}
