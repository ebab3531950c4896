import { describe, expect, it } from "vitest";
import { bundleFindings, bundleGateway } from "../src/bundles.ts";
import { checkBlindness } from "../src/checks/blindness.ts";
import { linkPackages, manifestOf, plant, told } from "./planted.ts";

function findings(files: Parameters<typeof plant>[0]): string[] {
  const { workspace, graph } = plant(files);
  return told(checkBlindness(workspace, graph));
}

describe("blindness", () => {
  it("accepts sealing from a blind package", () => {
    expect(findings({})).toEqual([]);
  });

  it("finds a secret behind a package in between, and tells the way", () => {
    const [first] = findings({
      "packages/box/src/seal.ts": 'export { inner as seal } from "./inner.ts";\n',
      "packages/box/src/inner.ts": 'import { key } from "@coterie/secret";\nexport const inner = () => key;\n',
    });
    expect(first).toContain(
      "@coterie/secret holds secrets: apps/blind/src/start.ts -> packages/box/src/seal.ts -> packages/box/src/inner.ts -> packages/secret/src/index.ts",
    );
  });

  it("counts a type, a lazy import, a worker and require as ways", () => {
    const ways = [
      'import type { Key } from "@coterie/secret";',
      'export const key = () => import("@coterie/secret");',
      'export const worker = new URL("../../../packages/secret/src/key.ts", import.meta.url);',
      'export const key = require("@coterie/secret");',
    ];
    for (const way of ways) expect(findings({ "apps/blind/src/other.ts": way })).not.toEqual([]);
  });

  it("finds the opening entry, for the blind and for those who only seal", () => {
    const code = 'import { open } from "@coterie/box/open";\nopen();\n';
    expect(findings({ "apps/blind/src/start.ts": code })[0]).toContain("@coterie/box/open opens what was sealed");
    expect(findings({ "apps/form/src/main.ts": code })[0]).toContain("@coterie/form reaches it");
  });

  it("finds the opening entry behind the sealing one", () => {
    const found = findings({ "packages/box/src/seal.ts": 'export { open as seal } from "./open.ts";\n' });
    expect(found).toHaveLength(2);
  });

  it("finds a file that decrypts behind the sealing entry, without the opening entry in between", () => {
    const found = findings({
      "packages/box/src/seal.ts": 'export { unlock as seal } from "./unlock.ts";\n',
      "packages/box/src/unlock.ts": "export const unlock = (cipher: { decryptBox(): void }) => cipher.decryptBox();\n",
    });
    expect(found).toHaveLength(2);
    expect(found[0]).toContain("but it decrypts");
  });

  it("lets the blind read what the server must read, and nobody who only seals", () => {
    const files = {
      "packages/store/package.json": JSON.stringify({
        name: "@coterie/store",
        coterie: { layer: 20, portable: false, secrets: "server" },
        exports: { ".": { "@coterie/source": "./src/index.ts" } },
      }),
      "packages/store/src/index.ts": "export const read = 1;\n",
    };
    const code = 'import { read } from "@coterie/store";\nexport const value = read;\n';
    expect(findings({ ...files, "apps/blind/src/other.ts": code })).toEqual([]);
    expect(findings({ ...files, "apps/form/src/other.ts": code })[0]).toContain("@coterie/store opens what was sealed");
  });

  it("refuses a computed import that it cannot follow", () => {
    expect(findings({ "apps/blind/src/start.ts": "export const load = (name: string) => import(name);\n" })).toEqual([
      "apps/blind/src/start.ts: computed import in reach of @coterie/blind: nobody can tell where it leads",
    ]);
  });

  it("refuses to install what holds secrets beside the blind", () => {
    const changed = manifestOf("apps/blind/package.json", { dependencies: { "@coterie/secret": "0.1.0" } });
    expect(findings({ "apps/blind/package.json": changed })).toContain(
      "apps/blind/package.json: depends on @coterie/secret, which holds secrets, but @coterie/blind is blind",
    );
  });
});

describe("bundles", () => {
  const blindFiles = async (start: string, more: Record<string, string> = {}): Promise<string[]> => {
    const planted = plant({ "apps/blind/src/start.ts": start, ...more });
    linkPackages(planted);
    const { workspace, graph } = planted;
    const owner = workspace.packages.find(({ name }) => name === "@coterie/blind");
    if (owner === undefined) throw new Error("the planted repository has a blind app");
    return told(bundleFindings(workspace, await bundleGateway(workspace, owner, graph)));
  };

  it("takes in the same as the sources say", async () => {
    expect(await blindFiles('import { seal } from "@coterie/box/seal";\nseal();\n')).toEqual([]);
  });

  it("finds what opens in the built server", async () => {
    const [first] = await blindFiles('import { open } from "@coterie/box/open";\nopen();\n');
    expect(first).toBe(
      "packages/box/src/open.ts: is in the bundle of @coterie/blind, but @coterie/box/open opens what was sealed",
    );
  });

  it("finds it in a worker, too", async () => {
    const found = await blindFiles('export const url = new URL("./worker.ts", import.meta.url);\n', {
      "apps/blind/src/worker.ts": 'import { open } from "@coterie/box/open";\nopen();\n',
    });
    expect(found).toHaveLength(1);
  });
});
