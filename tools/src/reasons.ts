// Reasons in comments: `// cast: ...`, `// brand: ...`, `// skip: ...`, `// default: ...`.
import type { SourceFile, SyntaxNode } from "./source-file.ts";

/**
 * True where a comment that starts with one of `words` and a colon stands on the node's first or last line, or
 * directly above the node, or above a node around it that begins the statement. `chain` runs from the node outwards.
 */
export function hasReason(file: SourceFile, chain: readonly SyntaxNode[], words: readonly string[]): boolean {
  const lines = reasonLines(file, words);
  const [node] = chain;
  if (node === undefined) return false;
  if (lines.has(file.lineAt(node.start)) || lines.has(file.lineAt(node.end - 1))) return true;
  for (const outer of chain) {
    if (lines.has(file.lineAt(outer.start) - 1)) return true;
    // A reason above a function or class would excuse everything inside: stop at the statement.
    if (/Statement$|Declaration$|PropertyDefinition$|^Property$/.test(outer.type)) break;
  }
  return false;
}

/** The last lines of all comment blocks that hold a reason: consecutive line comments are one block. */
function reasonLines(file: SourceFile, words: readonly string[]): ReadonlySet<number> {
  const lines = new Set<number>();
  const pattern = new RegExp(`^[\\s*]*(?:${words.join("|")}):\\s*\\S`, "m");
  let blockEnd = -1;
  let blockHasReason = false;
  for (const comment of file.comments) {
    const first = file.lineAt(comment.start);
    blockHasReason = pattern.test(comment.value) || (blockHasReason && first === blockEnd + 1);
    blockEnd = file.lineAt(comment.end - 1);
    if (blockHasReason) lines.add(blockEnd);
  }
  return lines;
}
