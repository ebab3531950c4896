import { describe, expect, it } from "vitest";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { repositoryRoot, sourceCondition } from "../../../tools/src/repository.ts";

interface Bundle {
  readonly text: string;
  readonly modules: readonly string[];
}

/** What a bundler keeps of an import: its minified code, and the modules of this package with any code left in it. */
async function bundle(code: string): Promise<Bundle> {
  const entry = `${repositoryRoot}/packages/sealed-box/virtual-entry.ts`;
  const isEntry = (id: string) => id.endsWith("virtual-entry.ts");
  const output = await build({
    configFile: false,
    logLevel: "silent",
    root: repositoryRoot,
    resolve: { conditions: [sourceCondition, "import"] },
    plugins: [
      { name: "entry", resolveId: (id) => (isEntry(id) ? entry : null), load: (id) => (isEntry(id) ? code : null) },
    ],
    build: { write: false, minify: true, lib: { entry, formats: ["es"] } },
  });
  const [first] = [output].flat();
  // cast: without `watch`, a build gives its output
  const [chunk] = (first as Rolldown.RolldownOutput).output;
  const modules = Object.entries(chunk.modules)
    .filter(([id, { renderedLength }]) => id.includes("/packages/sealed-box/src/") && renderedLength > 0)
    .map(([id]) => id.replace(/^.*\//, ""));
  return { text: chunk.code, modules };
}

describe("the sealing entry", () => {
  it("brings a form its plain text and commitment, and nothing that opens or makes envelopes", async () => {
    const names = "{ contactCommitment, contactSizes, createContactPlaintext, deriveKeyId }";
    const { text, modules } = await bundle(`export ${names} from "@coterie/sealed-box/seal";`);
    for (const module of modules) expect(module).not.toMatch(/open|envelope|key-file|words|decoder|home/);
    expect(modules).toContain("contact-plaintext.ts");
    expect(gzipSync(text).length).toBeLessThan(6000);
  }, 60_000);

  it("as a whole holds nothing that opens", async () => {
    const { text, modules } = await bundle('export * from "@coterie/sealed-box/seal";');
    for (const module of modules) expect(module).not.toMatch(/open|key-file|words|decoder/);
    expect(text).not.toContain("decryptBox");
    expect(modules).toContain("seal-envelope.ts");
  }, 60_000);

  it("differs in that from the opening entry", async () => {
    const { text } = await bundle('export * from "@coterie/sealed-box/open";');
    expect(text).toContain("decryptBox");
  }, 60_000);
});
