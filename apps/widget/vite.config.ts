// Builds the widget: three entries with fixed names, shared code in hashed chunks, the style sheet, and a list of integrity hashes.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, extname } from "node:path";
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
    // Sites name a file of an earlier build together with its integrity: it stays, with all that it loads.
    emptyOutDir: false,
    target: "es2022",
    minify: true,
    cssCodeSplit: true,
    // No stand-ins for `:dir()` and `light-dark()`: an older browser leaves out how an input is aligned, and nothing else.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    // As a library: an application would carry Vite's preloading of chunks, which these pages do by `modulepreload`.
    lib: {
      entry: {
        "coterie-action": source("coterie-action.ts"),
        frame: source("frame.ts"),
        page: source("page.ts"),
        "page-sealing": source("page-sealing.ts"),
        style: source("style.css"),
      },
      formats: ["es"],
    },
    rolldownOptions: {
      // What only some visitors load takes what it needs from the file that loads it.
      preserveEntrySignatures: "allow-extension",
      // Reading a member of an object of ours changes nothing: tables that only texts of errors name are dropped.
      treeshake: { propertyReadSideEffects: false },
      output: {
        minify: true,
        entryFileNames: "[name].js",
        // The gateway lets browsers keep names of this form for a year.
        chunkFileNames: "[name]-[hash:16].js",
        hashCharacters: "hex",
        assetFileNames: "[name][extname]",
      },
    },
  },
  plugins: [dropErrorTexts(), bundleApart(), listIntegrity()],
});

/** Drops the texts of errors, ours and the libraries': programs branch on codes, and nobody in a browser reads them. */
function dropErrorTexts(): Plugin {
  // The hash and cipher libraries begin some with a title, or make them beforehand.
  const text = /(?<=\bthrow new \w*Error\()(?:(?:"[^"]*"|'[^']*'|`[^`]*`|atitle\(\w+\))(?: \+ [^;]*)?|message)(?=\);)/g;
  return {
    name: "coterie-drop-error-texts",
    enforce: "pre",
    transform: (code, id) => {
      if (!/\.[jt]s(\?|$)/.test(id)) return undefined;
      // The checks of lengths name what they check in a member of their own.
      const short = code.replace(text, '""').replace(/(?<=\bwhat: )"[^"]*"/g, '""');
      return /errors\.ts(\?|$)/.test(id) ? short.replace(/(?<=\bsuper\()"[^"]*"(?=\);)/g, "") : short;
    },
    // What tells bundlers that a call may be dropped tells browsers nothing.
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type === "chunk") file.code = file.code.replaceAll("/* @__PURE__ */", "");
      }
    },
  };
}

/** What begins a file of its own: the entries, and what several of them load later. */
const partStarts: readonly RegExp[] = [
  /\/widget\/src\/(coterie-action|element-form|frame|page|page-sealing|proof-of-work)\.ts$/,
  /\/actions\/src\/form\/texts-[a-z]+\.ts$/,
  /\/actions\/src\/schemas\/eci\.ts$/,
  /\/primitives\/src\/widget\/script-x25519\.ts$/,
  /\/primitives\/src\/portable\/verify-ed25519\.ts$/,
  /\/@noble\/curves\/ed25519\.js$/,
];

/**
 * Bundles every file that a visitor loads by itself, with copies of its own of what others need, too: no small shared
 * files, compression sees all of it at once, and each carries only what it uses. No visitor loads two copies of much, since
 * each loads one entry; the classes of errors are compared within one file only. What is not listed and loaded later takes what it
 * needs from the file that loads it.
 */
function bundleApart(): Plugin {
  const mark = "?part=";
  return {
    name: "coterie-bundle-apart",
    enforce: "pre",
    async resolveId(name, importer, options) {
      const [importerPath, parent] = importer?.split(mark) ?? [];
      const resolved = await this.resolve(name, importerPath, { ...options, skipSelf: true });
      if (resolved === null || !/\.[jt]s$/.test(resolved.id)) return resolved;
      const part = partStarts.some((start) => start.test(resolved.id))
        ? basename(resolved.id, extname(resolved.id))
        : parent;
      if (part === undefined) return resolved;
      return { ...resolved, id: `${resolved.id}${mark}${part}` };
    },
    async load(id) {
      const [path, part] = id.split(mark);
      return path === undefined || part === undefined ? undefined : await readFile(path, "utf8");
    },
  };
}

interface ListedAsset {
  readonly integrity?: string | undefined;
  readonly imports: readonly string[];
  readonly addressed?: string;
}

/**
 * Writes assets.json: for every file its SHA-384 integrity metadata and the files that it imports statically; for the
 * element also the name under which its content stays the same (`addressed`).
 */
function listIntegrity(): Plugin {
  return {
    name: "coterie-integrity",
    enforce: "post",
    generateBundle(_options, bundle) {
      const assets: Record<string, ListedAsset> = Object.fromEntries(
        Object.values(bundle).map((file) => {
          const content = file.type === "chunk" ? file.code : file.source;
          const integrity = `sha384-${createHash("sha384").update(content).digest("base64")}`;
          return [file.fileName, { integrity, imports: file.type === "chunk" ? allImports(file.fileName) : [] }];
        }),
      );
      const element = bundle["coterie-action.js"];
      if (element?.type === "chunk") {
        // What a site embeds with integrity: this name never means another content, and only it is given integrity.
        const { code } = element;
        const addressed = `coterie-action-${createHash("sha256").update(code).digest("hex").slice(0, 16)}.js`;
        this.emitFile({ type: "asset", fileName: addressed, source: code });
        const own = assets[element.fileName];
        const imports = own?.imports ?? [];
        assets[addressed] = { integrity: own?.integrity, imports };
        assets[element.fileName] = { addressed, imports };
      }
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
