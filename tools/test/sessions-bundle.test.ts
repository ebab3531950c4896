import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { repositoryRoot } from "../src/repository.ts";
import { bundleSessions, sessionsFindings, sessionsLimitBytes } from "../src/sessions-bundle.ts";
import { loadWorkspace } from "../src/workspace.ts";

const ours = "packages/sessions/src/index.ts";

/** Text that hardly compresses, always the same. */
function noise(length: number): string {
  return createHash("shake256", { outputLength: length }).update("noise").digest("base64");
}

describe("the bundle of sessions", () => {
  it("is within its limit, and takes in no code whose work WebAssembly does", async () => {
    const bundle = await bundleSessions(loadWorkspace(repositoryRoot));
    expect(bundle.files).toContain("packages/sessions/src/session/decrypt-step.ts");
    expect(bundle.files).toContain("packages/primitives/src/browser.ts");
    expect(sessionsFindings(bundle)).toMatchObject([{ isWarning: true }]);
  });

  it.each([
    "node_modules/@noble/curves/ed25519.js",
    "node_modules/@noble/hashes/argon2.js",
    "node_modules/@noble/ciphers/chacha.js",
  ])("is refused with %s", (file) => {
    const findings = sessionsFindings({ code: "1", files: [ours, file] }).filter(({ isWarning }) => isWarning !== true);
    expect(findings).toEqual([{ file, message: expect.stringContaining("WebAssembly") }]);
  });

  it("is refused where it is too large, or empty", () => {
    const large = { code: noise(sessionsLimitBytes * 2), files: [ours] };
    expect(sessionsFindings(large)).toMatchObject([{ isWarning: false }]);
    expect(sessionsFindings({ code: "", files: [] })).toMatchObject([{ message: expect.stringContaining("nothing") }]);
  });
});
