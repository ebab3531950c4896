import { describe, expect, it } from "vitest";
import { contactSizes, createContactPlaintext, type JsonObject, sealContact } from "../src/seal.ts";
import { createContext, createScene, outcomeOf, pickBelow } from "./fixtures.ts";

const scene = createScene();
const { primitives, random } = scene;
const context = createContext(scene, scene.organisation);
const salt = new Uint8Array(32);
const letters = "abcdefghijklmnopqrstuvwxyzäöüßéèçñøåłśżабвгд日本語한국".normalize("NFC").split("");

// Pieces of one long text: picking each letter would take longer than sealing.
const pool = Array.from({ length: 4000 }, () => letters[pickBelow(random, letters.length)]);

function word(least: number, most: number): string {
  const start = pickBelow(random, pool.length - most);
  return pool.slice(start, start + least + pickBelow(random, most - least + 1)).join("");
}

/** A person with names of 1 to 64 characters, each optional field empty or full. */
function syntheticPerson(): JsonObject {
  const optional: JsonObject = {
    lastName: word(1, 64),
    phone: "+41 44 000 00 00",
    country: "CH",
    postcode: word(3, 10),
    area: word(1, 40),
    address: { locality: word(1, 64), region: word(1, 64), street: word(1, 64), streetNumber: word(1, 8) },
  };
  const given = Object.entries(optional).filter(() => pickBelow(random, 2) === 0);
  return { firstName: word(1, 64), email: `${word(1, 40)}@example.org`, ...Object.fromEntries(given) };
}

describe("the length of a contact", () => {
  it("takes at most 4 values over 10,000 people", () => {
    const sizes = new Map<number, number>();
    const recipient = { public: scene.organisation.publicKey };
    for (let i = 0; i < 10_000; i++) {
      const plaintext = createContactPlaintext(primitives, { person: syntheticPerson(), context, salt });
      const { length } = sealContact(scene, { plaintext, recipient }).payload;
      sizes.set(length, (sizes.get(length) ?? 0) + 1);
      plaintext.destroy();
    }
    expect(sizes.size).toBeLessThanOrEqual(4);
    for (const size of sizes.keys()) expect(contactSizes).toContain(size - 16);
  });

  it("does not depend on how a name was typed: text that is not in NFC is refused", () => {
    const make = (firstName: string) => () =>
      createContactPlaintext(primitives, { person: { firstName }, context, salt });
    expect(outcomeOf(make("Zu\u0308rich"))).toBe("sealed-box/invalid-json");
    expect(outcomeOf(make("Zu\u0308rich".normalize("NFC")))).toBe("opened");
  });
});
