import { describe, expect, it } from "vitest";
import { type ActionPageInput, readForm, renderActionPage, renderFrame, textsOf } from "../src/form.ts";
import { formLocales } from "../src/index.ts";
import { actionId, alphaId, betaId, pageView, receiver } from "./page-fixture.ts";

const assets = {
  style: { href: "/widget/style.css", integrity: "sha384-style" },
  script: {
    href: "/widget/page.js",
    integrity: "sha384-page",
    imports: [{ href: "/widget/c.js", integrity: "sha384-c" }],
  },
};
const input: ActionPageInput = { page: pageView(), counter: 2, locale: "en", idempotencyId: actionId, assets };

describe("renderActionPage", () => {
  it("is a form that posts without script", () => {
    const html = renderActionPage(input);
    expect(html).toContain('<form method="post" action="/p/clean-rivers"');
    expect(html).not.toContain("novalidate");
    expect(html).toContain(`<input type="hidden" name="action" value="${actionId}">`);
    expect(html).toContain("2 people have signed");
    expect(html).toContain("Only Beta can read what you write here.");
    expect(html).toContain("it arrives; this server keeps no readable copy.");
    expect(html).toMatch(/<script type="module" src="\/widget\/page.js" integrity="sha384-page">/);
    expect(html).toContain('<link rel="modulepreload" href="/widget/c.js" integrity="sha384-c">');
  });

  it("has no answer ticked before the person ticks one", () => {
    expect(renderActionPage(input)).not.toContain(" checked");
    const html = renderActionPage({ ...input, values: new Map([[`optin.${alphaId}`, "yes"]]) });
    expect(html).toContain(`name="optin.${alphaId}" value="yes" checked`);
    expect(html).toContain("Only Beta and Alpha can read");
  });

  it("links every problem to its field and keeps what was typed", () => {
    const html = renderActionPage({
      ...input,
      problems: [{ field: "email", problem: "malformed" }],
      values: new Map([["firstName", 'Al"ice']]),
    });
    expect(html).toContain('<a href="#f-email">Email: this is not an email address. Example: name@example.org</a>');
    expect(html).toContain('aria-invalid="true" aria-describedby="f-email-problem"');
    expect(html).toContain("Please look at one thing again");
    expect(html).toContain('value="Al&#34;ice"');
  });

  it("holds no form that could be posted in clear where the browser is to seal", () => {
    const html = renderActionPage({ ...input, page: pageView({ sealing: "browser" }) });
    expect(html).not.toContain("<form");
    expect(html).not.toContain("<input");
    expect(html).toContain('<noscript><p class="notice">This form locks your data in your browser');
    expect(renderFrame({ page: pageView({ sealing: "browser" }), locale: "fr", assets })).toContain("JavaScript");
  });

  it("shows no form where the page accepts nothing", () => {
    const html = renderActionPage({ ...input, page: pageView({ accepting: false }) });
    expect(html).not.toContain("<form");
    expect(html).toContain("takes no signatures at the moment");
  });

  it("thanks and offers a plain link", () => {
    const html = renderActionPage({
      ...input,
      done: { receivedBy: ["Beta"] },
      shareUrl: "https://example.org/p/x?a=1&b=2",
    });
    expect(html).toContain("Your signature is in.");
    expect(html).toContain('href="https://example.org/p/x?a=1&#38;b=2"');
    expect(html).not.toContain("data-action");
  });

  it("turns round for Arabic", () => {
    expect(renderActionPage({ ...input, locale: "ar" })).toContain('<html lang="ar" dir="rtl">');
  });

  it("escapes everything that organisations and people write", () => {
    const hostile = `"><script>alert(1)</script>'&<img src=x onerror=alert(1)>`;
    const page = pageView({
      name: hostile,
      campaignTitle: hostile,
      description: hostile,
      receivers: [receiver(betaId, { organisationName: hostile }), receiver(alphaId, { organisationName: hostile })],
    });
    for (const locale of formLocales) {
      const html = renderActionPage({
        ...input,
        page,
        locale,
        idempotencyId: hostile,
        values: new Map([["firstName", hostile]]),
        problems: [{ field: "firstName", problem: "missing" }],
        shareUrl: hostile,
      });
      const done = renderActionPage({ ...input, page, locale, done: { receivedBy: [hostile] }, shareUrl: "/p/x" });
      for (const text of [html, done, renderFrame({ page, locale, assets })]) {
        expect(text.match(/<script/g)).toHaveLength(1);
        expect(text).not.toContain("<img");
        expect(text).not.toContain("onerror=alert(1)>");
      }
    }
  });
});

describe("the form of a citizens' initiative", () => {
  const page = pageView({ formSchema: "eci/1" });

  it("shows both groups, each with its countries, where nothing can react", () => {
    const html = renderActionPage({ ...input, page });
    expect(html).toContain("<legend>Where you live</legend>");
    expect(html).toContain("<legend>Your document</legend>");
    expect(html).toContain("Germany, Denmark, Finland, France");
  });

  it("asks for the one number of the nationality by its name", () => {
    const html = renderActionPage({ ...input, page, values: new Map([["nationality.country", "PL"]]) });
    expect(html).toContain("Personal number – Numer ewidencyjny PESEL");
    expect(html).not.toContain('name="nationality.documentType"');
    expect(html).not.toContain('name="street"');
  });

  it("offers the documents that the State accepts", () => {
    const html = renderActionPage({ ...input, page, values: new Map([["nationality.country", "IT"]]) });
    expect(html).toContain("Passport – Passaporto");
    expect(html).toContain("Identity card – Carta d’identità".replace("’", "’"));
  });
});

describe("readForm", () => {
  it("puts fields into groups and ignores what the form does not have", () => {
    const answers = readForm(pageView(), [
      ["action", actionId],
      ["firstName", "Alice"],
      ["firstName", "Mallory"],
      ["address.street", "Main"],
      ["lastName", ""],
      ["__proto__", "x"],
      ["other", "x"],
      [`optin.${alphaId}`, "yes"],
      [`optin.${betaId}`, "maybe"],
    ]);
    expect(answers.actionId).toBe(actionId);
    expect(answers.person).toEqual({ firstName: "Alice", address: { street: "Main" } });
    expect([...answers.optIns]).toEqual([
      [betaId, "no"],
      [alphaId, "yes"],
    ]);
    expect([...answers.values.keys()]).toEqual(["firstName", "address.street", `optin.${alphaId}`]);
  });

  it("does not take an answer that was not asked", () => {
    const page = pageView({ receivers: [receiver(betaId, { asksOptIn: false })] });
    expect([...readForm(page, [[`optin.${betaId}`, "yes"]]).optIns]).toEqual([[betaId, "not-asked"]]);
  });
});

describe("texts", () => {
  it("count in each language's plural forms", () => {
    expect([0, 1, 2, 5, 22, 1234].map((count) => textsOf("pl").counter(count))).toEqual([
      "Podpisz jako pierwsza osoba",
      "Podpisała 1 osoba",
      "Podpisały 2 osoby",
      "Podpisało 5 osób",
      "Podpisały 22 osoby",
      `Podpisały ${new Intl.NumberFormat("pl").format(1234)} osoby`,
    ]);
    expect([0, 1, 2].map((count) => textsOf("fr").counter(count))).toEqual([
      "Soyez la première personne à signer",
      "1 personne a signé",
      "2 personnes ont signé",
    ]);
    expect(new Set([0, 1, 2, 3, 11, 100].map((count) => textsOf("ar").counter(count))).size).toBe(6);
  });

  it("are there in every language", () => {
    for (const locale of formLocales) {
      const missing = Object.entries(textsOf(locale)).filter(([, text]) => text === "");
      expect(missing).toEqual([]);
    }
  });
});
