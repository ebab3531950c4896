import { describe, expect, it } from "vitest";
import { embedSnippet, snippetPins } from "../src/embed-snippet.ts";

const origin = "https://actions.example.org";
const script = { href: "/widget/coterie-action-0123456789abcdef.js", integrity: "sha384-abc" };

describe("the code for a site", () => {
  it("names the script's content with its integrity, and the pins", () => {
    expect(embedSnippet({ origin, pageName: "river", pins: ["ckey1a", "ckey1b"], script })).toBe(
      `<script type="module" src="${origin}${script.href}" integrity="sha384-abc" crossorigin="anonymous"></script>\n` +
        `<coterie-action gateway="${origin}" page="river" keys="ckey1a ckey1b"></coterie-action>`,
    );
  });

  it("carries no pins where the gateway seals, and no integrity for a name whose content changes", () => {
    const snippet = embedSnippet({ origin, pageName: "river", pins: undefined, script: undefined });
    expect(snippet).not.toMatch(/keys=|integrity/);
    expect(snippet).toContain(`${origin}/widget/coterie-action.js`);
  });

  it("keeps an empty list of pins, so that the form refuses instead of trusting", () => {
    expect(embedSnippet({ origin, pageName: "river", pins: [], script })).toContain(' keys=""');
  });

  it("lets no value break out of its attribute", () => {
    const hostile = `"><script>alert(1)</script>`;
    const snippet = embedSnippet({
      origin: hostile,
      pageName: hostile,
      pins: [hostile],
      script: { href: hostile, integrity: hostile },
    });
    expect(snippet.match(/</g)).toHaveLength(4);
    expect(snippet.match(/"/g)).toHaveLength(14);
  });
});

describe("the pins of a page", () => {
  const receivers = [
    { keyLogId: "clog1a", keyId: "ckey1a" },
    { keyLogId: undefined, keyId: "ckey1b" },
    { keyLogId: "clog1c", keyId: undefined },
    { keyLogId: undefined, keyId: undefined },
  ];

  it("are logs where there are any, so that keys may rotate, and keys otherwise", () => {
    expect(snippetPins({ sealing: "browser", receivers, hasMails: false })).toEqual(["clog1a", "ckey1b", "clog1c"]);
    expect(snippetPins({ sealing: "browser", receivers: [], hasMails: true })).toEqual(["mails"]);
  });

  it("are none where the gateway seals", () => {
    expect(snippetPins({ sealing: "gateway", receivers, hasMails: true })).toBeUndefined();
  });
});
