import { describe, expect, it } from "vitest";
import { createMailPlaintext, mailPlaintextBytes } from "../src/mail-plaintext.ts";
import { parseMailPlaintext } from "../src/mail/parse-mail.ts";
import { codeOf } from "./fixtures.ts";
import { actionId, alice } from "./mail-fixtures.ts";

function textOf(content: object = {}): string {
  return createMailPlaintext({ actionId, ...alice, ...content }).exposeText();
}

function padded(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text.padEnd(mailPlaintextBytes - (Buffer.byteLength(text) - text.length), " ")));
}

describe("createMailPlaintext", () => {
  it("makes canonical JSON and spaces up to 512 bytes", () => {
    const text = textOf();
    expect(text.trimEnd()).toBe(`{"action":"${actionId}","email":"alice@example.org","firstName":"Alice","v":1}`);
    expect(text.length).toBe(mailPlaintextBytes);
  });

  it("gives 512 bytes for every address and name that a form takes", () => {
    for (const email of ["a@b.eu", `${"a".repeat(64)}@${"b".repeat(186)}.eu`]) {
      for (const firstName of [
        "",
        "A",
        "Ж".repeat(64),
        "漢".repeat(64),
        "𝒜".repeat(64),
        '"'.repeat(64),
        "\\".repeat(64),
      ]) {
        const plaintext = createMailPlaintext({ actionId, email, firstName });
        expect(plaintext.lengthBytes).toBe(mailPlaintextBytes);
        const opened = parseMailPlaintext(plaintext.exposePlainBytes());
        expect(opened.email.exposeText()).toBe(email);
        expect(firstName.startsWith(opened.firstName.exposeText())).toBe(true);
        if (email.length < 10) expect(opened.firstName.exposeText()).toBe(firstName);
      }
    }
  });

  it("cuts a name that is too long between characters, never an address", () => {
    const email = `${"a".repeat(64)}@${"b".repeat(186)}.eu`;
    const family = "👩\u200d👩\u200d👧";
    const opened = parseMailPlaintext(
      createMailPlaintext({ actionId, email, firstName: family.repeat(20) }).exposePlainBytes(),
    );
    const name = opened.firstName.exposeText();
    expect(name.length).toBeGreaterThan(0);
    expect(name).toBe(family.repeat(name.length / family.length));
    expect(codeOf(() => textOf({ email: email }))).toBe("nothing");
    expect(codeOf(() => textOf({ email: `${email}u` }))).toBe("vault/mail-too-large");
    expect(codeOf(() => textOf({ email: "é".repeat(127) }))).toBe("nothing");
    expect(codeOf(() => textOf({ email: "é".repeat(128) }))).toBe("vault/mail-too-large");
  });

  it("brings text to NFC", () => {
    expect(textOf({ firstName: "Zoe\u0308" })).toContain('"Zoë"');
  });

  it("refuses what could change a mail's headers or direction, and other action ids", () => {
    for (const bad of ["a\nb", "a\rBcc: x", "\0", "\u0085", "\u2028", "\u202eevil", "\ud800"]) {
      expect(codeOf(() => textOf({ firstName: bad }))).toBe("vault/malformed-mail");
      expect(codeOf(() => textOf({ email: `a${bad}@example.org` }))).toBe("vault/malformed-mail");
    }
    expect(codeOf(() => textOf({ email: "" }))).toBe("vault/malformed-mail");
    for (const id of [
      "",
      "cact1",
      actionId.toUpperCase(),
      actionId.replace("cact", "corg"),
      `${actionId} `,
      `${actionId}"`,
    ]) {
      expect(codeOf(() => textOf({ actionId: id }))).toBe("vault/malformed-mail");
    }
  });
});

describe("parseMailPlaintext", () => {
  it("refuses everything but the one form", () => {
    const good = textOf().trimEnd();
    expect(codeOf(() => parseMailPlaintext(padded(good)))).toBe("nothing");
    const bad = [
      "",
      "null",
      "[]",
      "7",
      '"text"',
      good.replace('"v":1', '"v":2'),
      good.replace(',"v":1', ""),
      good.replace('"v":1', '"v":1,"x":1'),
      good.replace('"v":1', '"v":1.0'),
      good.replace(",", ", "),
      ` ${good}`,
      `${good}\n`,
      good.replace('"email"', '"email":"mallory@example.org","email"'),
      good.replace('"Alice"', '"Zoe\u0308"'),
      good.replace('"Alice"', '"\\u0041lice"'),
      good.replace('"Alice"', "null"),
      good.replace('"firstName":"Alice"', '"__proto__":{"firstName":"Alice"}'),
      `{"email":"alice@example.org","action":"${actionId}","firstName":"Alice","v":1}`,
    ];
    for (const text of bad) expect(codeOf(() => parseMailPlaintext(padded(text)))).toBe("vault/malformed-mail");
    expect(codeOf(() => parseMailPlaintext(padded(good).slice(1)))).toBe("vault/malformed-mail");
    expect(codeOf(() => parseMailPlaintext(new Uint8Array([...padded(good), 0x20])))).toBe("vault/malformed-mail");
    expect(codeOf(() => parseMailPlaintext(new Uint8Array(512).fill(0xff)))).toBe("vault/malformed-mail");
  });
});
