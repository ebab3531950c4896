// Apps that are a site of their own, such as the organisation pages: what visitors load first, and what their code may not hold.
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import type { Finding } from "./finding.ts";
import type { Package, Workspace } from "./workspace.ts";

/** What a visitor loads before the first screen is there, compressed. */
export const firstLoadLimitBytes = 250_000;

/** One built file. */
export interface BuiltFile {
  readonly name: string;
  readonly text: string;
  /** Files that are loaded together with it, by name. */
  readonly imports: readonly string[];
}

/** Builds the site in memory, with its own configuration. */
export async function buildSite(workspace: Workspace, owner: Package): Promise<readonly BuiltFile[]> {
  const root = join(workspace.root, owner.folder);
  const built = await build({
    root,
    configFile: join(root, "vite.config.ts"),
    logLevel: "error",
    build: { write: false },
  });
  const outputs = Array.isArray(built) ? built : [built];
  return outputs.flatMap((one) =>
    "output" in one
      ? one.output.map((file) => ({
          name: file.fileName,
          text: file.type === "chunk" ? file.code : textOf(file.source),
          imports: file.type === "chunk" ? file.imports : [],
        }))
      : [],
  );
}

/** What is wrong with a built site; the size of the first load is told as a warning where it is within its limit. */
export function siteFindings(owner: Pick<Package, "folder">, files: readonly BuiltFile[]): Finding[] {
  const place = `${owner.folder}/dist/site`;
  const scripts = files.filter(({ name }) => name.endsWith(".js"));
  if (scripts.length === 0) return [{ file: place, message: "nothing was built: nothing is proven" }];
  const code = scripts
    .filter(({ text }) => /\beval\s*\(|\bnew Function\s*\(|\bimport\s*\(\s*["']https?:/.test(text))
    .map(({ name }) => ({ file: `${place}/${name}`, message: "makes code from text, or loads it from elsewhere" }));
  const addresses = files.flatMap(({ name, text }) =>
    foreignAddresses(text).map((address) => ({
      file: `${place}/${name}`,
      message: `names a foreign address: ${address}`,
    })),
  );
  return [...code, ...addresses, ...inlineFindings(place, files), firstLoadFinding(place, files)];
}

/** Scripts, styles and handlers inside a document, which its content security policy would refuse. */
function inlineFindings(place: string, files: readonly BuiltFile[]): Finding[] {
  const documents = files.filter(({ name }) => name.endsWith(".html"));
  const isInline = /<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/;
  return documents.flatMap(({ name, text }) =>
    isInline.test(text) ? [{ file: `${place}/${name}`, message: "holds inline script or style" }] : [],
  );
}

function firstLoadFinding(place: string, files: readonly BuiltFile[]): Finding {
  const sizes = firstLoad(files).map(({ name, text }) => ({ name, gzipBytes: gzipSync(text, { level: 9 }).length }));
  const totalBytes = sizes.reduce((sum, { gzipBytes }) => sum + gzipBytes, 0);
  const parts = sizes.map(({ name, gzipBytes }) => `${name} ${gzipBytes}`).join(", ");
  const message = `first load ${totalBytes} bytes gzip of ${firstLoadLimitBytes} (${parts})`;
  return { file: place, message, isWarning: sizes.length > 1 && totalBytes <= firstLoadLimitBytes };
}

/** The documents, what they name, what that imports, and the greatest files of languages: a visitor loads one's own, in two files. */
function firstLoad(files: readonly BuiltFile[]): readonly BuiltFile[] {
  const fileByName = new Map(files.map((file) => [file.name, file]));
  const wanted = files.filter(({ name }) => name.endsWith(".html"));
  const loaded = new Set<BuiltFile>(wanted);
  for (const { text } of wanted) {
    for (const file of files) if (file.name !== "" && text.includes(file.name)) loaded.add(file);
  }
  const languages = files.filter(({ name }) => /\/texts-[a-z]{2}-[\w-]+\.js$/.test(name));
  for (const file of languages.toSorted((left, right) => right.text.length - left.text.length).slice(0, 2))
    loaded.add(file);
  for (const file of loaded) {
    for (const name of file.imports) {
      const imported = fileByName.get(name);
      if (imported !== undefined) loaded.add(imported);
    }
  }
  return [...loaded];
}

/** Names of namespaces and examples lead nowhere. */
const harmless = /^https?:\/\/(?:www\.w3\.org\/|(?:[\w-]+\.)*example\.(?:org|com)\b)/;

function foreignAddresses(text: string): string[] {
  const found = text.match(/https?:\/\/[\w-]+(?:\.[\w-]+)+[^\s"'`<>)\\]*/g) ?? [];
  return [...new Set(found)].filter((address) => !harmless.test(address));
}

function textOf(source: string | Uint8Array): string {
  return typeof source === "string" ? source : Buffer.from(source).toString("utf8");
}
