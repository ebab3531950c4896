// The widget, built once for a test file into a folder of its own.
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";

const configFile = join(import.meta.dirname, "..", "..", "vite.config.ts");

/** Builds the widget and returns the folder. */
export async function buildWidget(): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), "coterie-widget-"));
  await build({ configFile, logLevel: "error", build: { outDir, emptyOutDir: true } });
  return outDir;
}
