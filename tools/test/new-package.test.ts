import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkDocstrings } from "../src/checks/docstrings.ts";
import { checkForbidden } from "../src/checks/forbidden.ts";
import { checkLayers } from "../src/checks/layers.ts";
import { loadModuleGraph } from "../src/module-graph.ts";
import { parseNewPackage, writeNewPackage } from "../src/new-package.ts";
import { loadWorkspace } from "../src/workspace.ts";
import { plant } from "./planted.ts";

describe("a new package", () => {
  it("passes the checks at once", () => {
    const { root } = plant();
    writeNewPackage(root, parseNewPackage(["vault", "--layer", "20", "--portable", "--secrets"]));
    const workspace = loadWorkspace(root);
    const graph = loadModuleGraph(workspace);
    expect(workspace.packages.find(({ name }) => name === "@coterie/vault")?.rules).toEqual({
      layer: 20,
      portable: true,
      secrets: true,
    });
    expect([
      ...checkLayers(workspace, graph),
      ...checkForbidden(workspace, graph),
      ...checkDocstrings(workspace, graph),
    ]).toEqual([]);
    expect(readFileSync(join(root, "tsconfig.json"), "utf8")).toContain('"packages/vault"');
  });

  it.each([
    [],
    ["Core"],
    ["utils", "--layer", "1"],
    ["vault"],
    ["vault", "--layer", "x"],
    ["vault", "--layer", "1", "--what"],
  ])("refuses %j", (...args) => {
    expect(() => parseNewPackage(args)).toThrow();
  });

  it("does not overwrite", () => {
    const { root } = plant();
    expect(() => writeNewPackage(root, parseNewPackage(["low", "--layer", "1"]))).toThrow("exists");
  });
});
