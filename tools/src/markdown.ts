// Just enough Markdown: code fences, links and headings.

/** A fenced block. `line` is that of its first line of code. */
export interface CodeFence {
  readonly language: string;
  /** Words after the language: "no-run". */
  readonly flags: readonly string[];
  readonly code: string;
  readonly line: number;
}

/** One `[text](target)`. */
export interface MarkdownLink {
  readonly target: string;
  readonly line: number;
}

interface FenceParser {
  readonly indent: string;
  readonly mark: string;
  readonly first: number;
  readonly info: string;
  readonly code: string[];
}

/** All fenced blocks of a text. A fence that never closes runs to the end. */
export function codeFences(text: string): CodeFence[] {
  const fences: CodeFence[] = [];
  let open: FenceParser | undefined;
  for (const [index, line] of `${text}\n`.split("\n").entries()) {
    const fence = /^(\s*)(`{3,}|~{3,})\s*(.*)$/.exec(line);
    if (open === undefined) {
      if (fence !== null)
        open = { indent: fence[1] ?? "", mark: fence[2] ?? "", first: index + 2, info: fence[3] ?? "", code: [] };
    } else if (fence !== null && (fence[2] ?? "").startsWith(open.mark) && (fence[3] ?? "") === "") {
      const [language = "", ...flags] = open.info.trim().split(/\s+/);
      fences.push({ language, flags, code: open.code.join("\n"), line: open.first });
      open = undefined;
    } else {
      open.code.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
    }
  }
  return fences;
}

/** The text with code blocks and inline code blanked out, line by line. */
export function withoutCode(text: string): string[] {
  let mark: string | undefined;
  return text.split("\n").map((line) => {
    const fence = /^\s*(`{3,}|~{3,})\s*(.*)$/.exec(line);
    if (mark === undefined && fence !== null) {
      mark = fence[1];
      return "";
    }
    if (mark !== undefined) {
      if (fence !== null && (fence[1] ?? "").startsWith(mark) && fence[2] === "") mark = undefined;
      return "";
    }
    return line.replace(/`[^`]*`(?!\])/g, "");
  });
}

/** All inline links and images outside of code. */
export function links(text: string): MarkdownLink[] {
  return withoutCode(text).flatMap((content, index) =>
    [...content.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)].map((match) => ({
      target: match[1] ?? "",
      line: index + 1,
    })),
  );
}

/** Anchors of all headings, as hosting sites make them. */
export function anchors(text: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const found = new Set<string>();
  let inFence = false;
  for (const line of text.split("\n")) {
    if (/^\s*(`{3,}|~{3,})/.test(line)) inFence = !inFence;
    const heading = inFence ? undefined : /^#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1];
    for (const [, id] of line.matchAll(/<a\s+(?:id|name)="([^"]+)"/g)) found.add(id ?? "");
    if (heading === undefined) continue;
    const slug = slugOf(heading);
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    found.add(count === 0 ? slug : `${slug}-${count}`);
  }
  return found;
}

function slugOf(heading: string): string {
  const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/<[^>]*>/g, "");
  return plain
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replace(/\s/g, "-");
}
