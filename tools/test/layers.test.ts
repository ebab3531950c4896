import { describe, expect, it } from "vitest";
import { checkLayers } from "../src/checks/layers.ts";
import { manifestOf, plant, told } from "./planted.ts";

function findings(files: Parameters<typeof plant>[0]): string[] {
  const { workspace, graph } = plant(files);
  return told(checkLayers(workspace, graph));
}

describe("layers", () => {
  it("accepts a repository in order", () => {
    expect(findings({})).toEqual([]);
  });

  it("refuses an import of a higher layer", () => {
    const found = findings({
      "packages/low/src/one.ts": 'import { seal } from "@coterie/box/seal";\nexport const one = seal;\n',
    });
    expect(found).toContain("packages/low/src/one.ts: imports @coterie/box (layer 20), not below layer 0");
  });

  it("refuses a type from the same layer", () => {
    const found = findings({ "packages/box/src/open.ts": 'export type Key = import("@coterie/secret").Key;\n' });
    expect(found).toEqual(["packages/box/src/open.ts: imports @coterie/secret (layer 20), not below layer 20"]);
  });

  it("refuses a higher layer in the dependencies", () => {
    const changed = manifestOf("packages/low/package.json", { dependencies: { "@coterie/box": "0.1.0" } });
    expect(findings({ "packages/low/package.json": changed })[0]).toContain("depends on @coterie/box");
  });

  it("refuses imports that the package.json does not list", () => {
    const code = 'import { one } from "@coterie/low";\nimport pg from "pg";\nimport { readFile } from "node:fs";\n';
    expect(findings({ "apps/form/src/main.ts": code })).toEqual([
      "apps/form/src/main.ts: imports @coterie/low, which its package.json does not list",
      "apps/form/src/main.ts: imports pg, which its package.json does not list",
    ]);
  });

  it("refuses an entry that is not exported", () => {
    const found = findings({ "apps/form/src/main.ts": 'import "@coterie/box/inner";\n' });
    expect(found).toEqual(["apps/form/src/main.ts: imports @coterie/box/inner, which @coterie/box does not export"]);
  });

  it("refuses a path into another package", () => {
    const found = findings({ "apps/form/src/main.ts": 'import "../../../packages/box/src/seal.ts";\n' });
    expect(found).toEqual(["apps/form/src/main.ts: reaches into packages/box/src/seal.ts by path: import the package"]);
  });

  it("refuses a package's own index, by path and by name", () => {
    const found = findings({ "packages/low/src/two.ts": 'import "./index.ts";\nimport "@coterie/low";\n' });
    expect(found).toContain("packages/low/src/two.ts: imports its own package's index");
    expect(found).toContain("packages/low/src/two.ts: imports its own package by name");
  });

  it("finds a cycle of values, also through a lazy import", () => {
    const found = findings({
      "packages/low/src/one.ts": 'import { two } from "./two.ts";\nexport const one = two;\n',
      "packages/low/src/two.ts": 'export const two = 2;\nexport const later = () => import("./three.ts");\n',
      "packages/low/src/three.ts": 'export { one } from "./one.ts";\n',
    });
    expect(found).toHaveLength(1);
    expect(found[0]).toContain("import cycle:");
    expect(found[0]).toContain("packages/low/src/three.ts");
  });

  it("lets types go round in circles", () => {
    const found = findings({
      "packages/low/src/one.ts":
        'import type { Two } from "./two.ts";\nexport interface One { two: Two }\nexport const one = 1;\n',
      "packages/low/src/two.ts": 'import { type One } from "./one.ts";\nexport interface Two { one: One }\n',
    });
    expect(found).toEqual([]);
  });

  it("refuses a package that the compiler does not know", () => {
    expect(findings({ "tsconfig.json": { references: [{ path: "packages/low" }] } })).toContain(
      "tsconfig.json: does not refer to apps/blind",
    );
  });

  it("refuses DOM types in a portable package", () => {
    const config = { compilerOptions: { lib: ["ES2023", "DOM"], types: [] } };
    expect(findings({ "packages/low/tsconfig.json": config })[0]).toContain("is portable");
  });
});
