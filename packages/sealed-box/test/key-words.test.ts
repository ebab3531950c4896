import { describe, expect, it } from "vitest";
import { SecretKey } from "@coterie/bytes";
import { keyFromWords, keyToWords } from "../src/key-file.ts";
import { createScene, outcomeOf } from "./fixtures.ts";

const scene = createScene();
const { organisation, partner } = scene;
const words = keyToWords(organisation.secretKey);
const outcome = (text: string, expectedPublicKey?: Uint8Array) =>
  outcomeOf(() => keyFromWords(scene, { words: text, ...(expectedPublicKey && { expectedPublicKey }) }));

describe("the words of a key", () => {
  it("are those of BIP 39", () => {
    const zeros = SecretKey.own("x25519", new Uint8Array(32));
    expect(keyToWords(zeros)).toBe(`${"abandon ".repeat(23)}art`);
  });

  it("bring the key back, however they were typed", () => {
    expect(words.split(" ")).toHaveLength(24);
    const typed = `  ${words.toUpperCase().replaceAll(" ", "\n")} `;
    const restored = keyFromWords(scene, { words: typed, expectedPublicKey: organisation.publicKey });
    expect(restored.publicKey).toEqual(organisation.publicKey);
    expect(restored.secretKey.exposeSecretBytes()).toEqual(organisation.secretKey.exposeSecretBytes());
  });

  it("are refused where they are those of another key than the expected one", () => {
    expect(outcome(words, organisation.publicKey)).toBe("opened");
    expect(outcome(words, partner.publicKey)).toBe("sealed-box/key-words-mismatch");
    expect(outcome(words, new Uint8Array())).toBe("sealed-box/key-words-mismatch");
  });

  it("are refused with a word missing, added, mistyped or exchanged", () => {
    const list = words.split(" ");
    const malformed = "sealed-box/key-words-malformed";
    for (const text of ["", words.slice(0, words.lastIndexOf(" ")), `${words} art`, words.replace(/^\w+/, "zzzz")])
      expect(outcome(text)).toBe(malformed);
    expect(outcome(list.slice(0, 12).join(" "))).toBe(malformed);
    expect(outcome("a ".repeat(2000))).toBe(malformed);
    // One exchange in 256 passes the checksum: the expected public key finds it.
    const exchanged = list
      .with(0, list[1] ?? "")
      .with(1, list[0] ?? "")
      .join(" ");
    expect(outcome(exchanged, organisation.publicKey)).toMatch(/key-words-(malformed|mismatch)$/);
  });

  it("appear in no message", () => {
    try {
      keyFromWords(scene, { words: words.replace(/^\w+/, "zzzz") });
      expect.unreachable();
    } catch (error) {
      for (const word of [...words.split(" ").slice(1), "zzzz"]) expect(String(error).split(/\W/)).not.toContain(word);
    }
  });
});
