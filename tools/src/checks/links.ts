// Links: every relative one in Markdown leads somewhere, and every security goal leads to a test.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { isTest } from "../file-kinds.ts";
import type { Finding } from "../finding.ts";
import { anchors, links } from "../markdown.ts";
import { listFiles } from "../workspace.ts";

/** Where the numbered security goals are. */
export const goalsPage = "docs/security/goals.md";

/** Dead relative links (files and headings). */
export function checkLinks(root: string): Finding[] {
  return listFiles(root, "**/*.md").flatMap((file) => {
    const text = readFileSync(join(root, file), "utf8");
    return links(text).flatMap(({ target, line }) => {
      const message = linkFault(root, file, target);
      return message === undefined ? [] : [{ file, line, message }];
    });
  });
}

function linkFault(root: string, file: string, target: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return undefined;
  if (target.startsWith("/")) return `link from the server's root: ${target}`;
  const [path = "", anchor] = decodeURI(target).split("#");
  const leadsTo = path === "" ? file : posix.join(dirname(file), path);
  if (!existsSync(join(root, leadsTo))) return `dead link: ${target}`;
  if (anchor === undefined || anchor === "" || !leadsTo.endsWith(".md")) return undefined;
  return anchors(readFileSync(join(root, leadsTo), "utf8")).has(anchor) ? undefined : `no such heading: ${target}`;
}

/** A numbered goal: a heading, a table row or a list item that starts with G1, S2, ... and what follows it. */
const goalStart = /^(?:#{2,5}\s+|\|\s*|[-*]\s+|\d+\.\s+)(?:<a [^>]*><\/a>\s*)?\**([A-Z]{1,3}-?\d+)\b/;

/** Goals that link to no existing test. */
export function checkGoals(root: string): Finding[] {
  if (!existsSync(join(root, goalsPage)))
    return [{ file: goalsPage, message: "is missing: the numbered security goals" }];
  const lines = readFileSync(join(root, goalsPage), "utf8").split("\n");
  const starts = lines.flatMap((line, index) => {
    const name = goalStart.exec(line)?.[1];
    return name === undefined ? [] : [{ name, index }];
  });
  if (starts.length === 0) return [{ file: goalsPage, message: "holds no numbered goal (G1, G2, ...)" }];
  return starts.flatMap(({ name, index }, at) => {
    const text = lines.slice(index, starts[at + 1]?.index).join("\n");
    const isTested = links(text).some(({ target }) => {
      const path = posix.join(dirname(goalsPage), target.split("#")[0] ?? "");
      return isTest(path) && /\.[cm]?ts$/.test(path) && existsSync(join(root, path));
    });
    return isTested ? [] : [{ file: goalsPage, line: index + 1, message: `goal ${name} links to no existing test` }];
  });
}
