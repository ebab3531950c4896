// Examples in Markdown and docstrings: taken out, type-checked together, and each run as a module of its own.
//
//   ```ts            is checked and run
//   ```ts no-run     is only checked (it would need a network, a person, or never end)
//
// A docstring's example is what follows @example, with or without a fence. Every example imports what it uses by
// package name, as a reader would.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { docstringOf, publicDeclarations } from "./checks/docstrings.ts";
import type { Finding } from "./finding.ts";
import { codeFences } from "./markdown.ts";
import type { ModuleGraph } from "./module-graph.ts";
import { sourceCondition } from "./repository.ts";
import { listFiles, type Workspace } from "./workspace.ts";

/** One example and where it stands. */
export interface Example {
  readonly file: string;
  readonly line: number;
  readonly code: string;
  readonly isRun: boolean;
}

/** All examples of the repository. */
export function collectExamples(workspace: Workspace, graph: ModuleGraph): Example[] {
  const pages = listFiles(workspace.root, "{README.md,CONTRIBUTING.md,docs/**/*.md,{packages,apps}/*/README.md}");
  return [
    ...pages.flatMap((file) => fencedExamples(file, readFileSync(join(workspace.root, file), "utf8"), 0)),
    ...docstringExamples(workspace, graph),
  ];
}

/** Faults of all examples: of types first; examples with wrong types are not run. */
export function checkExamples(workspace: Workspace, graph: ModuleGraph): Finding[] {
  const examples = collectExamples(workspace, graph);
  if (examples.length === 0) return [];
  // Below a workspace, so that packages are found the way a user's code finds them; ignored by git and formatters.
  const folder = join(workspace.root, "examples", ".cache");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const names = examples.map((_example, index) => `example-${index}.ts`);
  examples.forEach(({ code }, index) => writeFileSync(join(folder, names[index] ?? ""), `${code}\nexport {};\n`));
  const typeFaults = checkTypes(workspace, folder, examples);
  return typeFaults.length > 0 ? typeFaults : runAll(workspace, folder, examples);
}

function fencedExamples(file: string, text: string, lineOffset: number): Example[] {
  return codeFences(text)
    .filter(({ language }) => ["ts", "typescript", "js", "javascript"].includes(language))
    .map(({ code, line, flags }) => ({ file, line: line + lineOffset, code, isRun: !flags.includes("no-run") }));
}

function docstringExamples(workspace: Workspace, graph: ModuleGraph): Example[] {
  return publicDeclarations(workspace, graph).flatMap(({ file, node }) => {
    const parts = (docstringOf(file, node) ?? "").split(/^@example\b/m).slice(1);
    return parts.flatMap((part) => {
      const text = part.split(/^@\w+/m)[0] ?? "";
      const line = file.lineAt(node.start);
      const fenced = fencedExamples(file.path, text, 0).map((example) => ({ ...example, line }));
      return fenced.length > 0 || /`{3}/.test(text) ? fenced : [{ file: file.path, line, code: text, isRun: true }];
    });
  });
}

const compilerOptions = {
  noEmit: true,
  composite: false,
  incremental: false,
  declaration: false,
  isolatedDeclarations: false,
  noUnusedLocals: false,
  noUnusedParameters: false,
  rewriteRelativeImportExtensions: false,
  allowImportingTsExtensions: true,
  types: ["node"],
  lib: ["ES2024", "DOM", "DOM.Iterable"],
};

function checkTypes(workspace: Workspace, folder: string, examples: readonly Example[]): Finding[] {
  const config = {
    extends: "../../tsconfig.base.json",
    compilerOptions,
    include: ["*.ts", "../../tools/src/browser-commands.ts"],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const compiler = join(workspace.root, "node_modules/typescript/bin/tsc");
  const result = spawnSync(process.execPath, [compiler, "-p", folder, "--pretty", "false"], {
    encoding: "utf8",
    cwd: folder,
  });
  if (result.status === 0) return [];
  const faults = result.stdout.split("\n").filter((line) => /error TS\d+/.test(line));
  return faults.map((fault) => {
    const [, index, line] = /^example-(\d+)\.ts\((\d+)/.exec(fault) ?? [];
    const message = `example: ${fault.replace(/^[^:]*: /, "")}`;
    return index === undefined
      ? { file: "examples", message: fault }
      : at(examples[Number(index)], Number(line), message);
  });
}

function at(example: Example | undefined, lineInCode: number, message: string): Finding {
  if (example === undefined) return { file: "examples", message };
  const line = example.file.endsWith(".md") ? example.line + lineInCode - 1 : example.line;
  return { file: example.file, line, message };
}

/** One process imports all examples in turn: starting one for each would take most of the time. */
function runAll(workspace: Workspace, folder: string, examples: readonly Example[]): Finding[] {
  const runner = `
    const results = {};
    for (const index of ${JSON.stringify(examples.flatMap(({ isRun }, index) => (isRun ? [index] : [])))}) {
      results[index] = "did not finish";
      try { await import("./example-" + index + ".ts"); results[index] = ""; }
      catch (error) { results[index] = String(error?.stack ?? error); }
    }
    (await import("node:fs")).writeFileSync(new URL("results.json", import.meta.url), JSON.stringify(results));
  `;
  writeFileSync(join(folder, "run.mjs"), runner);
  const result = spawnSync(process.execPath, [`--conditions=${sourceCondition}`, join(folder, "run.mjs")], {
    encoding: "utf8",
    cwd: workspace.root,
    timeout: 60_000,
  });
  const resultsFile = join(folder, "results.json");
  if (result.status !== 0 || !existsSync(resultsFile)) {
    return [
      {
        file: "examples",
        message: `running the examples ended early (${result.status ?? result.signal}): ${result.stderr}`,
      },
    ];
  }
  const results: Record<string, string> = JSON.parse(readFileSync(resultsFile, "utf8"));
  return Object.entries(results).flatMap(([index, fault]) =>
    fault === ""
      ? []
      : [at(examples[Number(index)], 1, `example fails: ${fault.split("\n").slice(0, 4).join("\n    ")}`)],
  );
}
