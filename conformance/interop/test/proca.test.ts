import { describe, expect, it } from "vitest";
import { nodePrimitives as primitives, systemRandom as random } from "@coterie/primitives/node";
import { decryptPersonalInfo, loadKeyStoreFromString } from "@proca/crypto";
import { createSealedContacts, personOf, type SealedContactsText } from "../src/sealed-contacts.ts";

/** What Proca's queue would carry for one of our contacts. */
function personalInfoOf({ contact }: SealedContactsText["rows"][number]) {
  return {
    payload: contact.payload,
    nonce: contact.nonce,
    encryptKey: { id: 1, public: contact.publicKey.public },
    signKey: { id: 2, public: contact.signKey.public },
  };
}

describe("Proca's decryptor", () => {
  const text = createSealedContacts({ primitives, random }, 100);
  const keys = (publicKey: string, secretKey: string) =>
    loadKeyStoreFromString(JSON.stringify({ [publicKey]: { private: secretKey } }));
  const mine = keys(text.publicKey, text.secretKey);

  it("opens our contacts to the same people, with our context beside their fields", () => {
    for (const [number, row] of text.rows.entries()) {
      const { _coterie: context, ...person } = decryptPersonalInfo(personalInfoOf(row), mine);
      expect(person).toEqual(personOf(number));
      expect(context).toMatchObject({ v: 1, action: row.header.action, consent: row.header.consentHash });
    }
  });

  it("opens none that was changed, and none with another key", () => {
    const other = createSealedContacts({ primitives, random }, 1);
    const swapped = keys(text.publicKey, other.secretKey);
    for (const row of text.rows) {
      const info = personalInfoOf(row);
      const first = info.payload.startsWith("A") ? "B" : "A";
      const changed = { ...info, payload: first + info.payload.slice(1) };
      expect(opened(() => decryptPersonalInfo(changed, mine))).toBe(false);
      expect(opened(() => decryptPersonalInfo(info, swapped))).toBe(false);
    }
  });
});

// Its failures are strings and errors of several kinds: here only whether a person came out.
function opened(run: () => unknown): boolean {
  try {
    const value = run();
    return typeof value === "object" && value !== null && "firstName" in value;
  } catch {
    return false;
  }
}
