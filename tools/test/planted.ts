// A small repository in a temporary folder, in order but for the faults that a test plants.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { loadModuleGraph, type ModuleGraph } from "../src/module-graph.ts";
import { loadWorkspace, type Manifest, type Workspace } from "../src/workspace.ts";

type Files = Readonly<Record<string, string | object>>;

export interface Planted {
  readonly root: string;
  readonly workspace: Workspace;
  readonly graph: ModuleGraph;
}

function manifest(name: string, rules: object, more: Partial<Manifest> = {}): object {
  return { name: `@coterie/${name}`, coterie: { layer: 0, portable: false, secrets: false, ...rules }, ...more };
}

function entry(file: string): object {
  return { "@coterie/source": `./src/${file}`, default: "./dist/x.js" };
}

const inOrder: Files = {
  "package.json": { name: "planted", type: "module", workspaces: ["packages/*", "apps/*"] },
  "package-lock.json": { packages: {} },
  "tsconfig.json": {
    references: ["packages/low", "packages/box", "packages/secret", "apps/blind", "apps/form"].map((path) => ({
      path,
    })),
  },
  "packages/low/package.json": manifest("low", { portable: true }, { exports: { ".": entry("index.ts") } }),
  "packages/low/tsconfig.json": { compilerOptions: { lib: ["ES2023"], types: [] } },
  "packages/box/tsconfig.json": {},
  "packages/secret/tsconfig.json": {},
  "apps/blind/tsconfig.json": {},
  "apps/form/tsconfig.json": {},
  "packages/low/src/index.ts": 'export { one } from "./one.ts";\n',
  "packages/low/src/one.ts": "/** One. */\nexport const one = 1;\n",
  "packages/box/package.json": manifest(
    "box",
    { layer: 20, secrets: "open" },
    { exports: { "./seal": entry("seal.ts"), "./open": entry("open.ts") }, dependencies: { "@coterie/low": "0.1.0" } },
  ),
  "packages/box/src/seal.ts":
    'import { one } from "@coterie/low";\n/** Seals. */\nexport const seal = (): number => one;\n',
  "packages/box/src/open.ts": "/** Opens. */\nexport const open = (): number => 2;\n",
  "packages/secret/package.json": manifest(
    "secret",
    { layer: 20, secrets: true },
    { exports: { ".": entry("index.ts") } },
  ),
  "packages/secret/src/index.ts": 'export { key } from "./key.ts";\n',
  "packages/secret/src/key.ts": "/** A key. */\nexport const key = 3;\n",
  "apps/blind/package.json": manifest(
    "blind",
    { layer: 60, blind: true },
    { dependencies: { "@coterie/box": "0.1.0", "@coterie/low": "0.1.0" } },
  ),
  "apps/blind/src/start.ts": 'import { seal } from "@coterie/box/seal";\nseal();\n',
  "apps/form/package.json": manifest(
    "form",
    { layer: 60, opens: false },
    { dependencies: { "@coterie/box": "0.1.0" } },
  ),
  "apps/form/src/main.ts": 'import { seal } from "@coterie/box/seal";\nseal();\n',
  "docs/dependencies.md": "# Dependencies\n",
  "docs/security/goals.md": "# Goals\n",
};

/** Writes the repository with `files` over it; it is deleted when the test ends. */
export function plant(files: Files = {}): Planted {
  const root = mkdtempSync(join(tmpdir(), "coterie-planted-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, content] of Object.entries({ ...inOrder, ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), typeof content === "string" ? content : JSON.stringify(content));
  }
  const workspace = loadWorkspace(root);
  return { root, workspace, graph: loadModuleGraph(workspace) };
}

/** Links the planted packages into a node_modules folder of their own, as npm does. */
export function linkPackages({ root, workspace }: Planted): void {
  mkdirSync(join(root, "node_modules", "@coterie"), { recursive: true });
  for (const { name, folder } of workspace.packages)
    symlinkSync(join(root, folder), join(root, "node_modules", name), "dir");
}

/** `file: message` of each finding, for comparing. */
export function told(findings: readonly { readonly file: string; readonly message: string }[]): string[] {
  return findings.map(({ file, message }) => `${file}: ${message}`);
}

/** The package.json of a planted package with changes. */
export function manifestOf(path: string, changes: object): object {
  const base = inOrder[path];
  return typeof base === "object" ? { ...base, ...changes } : changes;
}
