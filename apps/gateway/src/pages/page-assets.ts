/** What a page's document loads: the widget's files with their integrity, or plain HTML where it is not built. */
import type { AssetLink, DocumentAssets } from "@coterie/actions/form";
import type { StaticFiles } from "../http/static-files.ts";

/** Assets of the page and of the frame. */
export async function findPageAssets(files: StaticFiles): Promise<DocumentAssets> {
  const style = (await findAsset(files, "coterie-page.css")) ?? { href: "/widget/coterie-page.css" };
  const script = await findAsset(files, "coterie-page.js");
  return script === undefined ? { style } : { style, script };
}

async function findAsset(files: StaticFiles, name: string): Promise<AssetLink | undefined> {
  const file = await files.find(name);
  return file === undefined ? undefined : { href: `/widget/${name}`, integrity: file.integrity };
}
