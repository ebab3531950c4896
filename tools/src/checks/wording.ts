// Words that do not belong into a published repository: unfinished marks, paths of one machine, registries' hosts.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isGenerated } from "../file-kinds.ts";
import type { Finding } from "../finding.ts";
import { listFiles } from "../workspace.ts";

const textPattern = "**/*.{ts,tsx,mts,mjs,js,md,json,jsonc,yaml,yml,toml,html,css,proto,sql,sh,txt}";
const hiddenFiles = [".ci/run", ".oxlintrc.json", ".gitignore"];

// The marks are put together here, so that this file does not find itself.
const marks = new RegExp(`\\b(?:${["TO" + "DO", "FIX" + "ME"].join("|")})\\b`);
const machinePath = /(?<![\w.~-])\/(?:work|home|Users|root)\/[\w.-]+/;
const registryHost = /\bregistry\.[a-z0-9-]+\.[a-z]{2,}/;

/** Unfinished marks, machine paths and registry hosts in text files. */
export function checkWording(root: string): Finding[] {
  const files = [...listFiles(root, textPattern), ...hiddenFiles.filter((file) => existsSync(join(root, file)))];
  return files.flatMap((file) => (isSkipped(file) ? [] : fileFindings(file, readFileSync(join(root, file), "utf8"))));
}

function isSkipped(file: string): boolean {
  return file === "package-lock.json" || isGenerated(file) || file.includes("/fixtures/");
}

function fileFindings(file: string, text: string): Finding[] {
  return text.split("\n").flatMap((content, index) => {
    const line = index + 1;
    const findings: Finding[] = [];
    if (marks.test(content)) findings.push({ file, line, message: "unfinished: do it, or write an issue" });
    const path = machinePath.exec(content);
    if (path !== null) findings.push({ file, line, message: `path of one machine: ${path[0]}` });
    if (registryHost.test(content)) findings.push({ file, line, message: "names a registry's host" });
    return findings;
  });
}
