import { describe, expect, it } from "vitest";
import { checkDependencies } from "../src/checks/dependencies.ts";
import { dropUnansweredWishes } from "../src/lock-file.ts";
import { manifestOf, plant, told } from "./planted.ts";

function findings(files: Parameters<typeof plant>[0]): string[] {
  return told(checkDependencies(plant(files).workspace));
}

const withPg = {
  "apps/form/package.json": manifestOf("apps/form/package.json", { dependencies: { pg: "8.23.1" } }),
};

describe("dependencies", () => {
  it("accepts a repository in order", () => {
    expect(findings({})).toEqual([]);
    expect(findings({ ...withPg, "docs/dependencies.md": "- `pg`: speaks to PostgreSQL\n" })).toEqual([]);
    expect(
      findings({ ...withPg, "docs/dependencies.md": "| name | why |\n|---|---|\n| `pg` | PostgreSQL |\n" }),
    ).toEqual([]);
  });

  it("asks for a line for each", () => {
    expect(findings(withPg)).toEqual(["docs/dependencies.md: no line for pg (a dependency in apps/form/package.json)"]);
  });

  it("refuses a line for what is gone, and two for the same", () => {
    const page = "- `left-pad`: pads\n- `pg`: once\n- `pg`: twice, since `kysely` wants it\n";
    expect(findings({ ...withPg, "docs/dependencies.md": page })).toEqual([
      "docs/dependencies.md: left-pad is in no manifest any more",
      "docs/dependencies.md: second line for pg",
    ]);
  });

  it.each(["^1.2.3", "~1.2.3", "latest", "1.x", "*", ">=1.0.0", "git+https://example.org/x.git"])(
    "refuses the range %s",
    (version) => {
      const manifest = { name: "planted", workspaces: [], devDependencies: { tool: version } };
      expect(findings({ "package.json": manifest })).toEqual([
        `package.json: tool: "${version}" is not one exact version`,
      ]);
    },
  );

  it("refuses a lock file with hosts, without checksums, or with install scripts", () => {
    const packages = {
      "packages/low": { version: "0.1.0" },
      "node_modules/@coterie/low": { link: true, resolved: "packages/low" },
      "node_modules/good": { integrity: "sha512-x" },
      "node_modules/loose": {},
      "node_modules/hosted": { integrity: "sha512-x", resolved: "https://example.org/hosted.tgz" },
      "node_modules/a/node_modules/builds": { integrity: "sha512-x", hasInstallScript: true },
      "node_modules/harmless": { integrity: "sha512-x", hasInstallScript: true },
    };
    const manifest = { name: "planted", workspaces: ["packages/*"], allowScripts: { harmless: false } };
    expect(findings({ "package-lock.json": { packages }, "package.json": manifest })).toEqual([
      "package-lock.json: loose: no integrity",
      "package-lock.json: hosted: names a host (https://example.org/hosted.tgz)",
      "package-lock.json: builds: has an install script; prove that it works without, then set allowScripts to false",
    ]);
  });

  it("refuses a lock file that npm ci refuses: a wish without an entry", () => {
    const packages = {
      "node_modules/tool": {
        integrity: "sha512-x",
        optionalDependencies: { "tool-linux": "1.0.0", "tool-gone": "1.0.0" },
      },
      "node_modules/tool-linux": { integrity: "sha512-x" },
      "packages/low": { optionalDependencies: { "tool-gone": "1.0.0" } },
    };
    expect(findings({ "package-lock.json": { packages } })).toEqual([expect.stringContaining("tool-gone: optional")]);
    expect(dropUnansweredWishes({ packages })).toBe(1);
    expect(packages["node_modules/tool"].optionalDependencies).toEqual({ "tool-linux": "1.0.0" });
  });

  it("finds an entry beside the dependent and above it", () => {
    const packages = {
      "node_modules/a": { optionalDependencies: { inner: "1.0.0" } },
      "node_modules/a/node_modules/inner": { optionalDependencies: { outer: "1.0.0" } },
      "node_modules/outer": {},
    };
    expect(dropUnansweredWishes({ packages })).toBe(0);
  });
});
