// The skeleton of a new package: everything that the checks ask of one.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a new package is. */
export interface NewPackage {
  readonly name: string;
  readonly layer: number;
  readonly portable: boolean;
  readonly secrets: boolean;
}

/** Reads the command line: `<name> --layer N [--portable] [--secrets]`. Throws with a sentence on anything else. */
export function parseNewPackage(args: readonly string[]): NewPackage {
  const [name, ...rest] = args;
  if (name === undefined || !/^[a-z][a-z0-9-]*$/.test(name)) throw new Error("name the package: a noun, kebab-case");
  if (/^(core|common|shared|utils?|lib|types|helpers?)$/.test(name))
    throw new Error(`"${name}" says nothing: name the capability`);
  const layerAt = rest.indexOf("--layer");
  const layer = Number(layerAt === -1 ? Number.NaN : rest[layerAt + 1]);
  if (!Number.isInteger(layer) || layer < 0) throw new Error("give its layer: --layer 20");
  const known = rest.filter((_word, index) => index !== layerAt && index !== layerAt + 1);
  const unknown = known.find((word) => word !== "--portable" && word !== "--secrets");
  if (unknown !== undefined) throw new Error(`what is ${unknown}?`);
  return { name, layer, portable: rest.includes("--portable"), secrets: rest.includes("--secrets") };
}

/** Writes the package below `root` and adds it to the root's tsconfig. Returns its folder. */
export function writeNewPackage(root: string, wanted: NewPackage): string {
  const folder = `packages/${wanted.name}`;
  if (existsSync(join(root, folder))) throw new Error(`${folder} exists already`);
  for (const [path, text] of Object.entries(skeleton(wanted))) {
    mkdirSync(join(root, folder, path, ".."), { recursive: true });
    writeFileSync(join(root, folder, path), text);
  }
  const configFile = join(root, "tsconfig.json");
  const config: { references: { path: string }[] } = JSON.parse(readFileSync(configFile, "utf8"));
  const lastPackage = config.references.findLastIndex(({ path }) => path.startsWith("packages/"));
  config.references.splice(lastPackage + 1, 0, { path: folder });
  const references = config.references
    .map((reference) => `    { "path": ${JSON.stringify(reference.path)} }`)
    .join(",\n");
  writeFileSync(configFile, `{\n  "files": [],\n  "references": [\n${references}\n  ]\n}\n`);
  return folder;
}

function skeleton({ name, layer, portable, secrets }: NewPackage): Readonly<Record<string, string>> {
  const manifest = {
    name: `@coterie/${name}`,
    version: "0.1.0",
    description: `The ${name} of Coterie`,
    license: "Apache-2.0",
    type: "module",
    sideEffects: false,
    coterie: { layer, portable, secrets },
    exports: { ".": { "@coterie/source": "./src/index.ts", types: "./dist/index.d.ts", default: "./dist/index.js" } },
    files: ["dist"],
  };
  const compilerOptions = { rootDir: "src", outDir: "dist", lib: ["ES2023"], types: portable ? [] : ["node"] };
  const config = { extends: "../../tsconfig.base.json", compilerOptions, include: ["src"], references: [] };
  return {
    "package.json": `${JSON.stringify(manifest, undefined, 2)}\n`,
    "tsconfig.json": `${JSON.stringify(config, undefined, 2)}\n`,
    "src/index.ts": `// The ${name} package: what it offers.\nexport { limits } from "./limits.ts";\n`,
    "src/limits.ts":
      `// Every limit of this package, in one place. Tested at limit - 1, limit and limit + 1.\n\n` +
      `/** Limits by name; lengths in bytes. */\nexport const limits: { readonly inputLengthBytes: number } = {\n  inputLengthBytes: 65_536,\n};\n`,
    "test/limits.test.ts":
      `import { expect, it } from "vitest";\nimport { limits } from "../src/index.ts";\n\n` +
      `it("bounds its input", () => {\n  expect(limits.inputLengthBytes).toBeGreaterThan(0);\n});\n`,
  };
}
