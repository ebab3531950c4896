// Docstrings: every export that a package's users can reach says what it is.
import type { Finding } from "../finding.ts";
import { isGenerated } from "../file-kinds.ts";
import type { ModuleGraph, ModuleNode } from "../module-graph.ts";
import { isNode, nameOf, type SourceFile, stringOf, type SyntaxNode } from "../source-file.ts";
import type { Workspace } from "../workspace.ts";

/** A place where an export is declared: where its docstring has to be. */
export interface Declaration {
  readonly name: string;
  readonly file: SourceFile;
  readonly node: SyntaxNode;
}

/** Exports without a docstring. */
export function checkDocstrings(workspace: Workspace, graph: ModuleGraph): Finding[] {
  const declarations = publicDeclarations(workspace, graph);
  const undocumented = declarations.filter(({ file, node }) => docstringOf(file, node) === undefined);
  return undocumented.map(({ name, file, node }) => ({
    file: file.path,
    line: file.lineAt(node.start),
    message: `${name} is exported and has no docstring`,
  }));
}

/** Every declaration that is reachable from an entry of a library package, once. */
export function publicDeclarations(workspace: Workspace, graph: ModuleGraph): Declaration[] {
  const found = new Map<SyntaxNode, Declaration>();
  const libraries = workspace.packages.filter(({ folder }) => folder.startsWith("packages/"));
  for (const entry of libraries.flatMap(({ entries }) => [...entries.values()])) {
    const module = graph.get(entry);
    if (module === undefined) continue;
    for (const name of exportedNames(module.file)) {
      const declaration = findDeclaration(graph, entry, name);
      if (declaration !== undefined && !isGenerated(declaration.file.path)) found.set(declaration.node, declaration);
    }
  }
  return [...found.values()];
}

/** The docstring's text (without its frame) that belongs to a statement, or undefined. */
export function docstringOf(file: SourceFile, statement: SyntaxNode): string | undefined {
  const before = file.comments.filter(({ end }) => end <= statement.start);
  for (let at = before.length - 1, edge = statement.start; at >= 0; at -= 1) {
    const comment = before[at];
    if (comment === undefined || file.text.slice(comment.end, edge).trim() !== "") return undefined;
    if (comment.type === "Block" && comment.value.startsWith("*")) {
      // The module's own comment at the top is not the docstring of the first export below a blank line.
      const isModuleComment = comment.start === 0 && /\n\s*\n/.test(file.text.slice(comment.end, edge));
      return isModuleComment ? undefined : comment.value.replace(/^\*+|^[ \t]*\* ?/gm, "").trim();
    }
    edge = comment.start;
  }
  return undefined;
}

function exportedNames(file: SourceFile): string[] {
  return file.statements.flatMap((statement) => {
    if (statement.type !== "ExportNamedDeclaration") return [];
    const specifiers = nodesIn(statement, "specifiers").flatMap((specifier) => nameOf(specifier["exported"]) ?? []);
    return [...specifiers, ...declaredNames(statement["declaration"])];
  });
}

function findDeclaration(graph: ModuleGraph, path: string, name: string): Declaration | undefined {
  const module = graph.get(path);
  if (module === undefined) return undefined;
  const { file } = module;
  for (const statement of file.statements) {
    if (statement.type === "ExportNamedDeclaration") {
      if (declaredNames(statement["declaration"]).includes(name)) return { name, file, node: statement };
      const specifier = nodesIn(statement, "specifiers").find((candidate) => nameOf(candidate["exported"]) === name);
      const local = nameOf(specifier?.["local"]);
      if (local === undefined) continue;
      const source = stringOf(statement["source"]);
      if (source === undefined) return findLocal(graph, module, local, name);
      return followInto(graph, module, source, local);
    }
  }
  return undefined;
}

/** `export { x }` of something declared or imported in the same file. */
function findLocal(graph: ModuleGraph, module: ModuleNode, local: string, name: string): Declaration | undefined {
  const { file } = module;
  for (const statement of file.statements) {
    if (declaredNames(statement).includes(local)) return { name, file, node: statement };
    if (statement.type !== "ImportDeclaration") continue;
    const specifier = nodesIn(statement, "specifiers").find((candidate) => nameOf(candidate["local"]) === local);
    if (specifier === undefined) continue;
    return followInto(graph, module, stringOf(statement["source"]) ?? "", nameOf(specifier["imported"]) ?? local);
  }
  return undefined;
}

function followInto(graph: ModuleGraph, module: ModuleNode, specifier: string, name: string): Declaration | undefined {
  const target = module.imports.find((edge) => edge.specifier === specifier)?.target;
  return target === undefined ? undefined : findDeclaration(graph, target, name);
}

function declaredNames(node: unknown): string[] {
  if (!isNode(node)) return [];
  if (node.type === "VariableDeclaration") return nodesIn(node, "declarations").flatMap(({ id }) => nameOf(id) ?? []);
  return /Declaration$|^TSDeclareFunction$/.test(node.type) ? [nameOf(node["id"]) ?? []].flat() : [];
}

function nodesIn(node: SyntaxNode, field: string): SyntaxNode[] {
  const value = node[field];
  return Array.isArray(value) ? value.filter(isNode) : [];
}
