// Commands that browser tests call on vitest's side: `import { commands } from "vitest/browser"`.
import type { BrowserCommand } from "vitest/node";
import { readVector } from "./vectors.ts";

declare module "vitest/browser" {
  interface BrowserCommands {
    /** One vector file, decoded: JSON for `.json` and `.json.gz`, text for everything else. */
    readVector: <Shape = unknown>(path: string) => Promise<Shape>;
  }
}

/** The commands, by name, for vitest's browser project. */
export const browserCommands: { readonly readVector: BrowserCommand<[path: string]> } = {
  readVector: (_context, path) => readVector(path),
};
