// `npm run gallery -- --out <folder>`: pictures of every screen of the organisation pages, every document of the gateway and
// every mail that it sends, in three languages, light and dark; single pictures and sheets of many.
import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { createFilledWorld } from "./support/filled-world.ts";
import { takeDocuments } from "./support/gallery-documents.ts";
import { takeMails } from "./support/gallery-mails.ts";
import { takeScreens } from "./support/gallery-screens.ts";
import { type Look, writeSheet } from "./support/pictures.ts";

const { values } = parseArgs({
  options: {
    out: { type: "string" },
    locales: { type: "string", default: "en,pl,ar" },
    only: { type: "string", default: "screens,documents,mails" },
    width: { type: "string", default: "390" },
  },
});
if (values.out === undefined) {
  process.stderr.write(
    "usage: npm run gallery -- --out <folder> [--locales en,pl,ar] [--only screens,documents,mails]\n",
  );
  process.exit(2);
}
const out = resolve(values.out);
const parts = values.only.split(",");
await mkdir(out, { recursive: true });
const world = await createFilledWorld();
try {
  for (const locale of values.locales.split(","))
    for (const colorScheme of ["light", "dark"] as const) {
      const look: Look = { locale, colorScheme, width: Number(values.width), out };
      const taken = [
        ...(parts.includes("screens") ? [["screens", await takeScreens(world, look)] as const] : []),
        ...(parts.includes("documents") ? [["documents", await takeDocuments(world, look)] as const] : []),
        ...(parts.includes("mails") ? [["mails", await takeMails(world, look)] as const] : []),
      ];
      for (const [name, pictures] of taken) {
        const files = await writeSheet(world, { look, name, pictures });
        process.stdout.write(`${files.join("\n")}\n`);
      }
    }
} finally {
  await world.close();
}
