/** The figures of ours in headless Chromium, beside the same code on Node's primitives. One JSON line per figure. */
import { join } from "node:path";
import { nodePrimitives, systemRandom } from "@coterie/primitives/node";
import { chromium } from "playwright-core";
import { build } from "vite";
import { coterieOn } from "./coterie-implementation.ts";
import { figures, measureInTurns, wallClock } from "./figures.ts";
import { reportFigure } from "./report-figure.ts";

const repositoryRoot = join(import.meta.dirname, "..", "..", "..", "..");
// Set by `npm run bench`, which knows where to look.
const executablePath = process.env["CHROMIUM"];
if (executablePath === undefined) {
  process.stdout.write("Chromium was not found (set CHROMIUM to its path)\n");
} else {
  const inNode = coterieOn({ primitives: nodePrimitives, random: systemRandom });
  const inBrowser = await measureInChromium(executablePath);
  for (const [index, figure] of figures.entries()) {
    const works = [await figure.prepare(inNode)];
    const [rival = Number.NaN] = (await measureInTurns(works, { ...figure, clocks: [wallClock] })).flat();
    const { name, budgetMs } = figure;
    const ours = inBrowser[index] ?? Number.NaN;
    reportFigure({ name: `Chromium: ${name}`, ours, rival, unit: "µs", note: "ours in both, beside Node" });
    if (budgetMs !== undefined && ours > budgetMs * 1000) process.exitCode = 1;
  }
}

async function measureInChromium(path: string): Promise<readonly number[]> {
  const browser = await chromium.launch({ executablePath: path, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    const page = await browser.newPage();
    await page.addScriptTag({ content: await bundle() });
    return await page.evaluate("measured.measureInBrowser()");
  } finally {
    await browser.close();
  }
}

/** One classic script whose exports are in `measured`. */
async function bundle(): Promise<string> {
  const built = await build({
    root: repositoryRoot,
    configFile: false,
    logLevel: "error",
    resolve: { conditions: ["@coterie/source", "browser"] },
    build: {
      write: false,
      lib: { entry: join(import.meta.dirname, "measure-in-browser.ts"), formats: ["iife"], name: "measured" },
    },
  });
  const outputs = (Array.isArray(built) ? built : [built]).flatMap((one) => ("output" in one ? one.output : []));
  return outputs.map((file) => (file.type === "chunk" ? file.code : "")).join("\n");
}
