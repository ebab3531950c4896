import { describe, expect, it } from "vitest";
import { encodeBase64Url } from "@coterie/bytes";
import { nodePrimitives as primitives, systemRandom as random } from "@coterie/primitives/node";
import { servicesAreRequired } from "../../../tools/src/repository.ts";
import { findPython, runBoxes } from "../src/python.ts";
import { createSealedContacts, openSealedContacts, personOf, withForeignBoxes } from "../src/sealed-contacts.ts";

interface BoxText {
  readonly payload: string;
  readonly nonce: string;
  readonly senderKey: string;
}

const python = findPython();
const count = 100;

describe("PyNaCl", () => {
  // skip: only where a missing Python is a failure
  it.runIf(servicesAreRequired())("is there where services are required", () => {
    expect(python, "python3 with PyNaCl (COTERIE_PYTHON names another one)").toBeDefined();
  });

  // skip: no python3 with PyNaCl on this machine
  it.skipIf(python === undefined)("opens our contacts, and none that was changed", () => {
    const text = createSealedContacts({ primitives, random }, count);
    const boxes = text.rows.map(({ contact: { payload, nonce, signKey } }) => ({
      payload,
      nonce,
      senderKey: signKey.public,
    }));
    const changed = boxes.map((box) => ({ ...box, payload: flipped(box.payload) }));
    const task = { do: "open", secretKey: text.secretKey, boxes: [...boxes, ...changed] };
    const { plains } = runBoxes<{ plains: readonly (string | null)[] }>(python ?? "", task);
    expect(plains).toEqual([...text.rows.map((row) => row.plain), ...changed.map(() => null)]);
  });

  // skip: no python3 with PyNaCl on this machine
  it.skipIf(python === undefined)("seals contacts that we open, and none that was changed", () => {
    const text = createSealedContacts({ primitives, random }, count);
    const plains = text.rows.map((row) => row.plain);
    const task = { do: "seal", publicKey: text.publicKey, plains };
    const { boxes } = runBoxes<{ boxes: readonly BoxText[] }>(python ?? "", task);
    const gatewaySecret = primitives.sha256(new Uint8Array(1));
    const foreign = withForeignBoxes({ primitives }, { text, boxes, gatewaySecret });
    expect(openSealedContacts({ primitives }, foreign)).toEqual(text.rows.map((_, number) => personOf(number)));
    const changed = boxes.map((box) => ({ ...box, payload: flipped(box.payload) }));
    for (const [index, row] of withForeignBoxes({ primitives }, { text, boxes: changed, gatewaySecret }).rows.entries())
      expect(() => openSealedContacts({ primitives }, { ...foreign, rows: [row] }), `row ${index}`).toThrow(
        expect.objectContaining({ code: "sealed-box/not-authentic" }),
      );
  });
});

function flipped(payload: string): string {
  const bytes = Buffer.from(payload, "base64url");
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
  return encodeBase64Url(bytes);
}
