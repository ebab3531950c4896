/**
 * What a page's document loads: the widget's files with their integrity. Where the widget is not built, documents are plain
 * HTML, and pages of gateway sealing still work.
 */
import type { AssetLink, DocumentAssets } from "@coterie/actions/form";
import { parseJson } from "../http/body.ts";
import type { StaticFiles } from "../http/static-files.ts";

/** Which script: of a page, by where it seals, or of the frame that other sites embed. */
export type PageScript = "page.js" | "page-sealing.js" | "frame.js";

/** Assets of a document with that script. */
export async function findPageAssets(files: StaticFiles, script: PageScript): Promise<DocumentAssets> {
  const style = (await findAsset(files, "style.css")) ?? { href: assetPath("style.css") };
  const entry = await findAsset(files, script);
  if (entry === undefined) return { style };
  const imports = await Promise.all((await importsOf(files, script)).map(async (name) => await findAsset(files, name)));
  return { style, script: { ...entry, imports: imports.filter((link) => link !== undefined) } };
}

async function findAsset(files: StaticFiles, name: string): Promise<AssetLink | undefined> {
  const file = await files.find(name);
  return file === undefined ? undefined : { href: assetPath(name), integrity: file.integrity };
}

function assetPath(name: string): string {
  return `/widget/${name}`;
}

/**
 * The element's script as sites embed it: under the name of its content, so that a site that names its integrity goes on
 * working when another version comes. Undefined where the widget is not built.
 */
export async function findElementScript(files: StaticFiles): Promise<Required<Omit<AssetLink, "imports">> | undefined> {
  const name = (await findListed(files, "coterie-action.js"))?.["addressed"];
  const file = typeof name === "string" ? await files.find(name) : undefined;
  return typeof name !== "string" || file === undefined
    ? undefined
    : { href: assetPath(name), integrity: file.integrity };
}

/** The files that a script imports. */
async function importsOf(files: StaticFiles, script: PageScript): Promise<readonly string[]> {
  const imports = (await findListed(files, script))?.["imports"];
  return Array.isArray(imports) ? imports.filter((name) => typeof name === "string") : [];
}

/** A file's entry in the list that the widget's build writes. */
async function findListed(files: StaticFiles, name: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const list = await files.find("assets.json");
  const assets = list === undefined ? undefined : parseJson(list.bytes);
  if (typeof assets !== "object" || assets === null || Array.isArray(assets)) return undefined;
  const entry = assets[name];
  return typeof entry !== "object" || entry === null || Array.isArray(entry) ? undefined : entry;
}
