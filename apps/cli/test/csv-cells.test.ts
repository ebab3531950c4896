import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { encodeCell, encodeJsonLine, encodeRow } from "@coterie/actions/csv";
import { temporaryFolder } from "./cli-process.ts";
import { hostileTexts } from "./hostile-texts.ts";

/** A reader of its own, as a spreadsheet reads: quotes count at the start of a cell only, then up to the closing one. */
function readCsv(text: string, separator: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    let cell = "";
    if (text[at] === '"') {
      at++;
      for (; at < text.length; at++) {
        if (text[at] !== '"') cell += text[at];
        else if (text[at + 1] === '"') cell += text[at++];
        else break;
      }
      at++;
    }
    while (at < text.length && text[at] !== separator && text[at] !== "\n" && text[at] !== "\r") cell += text[at++];
    row.push(cell);
    if (text[at] === separator) {
      at++;
      if (at === text.length) row.push("");
      continue;
    }
    if (text[at] === "\r" && text[at + 1] === "\n") at++;
    at++;
    rows.push(row);
    row = [];
  }
  return rows;
}

/** What a spreadsheet might take for a formula, judged more strictly than any of them. */
const mayRun = /^[\s\p{Cf}\p{Cc}\u115f\u1160\u3164\uffa0\ufffd"“”‘’＂＇]*[=+\-@|%＝＋－＠｜％﹢﹣﹦﹫−]/u;
const runs = (cell: string): boolean => mayRun.test(cell);
const unseen = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

describe("cells of a CSV file", () => {
  it("of 500 and more hostile texts read back as one cell each, and none would run", () => {
    expect(hostileTexts.length).toBeGreaterThanOrEqual(500);
    const rows = readCsv(hostileTexts.map((text) => encodeRow(["before", text, "after"])).join(""), ",");
    expect(rows).toHaveLength(hostileTexts.length);
    for (const [index, [before, cell = "", after, ...more]] of rows.entries()) {
      expect([before, after, more]).toEqual(["before", "after", []]);
      expect(runs(cell) ? hostileTexts[index] : "").toBe("");
      expect(cell).not.toMatch(unseen);
    }
  });

  it("do not run where a spreadsheet expects semicolons or tabs instead of commas", () => {
    for (const separator of [";", "\t"]) {
      for (const text of hostileTexts) {
        const cells = readCsv(encodeRow(["before", text, "after"]), separator).flat();
        expect(cells.filter(runs)).toEqual([]);
      }
    }
  });

  it("keep the text but for the apostrophe and unseen characters", () => {
    for (const text of hostileTexts) {
      const [[cell = ""] = []] = readCsv(encodeRow([text, ""]), ",");
      const plain = (some: string): string => some.replace(/[\ufffd'\p{Cc}\p{Cf}\u2028\u2029]/gu, "");
      expect(plain(cell)).toBe(plain(text));
    }
  });

  it("leave ordinary text as it is", () => {
    for (const text of [
      "Alice",
      "Straße 5",
      "a@example.org",
      "O'Neill",
      "1-2",
      "10 % off",
      "نص",
      "日本語",
      "a=b",
      "",
    ]) {
      expect(encodeCell(text)).toBe(text);
    }
    expect(encodeCell("two\nlines")).toBe('"two\nlines"');
    expect(encodeCell('say "hi", please')).toBe('"say ""hi"", please"');
    expect(encodeCell("+49 30 1234567")).toBe("'+49 30 1234567");
    expect(encodeCell("=1+1")).toBe("'=1+1");
    expect(encodeCell(" \u200b=1+1")).toBe("' \ufffd=1+1");
    expect(encodeCell("x;=1+1")).toBe('"x;\'=1+1"');
  });

  it("take time in proportion to their length", () => {
    for (const text of [
      " ".repeat(100_000),
      '"'.repeat(100_000),
      ";".repeat(100_000),
      "; ".repeat(50_000),
      "\u200b".repeat(100_000),
      "\t".repeat(100_000),
      "\r\n".repeat(50_000),
    ]) {
      const start = performance.now();
      encodeCell(text);
      expect(performance.now() - start).toBeLessThan(500);
    }
  });

  it("read back the same by Python's csv module", async () => {
    const folder = await temporaryFolder();
    await writeFile(
      join(folder, "hostile.csv"),
      hostileTexts.map((text) => encodeRow(["before", text, "after"])).join(""),
    );
    const script =
      "import csv,json,sys\ncsv.field_size_limit(10**8)\nprint(json.dumps(list(csv.reader(open(sys.argv[1],encoding='utf-8',newline='')))))";
    const python = await promisify(execFile)("python3", ["-c", script, join(folder, "hostile.csv")], {
      maxBuffer: 1e8,
    }).catch(() => undefined);
    if (python === undefined) return; // No Python on this machine: the reader above has read them.
    const rows: string[][] = JSON.parse(python.stdout);
    expect(rows).toEqual(readCsv(hostileTexts.map((text) => encodeRow(["before", text, "after"])).join(""), ","));
  });
});

describe("JSON lines", () => {
  it("are exact, one line each, and show what they hold", () => {
    for (const text of hostileTexts) {
      const line = encodeJsonLine({ text });
      expect(line.indexOf("\n")).toBe(line.length - 1);
      expect(JSON.parse(line)).toEqual({ text });
      expect(line.slice(0, -1)).not.toMatch(unseen);
    }
  });
});
