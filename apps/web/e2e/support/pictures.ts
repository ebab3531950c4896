// Pictures of pages, alone and many on one sheet.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type { World } from "./world.ts";

export interface Look {
  readonly locale: string;
  readonly colorScheme: "light" | "dark";
  readonly width: number;
  readonly out: string;
}

export interface Picture {
  readonly name: string;
  readonly png: Buffer;
}

const maxHeight = 2400;
const perSheet = 8;

/** The whole page as it is now, cut at a height that still can be looked at. */
export async function takePicture(page: Page, { name, look }: { name: string; look: Look }): Promise<Picture> {
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  const clip = { x: 0, y: 0, width: look.width, height: Math.min(height, maxHeight) };
  const png = await page.screenshot({ fullPage: true, clip, animations: "disabled" });
  const folder = join(look.out, `${look.locale}-${look.colorScheme}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.png`), png);
  return { name, png };
}

/** Sheets of all pictures, a few on each. */
export async function writeSheet(
  world: World,
  { look, name, pictures }: { look: Look; name: string; pictures: readonly Picture[] },
): Promise<string[]> {
  const files: string[] = [];
  const page = await world.browser.newPage({ viewport: { width: perSheet * 300, height: 800 } });
  for (let from = 0; from < pictures.length; from += perSheet) {
    const figures = pictures
      .slice(from, from + perSheet)
      .map(
        ({ name: caption, png }) =>
          `<figure style="margin:0;width:290px"><figcaption>${caption}</figcaption><img style="width:290px" src="data:image/png;base64,${png.toString("base64")}"></figure>`,
      );
    const body = `<body style="margin:6px;display:flex;gap:6px;align-items:flex-start;background:#888;font:14px sans-serif">${figures.join("")}</body>`;
    await page.setContent(body);
    const file = join(look.out, `${look.locale}-${look.colorScheme}-${name}-${from / perSheet + 1}.png`);
    await page.screenshot({ path: file, fullPage: true });
    files.push(file);
  }
  await page.close();
  return files;
}
