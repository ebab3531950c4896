import { create } from "@bufbuild/protobuf";
import { isSlug } from "@coterie/actions";
import { encodeTextForm } from "@coterie/bytes";
import { ActionPageSchema, Sealing } from "@coterie/protocol";
import { describe, expect, it } from "vitest";
import { isOrganisationId } from "../src/model/campaigns-model.ts";
import { readOrigins } from "../src/model/pages-model.ts";
import { shortNameOf } from "../src/model/short-name.ts";
import { pageSnippet } from "../src/pages/page-snippet.ts";
import { addressOf, menuEntryOf, menuScreens, parseRoute } from "../src/routes/route.ts";
import {
  checkSigningKey,
  confirmsFingerprint,
  fingerprintOf,
  forgetSigningKey,
  type TextStore,
} from "../src/session/signing-key-pin.ts";
import { tokenFormOf } from "../src/session/token-form.ts";
import { createFormats } from "../src/texts/formats.ts";
import { chooseLocale, loadTexts, localeNames } from "../src/texts/load-texts.ts";
import type { Locale } from "../src/texts/texts.ts";
import { textId } from "./contact-fixtures.ts";

describe("a token", () => {
  const bytes = new Uint8Array(32).fill(5);
  it.each([
    ["", "empty"],
    [`  ${encodeTextForm("ctok", bytes)}\n`, "token"],
    [encodeTextForm("ctok", bytes).replace(/.$/, (last) => (last === "q" ? "p" : "q")), "mistyped"],
    [encodeTextForm("ctok", new Uint8Array(16)), "mistyped"],
    [encodeTextForm("cctl", bytes), "operator-token"],
    [encodeTextForm("csec", bytes), "secret-key"],
    [encodeTextForm("corg", bytes), "other-kind"],
    ["hello", "mistyped"],
  ])("%j is %s", (text, form) => {
    expect(tokenFormOf(text)).toBe(form);
  });
});

describe("the pin of the gateway's key", () => {
  function memoryStore(): TextStore {
    const texts = new Map<string, string>();
    return {
      load: (name) => texts.get(name),
      save: (name, text) => void texts.set(name, text),
      remove: (name) => void texts.delete(name),
    };
  }
  const [first, second] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(0xab)];

  it("is set once, and a change is told until it is forgotten", () => {
    const store = memoryStore();
    expect(checkSigningKey({ store }, first)).toEqual({ kind: "first" });
    expect(checkSigningKey({ store }, first)).toEqual({ kind: "same" });
    const changed = { kind: "changed", pinned: fingerprintOf(first), shown: fingerprintOf(second) };
    expect(checkSigningKey({ store }, second)).toEqual(changed);
    expect(checkSigningKey({ store }, second)).toEqual(changed);
    forgetSigningKey({ store });
    expect(checkSigningKey({ store }, second)).toEqual({ kind: "first" });
  });

  it("counts as changed where it was damaged", () => {
    const store = memoryStore();
    store.save("coterie.gateway-signing-key", "not a key");
    expect(checkSigningKey({ store }, first).kind).toBe("changed");
  });

  it("is confirmed by exactly the last eight characters", () => {
    const fingerprint = fingerprintOf(second);
    expect(fingerprint).toMatch(/^(abab ){15}abab$/);
    expect(confirmsFingerprint(fingerprint, " ABAB abab ")).toBe(true);
    for (const typed of ["", "abab", "ababab ab ab", "ababababc", "00000000"])
      expect(confirmsFingerprint(fingerprint, typed)).toBe(false);
  });
});

describe("short names", () => {
  it.each([
    ["Keep the river clean!", "keep-the-river-clean"],
    ["Żółta łódź – Straße & Œuvre", "zolta-lodz-strasse-oeuvre"],
    ["  --  ", ""],
    ["نهر", ""],
    ["x".repeat(100), "x".repeat(64)],
  ])("%j becomes %j", (title, name) => {
    expect(shortNameOf(title)).toBe(name);
    expect(name === "" || isSlug(name)).toBe(true);
  });
});

describe("the code for a site", () => {
  const key = { id: "ckey1test", public: new Uint8Array(32) };
  const page = create(ActionPageSchema, {
    name: "river",
    sealing: Sealing.BROWSER,
    receivers: [{ publicKey: key }, {}, { publicKey: { ...key, id: "ckey1lead" } }],
  });
  const origin = "https://actions.example.org";

  it("pins the receivers' keys where the browser seals, and only there", () => {
    const snippet = pageSnippet({
      page,
      origin,
      script: { href: "/widget/coterie-action-00.js", integrity: "sha384-abc" },
    });
    expect(snippet).toBe(
      `<script type="module" src="${origin}/widget/coterie-action-00.js" integrity="sha384-abc" crossorigin="anonymous"></script>\n` +
        `<coterie-action gateway="${origin}" page="river" keys="ckey1test ckey1lead"></coterie-action>`,
    );
    const atGateway = pageSnippet({ page: { ...page, sealing: Sealing.GATEWAY }, origin, script: undefined });
    expect(atGateway).not.toContain("keys=");
    expect(atGateway).not.toContain("integrity");
  });

  it("lets no value break out of its attribute", () => {
    const hostile = { ...page, name: `"><script>alert(1)</script>` };
    expect(pageSnippet({ page: hostile, origin, script: undefined })).not.toContain("<script>alert");
  });

  it("takes origins one a line, as browsers spell them", () => {
    expect(readOrigins(" https://a.example/ \n\nhttps://b.example\r\n")).toEqual([
      "https://a.example",
      "https://b.example",
    ]);
    expect(isOrganisationId(` ${textId("corg")} `)).toBe(true);
    expect(isOrganisationId(textId("ccam"))).toBe(false);
  });
});

describe("routes", () => {
  it("lead back to where their address came from", () => {
    for (const screen of [...menuScreens, "new-key", "import-key", "key-log"] as const) {
      expect(parseRoute(addressOf(screen))).toEqual({ screen });
    }
    expect(addressOf("page-mails", "river-en")).toBe("#/pages/river-en/mails");
    expect(parseRoute("#/pages/river-en/mails")).toEqual({ screen: "page-mails", subject: "river-en" });
    expect(parseRoute("#/pages/%E0%A4%A/mails")).toEqual({ screen: "page-mails", subject: "%E0%A4%A" });
    expect(parseRoute("#/pages//mails")).toEqual({ screen: "not-found" });
    expect(parseRoute("")).toEqual({ screen: "overview" });
    expect(parseRoute("#/keys/")).toEqual({ screen: "keys" });
    expect(parseRoute("#/constructor")).toEqual({ screen: "not-found" });
    expect(menuEntryOf({ screen: "new-key" })).toBe("keys");
  });
});

describe("texts", () => {
  const locales = Object.keys(localeNames) as Locale[];

  /** All texts of a catalogue by path; functions are called with marked arguments. */
  function flatten(value: unknown, path = ""): [string, string][] {
    if (typeof value === "string") return [[path, value]];
    if (typeof value === "function") return [[path, String(value("<1>", "<2>"))]];
    if (typeof value !== "object" || value === null) return [];
    return Object.entries(value).flatMap(([name, member]) => flatten(member, `${path}.${name}`));
  }

  it.each(locales)("are complete in %s, and insert everything that they are given", async (locale) => {
    const [english, own] = [flatten(await loadTexts("en")), new Map(flatten(await loadTexts(locale)))];
    expect([...own.keys()].sort()).toEqual(english.map(([path]) => path).sort());
    for (const [path, text] of english) {
      const translated = own.get(path) ?? "";
      expect([path, translated.trim()]).not.toEqual([path, ""]);
      for (const mark of ["<1>", "<2>"]) if (text.includes(mark)) expect(`${path}: ${translated}`).toContain(mark);
    }
    expect((await loadTexts(locale)).direction).toBe(locale === "ar" ? "rtl" : "ltr");
  });

  it("are really translated: few are the same as in English", async () => {
    const english = new Map(flatten(await loadTexts("en")));
    for (const locale of locales.filter((name) => name !== "en")) {
      const same = flatten(await loadTexts(locale)).filter(
        ([path, text]) => text.length > 20 && english.get(path) === text,
      );
      expect([locale, ...same.map(([path]) => path)]).toEqual([locale]);
    }
  });

  it("count in Polish", async () => {
    const { campaigns } = await loadTexts("pl");
    expect([1, 3, 5, 22, 112].map((count) => campaigns.signatures(String(count), count))).toEqual([
      "1 podpis",
      "3 podpisy",
      "5 podpisów",
      "22 podpisy",
      "112 podpisów",
    ]);
  });

  it("are chosen by what the browser prefers", () => {
    expect(chooseLocale(["de-DE", "pl", "en"])).toBe("pl");
    expect(chooseLocale(["ar-EG"])).toBe("ar");
    expect(chooseLocale(["de", "__proto__", "constructor"])).toBe("en");
  });

  it("write spans of time and moments", () => {
    const formats = createFormats("en");
    expect(formats.span(5.4)).toBe("5 sec");
    expect(formats.span(125)).toBe("2 min 5 sec");
    expect(formats.number(1234.5)).toBe("1,235");
    expect(formats.dayAndTime("not a time")).toBe("not a time");
  });
});
