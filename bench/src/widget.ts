// What a visitor downloads to sign, in bytes of gzip -9, beside Proca's published widget. JSON lines: one for each file, one
// for each way of showing the form. Fallbacks that current browsers never load stand apart.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";

/** Proca's widget as served, measured by its users: reference figure of the goals. */
const procaBytes = 226_000;
const goalBytes = 30_000;

interface Asset {
  readonly imports: readonly string[];
}

const configFile = join(import.meta.dirname, "..", "..", "apps", "widget", "vite.config.ts");
const outDir = await mkdtemp(join(tmpdir(), "coterie-bench-widget-"));
try {
  await build({ configFile, logLevel: "error", build: { outDir, emptyOutDir: true } });
  report(await measure());
} finally {
  await rm(outDir, { recursive: true, force: true });
}

interface Measured {
  readonly gzipBytesByFile: ReadonlyMap<string, number>;
  readonly assets: Readonly<Record<string, Asset>>;
}

async function measure(): Promise<Measured> {
  const gzipBytesByFile = new Map<string, number>();
  for (const file of (await readdir(outDir)).toSorted()) {
    if (!file.endsWith(".json"))
      gzipBytesByFile.set(file, gzipSync(await readFile(join(outDir, file)), { level: 9 }).length);
  }
  return { gzipBytesByFile, assets: JSON.parse(await readFile(join(outDir, "assets.json"), "utf8")) };
}

function report(measured: Measured): void {
  for (const [file, gzipBytes] of measured.gzipBytesByFile) print({ bench: "widget/file", file, gzipBytes });
  const english = starting(measured, "texts-en-");
  const heaviest = { texts: heaviestTexts(measured), initiative: starting(measured, "eci-") };
  const log = ofFrame(measured, "pinned-log-");
  const work = starting(measured, "proof-of-work-");
  // Mails need no file of their own. The site that embeds a frame loads the element, and the frame its own files.
  const frame = ["coterie-action.js", "frame.js", "style.css"];
  const ways: Readonly<Record<string, readonly string[]>> = {
    "element, sealed by the gateway": ["coterie-action.js", starting(measured, "element-form-"), english],
    "element and frame, sealed in the browser": [...frame, english],
    "frame alone, sealed in the browser": [...frame.slice(1), english],
    "element and frame, in the heaviest language": [...frame, heaviest.texts],
    "element and frame, with a key log": [...frame, english, log],
    "element and frame, with a key log in the heaviest language": [...frame, heaviest.texts, log],
    "element and frame, with a key log and a challenge of work": [...frame, english, log, work],
    "element and frame, an initiative in the heaviest language": [...frame, heaviest.texts, heaviest.initiative],
    "element and frame, an initiative with a key log in the heaviest language": [
      ...frame,
      heaviest.texts,
      heaviest.initiative,
      log,
    ],
    "frame alone, an initiative in the heaviest language": [...frame.slice(1), heaviest.texts, heaviest.initiative],
    "page, sealed by the gateway": ["page.js", "style.css", english],
    "page, sealed in the browser": ["page-sealing.js", "style.css", english],
  };
  for (const [way, entries] of Object.entries(ways)) {
    const files = withImports(measured, entries);
    const gzipBytes = files.reduce((sum, file) => sum + gzipBytesOf(measured, file), 0);
    print({
      name: `widget/visit: ${way}`,
      ours: gzipBytes,
      rival: procaBytes,
      ratio: Math.round((gzipBytes / procaBytes) * 1000) / 1000,
      unit: "bytes of gzip",
      note: `rival: Proca's widget as served. Goal: at most ${goalBytes}`,
      isReached: gzipBytes <= goalBytes,
    });
  }
}

function heaviestTexts(measured: Measured): string {
  const texts = [...measured.gzipBytesByFile.keys()].filter((name) => name.startsWith("texts-"));
  const [first = ""] = texts.sort((left, right) => gzipBytesOf(measured, right) - gzipBytesOf(measured, left));
  return first;
}

function gzipBytesOf({ gzipBytesByFile }: Measured, file: string): number {
  const gzipBytes = gzipBytesByFile.get(file);
  if (gzipBytes === undefined) throw new Error("the build has another shape than this bench knows");
  return gzipBytes;
}

function starting({ gzipBytesByFile }: Measured, prefix: string): string {
  const file = [...gzipBytesByFile.keys()].find((name) => name.startsWith(prefix));
  if (file === undefined) throw new Error("the build has another shape than this bench knows");
  return file;
}

/** The one of several that takes what it needs from the frame's own file. */
function ofFrame({ gzipBytesByFile, assets }: Measured, prefix: string): string {
  const file = [...gzipBytesByFile.keys()].find(
    (name) => name.startsWith(prefix) && assets[name]?.imports.includes("frame.js"),
  );
  if (file === undefined) throw new Error("the build has another shape than this bench knows");
  return file;
}

function withImports({ assets }: Measured, entries: readonly string[]): readonly string[] {
  return [...new Set(entries.flatMap((entry) => [entry, ...(assets[entry]?.imports ?? [])]))];
}

function print(line: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
