// What mails say, in every language, and what nobody can make them say.
import { readFailure } from "../src/mails/transport.ts";
import { createMailTransport } from "../src/mails/transport.ts";
import { createMailRenderer, greetableName, type MailFactsInput } from "../src/mails/render-mail.ts";
import { isPermanentFailure } from "../src/mails/bounces.ts";
import { hashToken } from "../src/mails/tokens.ts";
import { nodePrimitives } from "@coterie/primitives/node";
import { describe, expect, it } from "vitest";

const render = createMailRenderer();
const locales = ["en", "fr", "pl", "ar"] as const;
const kinds = ["confirm-supporter", "confirm-newsletter", "reminder", "thank-you"] as const;

function facts(given: Partial<MailFactsInput> = {}): MailFactsInput {
  return {
    kind: "confirm-supporter",
    locale: "en",
    firstName: "Alice",
    campaign: "Keep the river clean",
    organisation: "Friends of the River",
    readers: ["Friends of the River"],
    newsletters: [],
    link: "https://gateway.example/c/confirming",
    rejectLink: "https://gateway.example/c/rejecting",
    expiresAtMs: Date.UTC(2030, 0, 15),
    own: undefined,
    ...given,
  };
}

describe("a mail", () => {
  it("has its parts in every language, each only once in text and HTML", () => {
    const subjects = new Set<string>();
    for (const locale of locales) {
      for (const kind of kinds) {
        const { subject, text, html } = render(facts({ locale, kind }));
        subjects.add(subject);
        for (const part of [text, html]) {
          expect(part).toContain("Alice");
          expect(part).toContain("https://gateway.example/c/confirming");
          expect(part).toContain("https://gateway.example/c/rejecting");
          expect(part).toContain("https://gateway.example/rights");
          expect(part).not.toMatch(/undefined|\[object|<%/);
        }
        expect(html).toContain(`<html lang="${locale}" dir="${locale === "ar" ? "rtl" : "ltr"}">`);
        expect(text).not.toMatch(/\n{3}/);
      }
    }
    expect(subjects.size).toBe(locales.length * kinds.length);
  });

  it("loads nothing from anywhere and runs nothing", () => {
    for (const kind of kinds) {
      const { html } = render(facts({ kind }));
      expect(html).not.toMatch(/<(script|img|link|iframe|object|form)\b|url\(|@import|javascript:/i);
      expect(new Set([...html.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, address]) => address))).toEqual(
        new Set([
          "https://gateway.example/c/confirming",
          "https://gateway.example/c/rejecting",
          "https://gateway.example/rights",
        ]),
      );
    }
  });

  it("shows hostile names and titles as text", () => {
    const hostile = `"><script>alert(1)</script><%= 1+1 %>\${1+1}&amp;`;
    const { html, text } = render(
      facts({ campaign: hostile, organisation: hostile, readers: [hostile], newsletters: [hostile] }),
    );
    expect(html).not.toContain("<script>");
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;&lt;%= 1+1 %&gt;${1+1}&amp;amp;");
    expect(text).toContain(hostile);
  });

  it("greets by names, and by nothing that could advertise", () => {
    for (const name of ["Alice", "Jean-Luc", "Łucja", "مريم", "Máire O’Neill", "Nguyễn Thị", "李"])
      expect(greetableName(name)).toBe(name);
    for (const name of [
      "",
      "Win 1000 € now",
      "www.example.org",
      "buy.example",
      "a@example.org",
      "Call 555",
      "x".repeat(41),
      "<b>Al</b>",
      "one two three four five",
    ]) {
      expect(greetableName(name)).toBe("");
      expect(render(facts({ firstName: name })).text).toContain("Hello,\n");
    }
  });

  it("has an organisation's own words in place of ours, and keeps what protects people", () => {
    const own = { subject: "Fast geschafft", intro: "Erster Absatz\nweiter.\n\n\n  \nZweiter." };
    const { subject, text, html } = render(facts({ own, newsletters: ["Friends of the River"] }));
    expect(subject).toBe("Fast geschafft");
    expect(text).toContain("Erster Absatz weiter.\n\nZweiter.");
    expect(text).not.toContain("Somebody signed");
    for (const part of [text, html]) {
      expect(part).toContain("Delete this signature");
      expect(part).toContain("you also confirm that");
      expect(part).toContain("2030");
    }
    expect(render(facts({ own: { subject: "", intro: "" } })).subject).toBe("Please confirm: Keep the river clean");
  });
});

describe("what an SMTP server says", () => {
  const reply = (command: string, responseCode: number, response: string): object => ({
    command,
    responseCode,
    response,
  });

  it("counts against an address only where it is about the address", () => {
    const cases: [object, string][] = [
      [reply("RCPT TO", 550, "550 5.1.1 unknown"), "bounced"],
      [reply("RCPT TO", 550, "550-5.1.1 unknown"), "bounced"],
      [reply("RCPT TO", 552, "552 5.2.2 full"), "bounced"],
      [reply("RCPT TO", 551, "551 moved"), "bounced"],
      [reply("RCPT TO", 550, "550 5.7.1 no"), "later"],
      [reply("RCPT TO", 554, "554 no"), "later"],
      [reply("RCPT TO", 550, "550 relay denied"), "later"],
      [reply("RCPT TO", 450, "450 4.1.1 unknown"), "later"],
      [reply("MAIL FROM", 550, "550 5.1.1 sender unknown"), "later"],
      [reply("AUTH PLAIN", 535, "535 5.7.8 wrong"), "later"],
      [reply("DATA", 554, "554 5.6.0 no"), "refused"],
      [{ code: "ECONNECTION" }, "later"],
      [{ code: "ETIMEDOUT" }, "later"],
      [new Error("anything"), "later"],
      [{}, "later"],
    ];
    for (const [error, kind] of cases) expect([error, readFailure(error).kind]).toEqual([error, kind]);
    expect(readFailure({ code: "ECONNECTION" })).toEqual({ kind: "later", answered: false, code: "ECONNECTION" });
    // A reply may repeat an address: only its number is kept.
    expect(JSON.stringify(readFailure(reply("RCPT TO", 554, "554 <alice@example.org> no")))).not.toContain("alice");
  });

  it("is not asked where the address of the server makes no sense", () => {
    for (const smtpUrl of ["", "mail.example.org", "http://mail.example.org", "smtp://"]) {
      expect(() => createMailTransport({ smtpUrl, from: "a@example.org" })).toThrow(/COTERIE_SMTP_URL/);
    }
  });

  it("is not believed in a bounce unless it is permanent and about the address", () => {
    const report = (action: string, status: string): string => `Action: ${action}\r\nStatus: ${status}\r\n`;
    expect(isPermanentFailure(report("failed", "5.1.1"))).toBe(true);
    expect(isPermanentFailure(report("FAILED", "5.2.1 (disabled)"))).toBe(true);
    for (const message of [
      report("delayed", "5.1.1"),
      report("failed", "4.2.2"),
      report("failed", "5.7.1"),
      report("delivered", "2.0.0"),
      "Subject: failed 5.1.1",
      "",
    ]) {
      expect(isPermanentFailure(message)).toBe(false);
    }
  });
});

describe("the text of a token", () => {
  it("has one form: every other spelling is no token", () => {
    const text = Buffer.alloc(32, 7).toString("base64url");
    expect(hashToken(nodePrimitives, text)).toEqual(nodePrimitives.sha256(new Uint8Array(32).fill(7)));
    const last = text.at(-1) ?? "";
    for (const other of [
      text.slice(1),
      `${text}A`,
      `${text.slice(0, -1)}${last === "d" ? "e" : "d"}`,
      text.replace(/^./, "+"),
      `${text}=`,
      "",
    ]) {
      expect(hashToken(nodePrimitives, other)).toBeUndefined();
    }
  });
});
