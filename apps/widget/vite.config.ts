// Builds the widget: three entries with fixed names, shared code in hashed chunks, the style sheet, and a list of integrity hashes.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { defaultClientConditions, defineConfig, type Plugin } from "vite";

const source = (name: string): string => `${import.meta.dirname}/src/${name}`;

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  resolve: {
    conditions: ["@coterie/source", ...defaultClientConditions],
    // See src/bech32m.ts.
    alias: { "@scure/base": source("bech32m.ts") },
  },
  logLevel: "warn",
  build: {
    outDir: `${import.meta.dirname}/dist`,
    emptyOutDir: true,
    target: "es2022",
    minify: true,
    cssCodeSplit: true,
    // As a library: an application would carry Vite's preloading of chunks, which these pages do by `modulepreload`.
    lib: {
      entry: {
        "coterie-action": source("coterie-action.ts"),
        frame: source("frame.ts"),
        page: source("page.ts"),
        style: source("style.css"),
      },
      formats: ["es"],
    },
    rolldownOptions: {
      output: {
        minify: true,
        entryFileNames: "[name].js",
        chunkFileNames: "[name]-[hash].js",
        assetFileNames: "[name][extname]",
      },
    },
  },
  plugins: [dropErrorTexts(), copySha256(), listIntegrity()],
});

/** Drops the texts of our own errors: programs branch on codes, and nobody in a browser reads them. */
function dropErrorTexts(): Plugin {
  return {
    name: "coterie-drop-error-texts",
    enforce: "pre",
    transform(code, id) {
      if (id.includes("/node_modules/")) return undefined;
      return code.replace(/(throw new \w+Error\()(?:"[^"]*"|`[^`]*`)\)/g, '$1"")');
    },
  };
}

/**
 * Gives SHA-256 a copy of its own of the hash library's files. Shared with the fallback curve, which current browsers never
 * load, they would come whole, SHA-512 and all: 3 kB for every visitor.
 */
function copySha256(): Plugin {
  const mark = "?sha256";
  return {
    name: "coterie-copy-sha256",
    enforce: "pre",
    async resolveId(name, importer) {
      const starts =
        name.startsWith("@noble/hashes/") && /\/(widget\/sha256|clear-submitter)\.ts$/.test(importer ?? "");
      if (importer === undefined || !(starts || importer.endsWith(mark))) return undefined;
      const resolved = await this.resolve(name, importer.replace(mark, ""), { skipSelf: true });
      return resolved === null ? undefined : { ...resolved, id: `${resolved.id}${mark}` };
    },
    async load(id) {
      return id.endsWith(mark) ? await readFile(id.replace(mark, ""), "utf8") : undefined;
    },
  };
}

/** Writes assets.json: for every file its SHA-384 integrity metadata and the files that it imports statically. */
function listIntegrity(): Plugin {
  return {
    name: "coterie-integrity",
    enforce: "post",
    generateBundle(_options, bundle) {
      const assets = Object.fromEntries(
        Object.values(bundle).map((file) => {
          const content = file.type === "chunk" ? file.code : file.source;
          const integrity = `sha384-${createHash("sha384").update(content).digest("base64")}`;
          return [file.fileName, { integrity, imports: file.type === "chunk" ? allImports(file.fileName) : [] }];
        }),
      );
      const sorted = Object.fromEntries(Object.entries(assets).sort(([left], [right]) => (left < right ? -1 : 1)));
      this.emitFile({ type: "asset", fileName: "assets.json", source: `${JSON.stringify(sorted, undefined, 2)}\n` });

      function allImports(fileName: string, seen: Set<string> = new Set()): string[] {
        const file = bundle[fileName];
        for (const imported of file?.type === "chunk" ? file.imports : []) {
          if (seen.has(imported)) continue;
          seen.add(imported);
          allImports(imported, seen);
        }
        return [...seen].sort();
      }
    },
  };
}
