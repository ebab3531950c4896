// One parsed source file: its syntax tree, comments and lines.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync } from "vite";

/** A node of the syntax tree (ESTree with TypeScript): the fields depend on `type`. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

/** A comment without its marks. */
export interface SourceComment {
  readonly type: "Line" | "Block";
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/** A source file, ready for checks. `path` is relative to the repository's root. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly statements: readonly SyntaxNode[];
  readonly comments: readonly SourceComment[];
  /** Line number (from 1) of an offset. */
  readonly lineAt: (offset: number) => number;
}

/** Parses a file. Throws with file and reason where the syntax is wrong. */
export function readSourceFile(root: string, path: string): SourceFile {
  return parseSource(path, readFileSync(join(root, path), "utf8"));
}

/** Parses text under a name whose ending decides the language. */
export function parseSource(path: string, text: string): SourceFile {
  const result = parseSync(path, text, {});
  const [fault] = result.errors;
  if (fault !== undefined) throw new Error(`${path}: ${fault.message}`);
  const lineStarts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lineStarts.push(at + 1);
  return {
    path,
    text,
    // cast: the parser's node types form one big union; checks look at few fields and test each before use.
    statements: result.program.body as unknown as readonly SyntaxNode[],
    comments: result.comments,
    lineAt: (offset) => {
      const next = lineStarts.findIndex((start) => start > offset);
      return next === -1 ? lineStarts.length : next;
    },
  };
}

/** True for anything that looks like a node of the tree. */
export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

/** Calls `visit` for every node, parents first, with its chain of ancestors (nearest last). */
export function walk(
  statements: readonly SyntaxNode[],
  visit: (node: SyntaxNode, ancestors: readonly SyntaxNode[]) => void,
): void {
  const ancestors: SyntaxNode[] = [];
  const step = (node: SyntaxNode): void => {
    visit(node, ancestors);
    ancestors.push(node);
    for (const value of Object.values(node)) {
      if (Array.isArray(value)) value.filter(isNode).forEach(step);
      else if (isNode(value)) step(value);
    }
    ancestors.pop();
  };
  statements.forEach(step);
}

/** The name of an identifier node, or undefined for anything else. */
export function nameOf(node: unknown): string | undefined {
  return isNode(node) && node.type === "Identifier" && typeof node["name"] === "string" ? node["name"] : undefined;
}

/** The text of a string literal node, or undefined for anything else. */
export function stringOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === "Literal" && typeof node["value"] === "string") return node["value"];
  if (node.type !== "TemplateLiteral" || !Array.isArray(node["quasis"]) || node["quasis"].length !== 1)
    return undefined;
  const cooked: unknown = node["quasis"][0]?.value?.cooked;
  return typeof cooked === "string" ? cooked : undefined;
}

/** True where `node` reads `object.property` by plain names. */
export function isMember(node: unknown, object: string, property: string): boolean {
  return (
    isNode(node) &&
    node.type === "MemberExpression" &&
    nameOf(node["object"]) === object &&
    nameOf(node["property"]) === property
  );
}
