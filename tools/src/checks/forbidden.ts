// Forbidden constructs: the ones that a type checker and a linter let through.
import type { Finding } from "../finding.ts";
import { isConfig, isGenerated, isTest } from "../file-kinds.ts";
import type { ModuleGraph, ModuleNode } from "../module-graph.ts";
import { hasReason } from "../reasons.ts";
import { isMember, isNode, nameOf, type SourceFile, type SyntaxNode, walk } from "../source-file.ts";
import { findPackageOf, isShipped, type Package, type Workspace } from "../workspace.ts";

/** A rule looks at one node and says what is wrong with it. */
type Rule = (place: Place, node: SyntaxNode, ancestors: readonly SyntaxNode[]) => string | undefined;

interface Place {
  readonly file: SourceFile;
  readonly owner: Package | undefined;
}

/** All forbidden constructs in the sources and tests of the workspace. */
export function checkForbidden(workspace: Workspace, graph: ModuleGraph): Finding[] {
  return [...graph.values()].flatMap((module) =>
    isGenerated(module.file.path) ? [] : fileFindings(workspace, module),
  );
}

function fileFindings(workspace: Workspace, { file }: ModuleNode): Finding[] {
  const place = { file, owner: findPackageOf(workspace, file.path) };
  const rules = isTest(file.path)
    ? [exportAll, testModifiers]
    : [exportAll, defaultExport, ambientSources, casts, anyNearSecrets];
  const findings: Finding[] = [];
  walk(file.statements, (node, ancestors) => {
    for (const rule of rules) {
      const message = rule(place, node, ancestors);
      if (message !== undefined) findings.push({ file: file.path, line: file.lineAt(node.start), message });
    }
  });
  return findings;
}

const exportAll: Rule = (_place, node) =>
  node.type === "ExportAllDeclaration" ? "export *: name what is exported" : undefined;

const defaultExport: Rule = ({ file }, node, ancestors) => {
  if (node.type !== "ExportDefaultDeclaration" || isConfig(file.path) || file.path.endsWith(".d.ts")) return undefined;
  return hasReason(file, [node, ...ancestors], ["default"]) ? undefined : "default export: export a name";
};

/** Clock, network, console and randomness are passed in below the apps; Math.random is never good enough. */
const ambientSources: Rule = ({ owner }, node) => {
  if (owner === undefined || !isShipped(owner)) return undefined;
  if (isMember(node, "Math", "random")) return "Math.random is predictable: take randomness from a RandomSource";
  if (!owner.rules.portable) return undefined;
  if (isMember(node, "Date", "now") || isMember(node, "performance", "now"))
    return "reads the clock: take the time as an argument";
  if (isBareDate(node)) return "reads the clock: take the time as an argument";
  if (isGlobalUse(node, "fetch")) return "fetch in a portable package: take a port";
  if (isGlobalUse(node, "console")) return "console in a portable package: take a logger";
  return undefined;
};

const casts: Rule = ({ file, owner }, node, ancestors) => {
  if (owner === undefined || !(isShipped(owner) || owner.folder === "tools")) return undefined;
  if (node.type !== "TSAsExpression" && node.type !== "TSTypeAssertion") return undefined;
  const type = node["typeAnnotation"];
  if (isNode(type) && type.type === "TSTypeReference" && nameOf(type["typeName"]) === "const") return undefined;
  // `x as unknown as T` is one cast: the inner half needs no reason of its own.
  if (ancestors.at(-1)?.type === "TSAsExpression") return undefined;
  const message = "cast without a reason: say why it holds in a comment `// cast: ...` or `// brand: ...`";
  return hasReason(file, [node, ...ancestors.toReversed()], ["cast", "brand"]) ? undefined : message;
};

const anyNearSecrets: Rule = ({ owner }, node) =>
  node.type === "TSAnyKeyword" && owner !== undefined && isShipped(owner) && owner.rules.secrets !== false
    ? "any in a package that holds secrets"
    : undefined;

const testModifiers: Rule = ({ file }, node, ancestors) => {
  if (node.type !== "MemberExpression" || !["it", "test", "describe"].includes(testRoot(node["object"]) ?? ""))
    return undefined;
  const modifier = nameOf(node["property"]);
  if (modifier === "only") return "only: the other tests do not run";
  if (!["skip", "todo", "skipIf", "runIf", "fails"].includes(modifier ?? "")) return undefined;
  const message = `${modifier} without a reason: write a comment \`// skip: ...\` above it`;
  return hasReason(file, [node, ...ancestors.toReversed()], ["skip"]) ? undefined : message;
};

/** `it` in `it.concurrent.each`. */
function testRoot(node: unknown): string | undefined {
  if (isNode(node) && node.type === "MemberExpression") return testRoot(node["object"]);
  return nameOf(node);
}

function isBareDate(node: SyntaxNode): boolean {
  const given = node["arguments"];
  return (
    node.type === "NewExpression" && nameOf(node["callee"]) === "Date" && Array.isArray(given) && given.length === 0
  );
}

/** `fetch(...)` or `console.x`, also through globalThis. */
function isGlobalUse(node: SyntaxNode, name: string): boolean {
  if (isMember(node, "globalThis", name)) return true;
  if (node.type === "CallExpression") return nameOf(node["callee"]) === name;
  return node.type === "MemberExpression" && nameOf(node["object"]) === name;
}
