import { describe, expect, it } from "vitest";
import { checkForbidden } from "../src/checks/forbidden.ts";
import { checkSizes } from "../src/checks/sizes.ts";
import { checkWording } from "../src/checks/wording.ts";
import { plant, told } from "./planted.ts";

function messages(path: string, code: string): string[] {
  const { workspace, graph } = plant({ [path]: code });
  return checkForbidden(workspace, graph).map(({ message }) => message.split(":")[0] ?? "");
}

const portable = "packages/low/src/planted.ts";
const app = "apps/blind/src/planted.ts";
const test = "packages/low/test/planted.test.ts";

describe("forbidden constructs", () => {
  it("accepts a repository in order", () => {
    const { workspace, graph } = plant();
    expect(checkForbidden(workspace, graph)).toEqual([]);
  });

  it.each([
    ['export * from "./one.ts";', "export *"],
    ['export * as all from "./one.ts";', "export *"],
    ["export default 1;", "default export"],
    ["export const a = Math.random();", "Math.random is predictable"],
    ["export const a = Date.now();", "reads the clock"],
    ["export const a = new Date();", "reads the clock"],
    ["export const a = fetch('https://example.org');", "fetch in a portable package"],
    ["export const a = globalThis.fetch;", "fetch in a portable package"],
    ["console.log(1);", "console in a portable package"],
  ])("finds %s in a portable package", (code, message) => {
    expect(messages(portable, code)).toEqual([message]);
  });

  it("lets an app read the clock but not use Math.random", () => {
    expect(messages(app, "export const a = Date.now() + Math.random();")).toEqual(["Math.random is predictable"]);
  });

  it("lets a port be called fetch and a date be made of a number", () => {
    expect(messages(portable, "export const a = (deps: any) => [deps.fetch(1), new Date(5)];")).toEqual([]);
  });

  it("lets a configuration file export its default", () => {
    expect(messages("apps/form/vite.config.ts", "export default {};")).toEqual([]);
  });

  it("finds any where secrets are", () => {
    expect(messages("packages/secret/src/planted.ts", "export const a = (key: any): void => {};")).toEqual([
      "any in a package that holds secrets",
    ]);
  });
});

describe("casts", () => {
  it.each(["export const a = b as string;", "export const a = b as unknown as string;", "export const a = <string>b;"])(
    "finds %s",
    (code) => {
      expect(messages(portable, code)).toEqual(["cast without a reason"]);
    },
  );

  it.each([
    "export const a = b as const;",
    "// cast: the parser has checked it\nexport const a = b as string;",
    "// brand: minted here,\n// and only here\nexport const a = b as string;",
    "export const a = b as string; // cast: checked above",
    "export function f() {\n  // cast: it spans lines\n  return g(\n    b as string,\n  );\n}",
    "/* cast: block */\nexport const a = b as string;",
    'import { a as b } from "./one.ts";',
  ])("accepts %s", (code) => {
    expect(messages(portable, code)).toEqual([]);
  });

  it("does not let a reason above a function excuse its body", () => {
    const code =
      "// cast: of something else\nexport function f() {\n  const x = 1;\n  return x as unknown as string;\n}";
    expect(messages(portable, code)).toEqual(["cast without a reason"]);
  });

  it("leaves tests alone", () => {
    expect(messages(test, "export const a = b as string;")).toEqual([]);
  });
});

describe("tests that do not run", () => {
  it.each([
    ['it.only("x", () => {});', "only"],
    ['describe.only("x", () => {});', "only"],
    ['it.skip("x", () => {});', "skip without a reason"],
    ['it.concurrent.skip("x", () => {});', "skip without a reason"],
    ['it.skipIf(true)("x", () => {});', "skipIf without a reason"],
    ['it.todo("x");', "todo without a reason"],
  ])("finds %s", (code, message) => {
    expect(messages(test, code)).toEqual([message]);
  });

  it("accepts a skip with a reason", () => {
    expect(messages(test, '// skip: needs a service\nit.skipIf(true)("x", () => {});')).toEqual([]);
  });
});

describe("wording", () => {
  const place = (...parts: string[]): string => `/${parts.join("/")}`;

  it("accepts a repository in order", () => {
    expect(checkWording(plant().root)).toEqual([]);
  });

  it.each([
    [`// TO${"DO"}: later`, "unfinished"],
    [`// FIX${"ME"}`, "unfinished"],
    [`const a = "${place("home", "alice", "x")}";`, "path of one machine"],
    [`const a = "${place("work", "main")}";`, "path of one machine"],
    [`const a = "https://registry.${"example"}.org/";`, "names a registry"],
  ])("finds %s", (code, message) => {
    const { root } = plant({ "docs/planted.md": code });
    expect(told(checkWording(root))[0]).toContain(`docs/planted.md: ${message}`);
  });

  it("leaves relative paths and words alone", () => {
    const { root } = plant({ "docs/planted.md": "see ./work/list and packages/home/x and ~/home/y\n" });
    expect(checkWording(root)).toEqual([]);
  });
});

describe("sizes", () => {
  const file = (lines: number): string => "export const a = 1;\n".replace("a", "b") + "// a line\n".repeat(lines - 1);

  it("warns above 300 lines and fails above 400", () => {
    const { graph } = plant({
      "packages/low/src/fits.ts": file(300),
      "packages/low/src/long.ts": file(400),
      "packages/low/src/too-long.ts": file(401),
      "packages/low/src/index.ts": file(900),
      "packages/low/src/inner/index.ts": file(401),
      "packages/low/test/long.test.ts": file(900),
    });
    expect(checkSizes(graph)).toEqual([
      { file: "packages/low/src/inner/index.ts", message: "401 lines, the limit is 400" },
      { file: "packages/low/src/long.ts", message: "400 lines, aim below 300", isWarning: true },
      { file: "packages/low/src/too-long.ts", message: "401 lines, the limit is 400" },
    ]);
  });
});
