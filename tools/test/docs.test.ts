import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkDocstrings } from "../src/checks/docstrings.ts";
import { checkGoals, checkLinks } from "../src/checks/links.ts";
import { checkExamples, collectExamples } from "../src/examples.ts";
import { anchors, codeFences } from "../src/markdown.ts";
import { repositoryRoot } from "../src/repository.ts";
import { plant, told } from "./planted.ts";

const fence = "```";

describe("links", () => {
  const findings = (text: string): string[] => told(checkLinks(plant({ "docs/planted.md": text }).root));

  it("accepts files, headings, anchors and the world outside", () => {
    const text = `# A \`b\` — c!\n[a](dependencies.md) [b](../docs/dependencies.md#dependencies) [c](#a-b--c) [d](https://example.org)\n`;
    expect(findings(text)).toEqual([]);
  });

  it("finds dead files and headings", () => {
    expect(findings("[a](gone.md) [b](dependencies.md#gone)")).toEqual([
      "docs/planted.md: dead link: gone.md",
      "docs/planted.md: no such heading: dependencies.md#gone",
    ]);
  });

  it("reads no links in code", () => {
    expect(findings(`\`[a](gone.md)\`\n${fence}\n[a](gone.md)\n${fence}\n`)).toEqual([]);
  });
});

describe("goals", () => {
  const findings = (text: string): string[] => {
    const { root } = plant({ "docs/security/goals.md": text, "packages/low/test/one.test.ts": "" });
    return told(checkGoals(root));
  };

  it("accepts goals with tests, as headings, rows and items", () => {
    const link = "[test](../../packages/low/test/one.test.ts)";
    expect(findings(`## G1 Sealed\n\nwords ${link}\n\n| **G2** | ${link} |\n- G3: ${link}\n`)).toEqual([]);
  });

  it("finds goals without a test, with a dead one, or with a link to something else", () => {
    const found = findings(
      "## G1 a\n\n## G2 b\n[t](../../packages/low/test/gone.test.ts)\n## G3 c\n[t](../dependencies.md)\n",
    );
    expect(found.map((text) => text.replace(/.*: /, ""))).toEqual([
      "goal G1 links to no existing test",
      "goal G2 links to no existing test",
      "goal G3 links to no existing test",
    ]);
  });

  it("refuses a page without goals", () => {
    expect(findings("# Goals\n")).toEqual(["docs/security/goals.md: holds no numbered goal (G1, G2, ...)"]);
  });
});

describe("docstrings", () => {
  const findings = (files: Parameters<typeof plant>[0]): string[] => {
    const { workspace, graph } = plant(files);
    return checkDocstrings(workspace, graph).map(({ file, message }) => `${file}: ${message.split(" ")[0]}`);
  };

  it("accepts a repository in order", () => {
    expect(findings({})).toEqual([]);
  });

  it("finds every kind of export without one, through the index", () => {
    const code = `/** Told. */
export const told = 1;

export const a = 1;
export function b(): void {}
export class C {}
export interface D {}
export type E = 1;
const f = 1;
// a comment is no docstring
export { f };
export const inner = 1;
`;
    const index =
      'import { b } from "./one.ts";\nexport { told, a as renamed, C, type D, f } from "./one.ts";\nexport type { E } from "./one.ts";\nexport { b };\n';
    const found = findings({
      "packages/low/src/index.ts": index,
      "packages/low/src/one.ts": code,
      "packages/box/src/seal.ts": "/** Seals. */\nexport const seal = 1;\n",
    });
    expect(found.map((text) => text.replace("packages/low/src/one.ts: ", "")).toSorted()).toEqual([
      "C",
      "D",
      "E",
      "a",
      "b",
      "f",
    ]);
  });

  it("does not take the module's comment for that of the first export", () => {
    const code = "/** This module. */\n\nexport const seal = 1;\n";
    expect(findings({ "packages/box/src/seal.ts": code })).toEqual(["packages/box/src/seal.ts: seal"]);
  });

  it("accepts line comments in between and overloads", () => {
    const code = "/** Seals. */\n// brand: why\nexport function seal(): void;\nexport function seal(a?: 1): void {}\n";
    expect(findings({ "packages/box/src/seal.ts": code })).toEqual([]);
  });
});

describe("examples", () => {
  const planted = (files: Parameters<typeof plant>[0]): ReturnType<typeof plant> => {
    const found = plant(files);
    symlinkSync(join(repositoryRoot, "node_modules"), join(found.root, "node_modules"), "dir");
    writeFileSync(
      join(found.root, "tsconfig.base.json"),
      JSON.stringify({ compilerOptions: { module: "nodenext", strict: true } }),
    );
    return found;
  };
  const findings = (files: Parameters<typeof plant>[0]): string[] => {
    const { workspace, graph } = planted(files);
    return checkExamples(workspace, graph).map(
      ({ file, line, message }) => `${file}:${line}: ${message.split("\n")[0]}`,
    );
  };
  const page = (code: string, info = "ts"): Record<string, string> => ({
    "README.md": `# x\n\n${fence}${info}\n${code}\n${fence}\n`,
  });

  it("takes them from pages and docstrings", () => {
    const { workspace, graph } = plant({
      ...page("const a = 1;"),
      "docs/other.md": `${fence}sh\nls\n${fence}\n`,
      "packages/low/src/one.ts": `/**\n * One.\n * @example\n * const b = 2;\n * @throws never\n */\nexport const one = 1;\n`,
      "packages/box/src/seal.ts": `/**\n * Seals.\n * @example\n * ${fence}ts no-run\n * const c = 3;\n * ${fence}\n */\nexport const seal = 1;\n`,
    });
    const found = collectExamples(workspace, graph).map(({ file, code, isRun }) => [file, code.trim(), isRun]);
    expect(found).toEqual([
      ["README.md", "const a = 1;", true],
      ["packages/box/src/seal.ts", "const c = 3;", false],
      ["packages/low/src/one.ts", "const b = 2;", true],
    ]);
  });

  it("accepts one that runs", () => {
    expect(findings(page('import assert from "node:assert";\nassert.equal(await Promise.resolve(1), 1);'))).toEqual([]);
  });

  it("finds a wrong type at its line", () => {
    const [first] = findings(page("const a = 1;\nconst b: string = a;"));
    expect(first).toContain("README.md:5: example: error TS2322");
  });

  it("finds one that throws", () => {
    expect(findings(page('throw new Error("broken");'))).toEqual(["README.md:4: example fails: Error: broken"]);
  });

  it("finds one that ends the process", () => {
    expect(findings(page("process.exit(0);"))[0]).toContain("ended early");
  });

  it("does not run what is marked so", () => {
    expect(findings(page('throw new Error("broken");', "ts no-run"))).toEqual([]);
  });
});

describe("markdown", () => {
  it("reads fences with their lines and words", () => {
    expect(codeFences(`a\n  ${fence}ts no-run\n  b\n  ${fence}\n`)).toEqual([
      { language: "ts", flags: ["no-run"], code: "b", line: 3 },
    ]);
  });

  it("names headings as hosting sites do", () => {
    expect([...anchors("# A b\n## A b\n### `c`: d/e\n")]).toEqual(["a-b", "a-b-1", "c-de"]);
  });
});
