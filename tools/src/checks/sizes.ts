// Sizes: a file that needs scrolling back to be understood is two files.
import type { Finding } from "../finding.ts";
import type { ModuleGraph } from "../module-graph.ts";
import { isGenerated } from "../file-kinds.ts";

/** Source files stop at this many lines. Tests and data tables in tests are exempt. */
export const maxLines = 400;

/** Above this many lines a file needs a reason. */
export const noticeLines = 300;

/** Files over the limits. */
export function checkSizes(graph: ModuleGraph): Finding[] {
  return [...graph.values()].flatMap(({ file }) => {
    if (!file.path.includes("/src/") || isGenerated(file.path) || isTableOfContents(file.path)) return [];
    const lines = file.text.trimEnd().split("\n").length;
    if (lines > maxLines) return [{ file: file.path, message: `${lines} lines, the limit is ${maxLines}` }];
    if (lines > noticeLines)
      return [{ file: file.path, message: `${lines} lines, aim below ${noticeLines}`, isWarning: true }];
    return [];
  });
}

/** Names alone, one a line: it is looked up, not read. */
function isTableOfContents(path: string): boolean {
  return /^packages\/[^/]+\/src\/index\.ts$/.test(path);
}
