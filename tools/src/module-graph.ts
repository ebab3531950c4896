// Who imports whom, file by file, over all sources of the workspace.
import { existsSync, statSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import {
  isMember,
  isNode,
  nameOf,
  readSourceFile,
  type SourceFile,
  stringOf,
  type SyntaxNode,
  walk,
} from "./source-file.ts";
import { listFiles, type Workspace } from "./workspace.ts";

/** How one file names another: a value, only a type, a lazy import, or the URL of a worker or asset. */
export type ImportKind = "value" | "type" | "dynamic" | "url";

/** One import as written, and where it leads. */
export interface ImportEdge {
  readonly specifier: string;
  readonly kind: ImportKind;
  readonly line: number;
  /** The file it leads to; undefined for built-in modules and packages from the registry. */
  readonly target: string | undefined;
}

/** A file with its imports. */
export interface ModuleNode {
  readonly file: SourceFile;
  readonly imports: readonly ImportEdge[];
  /** Lines of dynamic imports whose target is computed: nobody can follow those. */
  readonly computedImportLines: readonly number[];
}

/** All files of the workspace by path. */
export type ModuleGraph = ReadonlyMap<string, ModuleNode>;

const sourcePattern = "**/*.{ts,tsx,mts,mjs,js}";

/** Parses every source file of every package (tests too) and resolves its imports. */
export function loadModuleGraph(workspace: Workspace): ModuleGraph {
  const graph = new Map<string, ModuleNode>();
  for (const { folder } of workspace.packages) {
    for (const path of listFiles(join(workspace.root, folder), sourcePattern)) {
      const file = readSourceFile(workspace.root, posix.join(folder, path));
      graph.set(file.path, readModule(workspace, file));
    }
  }
  return graph;
}

/** The imports of one file. */
export function readModule(workspace: Workspace, file: SourceFile): ModuleNode {
  const imports: ImportEdge[] = [];
  const computedImportLines: number[] = [];
  walk(file.statements, (node) => {
    const found = importIn(node);
    if (found === undefined) return;
    const line = file.lineAt(node.start);
    if (found.specifier === undefined) computedImportLines.push(line);
    else
      imports.push({
        specifier: found.specifier,
        kind: found.kind,
        line,
        target: resolve(workspace, file, found.specifier),
      });
  });
  return { file, imports, computedImportLines };
}

/** Every file that can be reached from `starts`, each with the file it was first reached from. */
export function reach(graph: ModuleGraph, starts: readonly string[]): ReadonlyMap<string, string | undefined> {
  const cameFrom = new Map<string, string | undefined>(starts.map((start) => [start, undefined]));
  const queue = [...starts];
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    for (const { target } of graph.get(file)?.imports ?? []) {
      if (target === undefined || cameFrom.has(target)) continue;
      cameFrom.set(target, file);
      queue.push(target);
    }
  }
  return cameFrom;
}

/** `a.ts -> b.ts -> c.ts`: how `file` was reached. */
export function pathTo(cameFrom: ReadonlyMap<string, string | undefined>, file: string): string {
  const steps = [file];
  for (let at = cameFrom.get(file); at !== undefined; at = cameFrom.get(at)) steps.unshift(at);
  return steps.join(" -> ");
}

interface FoundImport {
  readonly specifier: string | undefined;
  readonly kind: ImportKind;
}

function importIn(node: SyntaxNode): FoundImport | undefined {
  switch (node.type) {
    case "ImportDeclaration":
      return { specifier: stringOf(node["source"]), kind: isTypeOnly(node, "importKind") ? "type" : "value" };
    case "ExportNamedDeclaration":
      if (!isNode(node["source"])) return undefined;
      return { specifier: stringOf(node["source"]), kind: isTypeOnly(node, "exportKind") ? "type" : "value" };
    case "ExportAllDeclaration":
      return { specifier: stringOf(node["source"]), kind: node["exportKind"] === "type" ? "type" : "value" };
    case "ImportExpression":
      return { specifier: stringOf(node["source"]), kind: "dynamic" };
    case "TSImportType":
      return { specifier: stringOf(node["source"]), kind: "type" };
    case "NewExpression":
      return urlImport(node);
    case "CallExpression":
      return resolvingCall(node);
    default:
      return undefined;
  }
}

function isTypeOnly(node: SyntaxNode, field: "importKind" | "exportKind"): boolean {
  if (node[field] === "type") return true;
  const specifiers = Array.isArray(node["specifiers"]) ? node["specifiers"] : [];
  return specifiers.length > 0 && specifiers.every((specifier) => isNode(specifier) && specifier[field] === "type");
}

/** `new URL("./worker.ts", import.meta.url)`: loads a file as surely as an import does. */
function urlImport(node: SyntaxNode): FoundImport | undefined {
  const [first, base] = argumentsOf(node);
  if (nameOf(node["callee"]) !== "URL" || !isNode(base) || base.type !== "MemberExpression") return undefined;
  if (!isNode(base["object"]) || base["object"].type !== "MetaProperty") return undefined;
  const specifier = stringOf(first);
  return specifier === undefined ? undefined : { specifier, kind: "url" };
}

/** `require("x")` and `import.meta.resolve("x")`. */
function resolvingCall(node: SyntaxNode): FoundImport | undefined {
  const callee = node["callee"];
  const isRequire = nameOf(callee) === "require" || isMember(callee, "require", "resolve");
  const isMetaResolve =
    isNode(callee) &&
    callee.type === "MemberExpression" &&
    isNode(callee["object"]) &&
    callee["object"].type === "MetaProperty" &&
    nameOf(callee["property"]) === "resolve";
  if (!isRequire && !isMetaResolve) return undefined;
  return { specifier: stringOf(argumentsOf(node)[0]), kind: "dynamic" };
}

function argumentsOf(node: SyntaxNode): readonly unknown[] {
  return Array.isArray(node["arguments"]) ? node["arguments"] : [];
}

function resolve(workspace: Workspace, from: SourceFile, specifier: string): string | undefined {
  if (specifier.startsWith(".")) {
    const path = posix.join(dirname(from.path), specifier.replace(/[?#].*$/, ""));
    const candidates = [path, path.replace(/\.js$/, ".ts"), `${path}.ts`, `${path}/index.ts`];
    return candidates.find((candidate) => isFile(join(workspace.root, candidate))) ?? path;
  }
  const owner = workspace.packages.find(({ name }) => specifier === name || specifier.startsWith(`${name}/`));
  if (owner === undefined) return undefined;
  return owner.entries.get(`.${specifier.slice(owner.name.length)}`);
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}
