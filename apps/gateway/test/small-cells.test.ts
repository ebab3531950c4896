// Hidden numbers against an attacker who knows the rule, the total, every name, and all that is shown, and tries every table there can be.
import { describe, expect, it } from "vitest";
import { hideSmallCells, smallestShown } from "../src/statistics/small-cells.ts";

const tableOf = (numbers: readonly number[]) => numbers.map((counted, index) => ({ key: `area-${index}`, counted }));
const shownOf = (numbers: readonly number[]): string => JSON.stringify(hideSmallCells(tableOf(numbers)));

function* tables(size: number, upTo: number): Generator<readonly number[]> {
  if (size === 0) yield [];
  else for (const rest of tables(size - 1, upTo)) for (let one = 0; one <= upTo; one++) yield [...rest, one];
}

describe("a number below five", () => {
  it.each([
    [2, 40],
    [3, 14],
    [4, 8],
  ])("cannot be calculated in any table of %i numbers up to %i", (size, upTo) => {
    // For every possible answer: which numbers each place may hold.
    const possible = new Map<string, Set<number>[]>();
    for (const table of tables(size, upTo)) {
      const answer = shownOf(table);
      const places = possible.get(answer) ?? table.map(() => new Set<number>());
      table.forEach((counted, place) => places[place]?.add(counted));
      possible.set(answer, places);
    }
    const calculated: (readonly number[])[] = [];
    for (const table of tables(size, upTo)) {
      const places = possible.get(shownOf(table)) ?? [];
      table.forEach((counted, place) => {
        if (counted > 0 && counted < smallestShown && (places[place]?.size ?? 0) < 2) calculated.push(table);
      });
    }
    expect(calculated).toEqual([]);
    expect(possible.size).toBeGreaterThan(20);
  });

  it("is never shown, and nothing is lost", () => {
    for (const table of tables(4, 8)) {
      const { cells, notShown } = hideSmallCells(tableOf(table));
      expect(cells.every(({ counted }) => counted >= smallestShown)).toBe(true);
      const sum = table.reduce((left, right) => left + right, 0);
      expect(cells.reduce((left, { counted }) => left + counted, notShown)).toBe(sum);
    }
  });
});

describe("numbers of five and more", () => {
  it("are all shown where none is smaller", () => {
    expect(hideSmallCells(tableOf([5, 0, 900]))).toMatchObject({
      cells: [{ counted: 5 }, { counted: 900 }],
      notShown: 0,
    });
  });

  it("are hidden only as far as a smaller one needs it", () => {
    expect(hideSmallCells(tableOf([2, 7, 9, 100])).cells.map(({ counted }) => counted)).toEqual([9, 100]);
    expect(hideSmallCells(tableOf([2, 3, 9, 100])).cells.map(({ counted }) => counted)).toEqual([9, 100]);
    expect(hideSmallCells(tableOf([1, 1, 9, 100])).cells.map(({ counted }) => counted)).toEqual([100]);
    // Equal ones go together.
    expect(hideSmallCells(tableOf([2, 7, 7, 100])).cells.map(({ counted }) => counted)).toEqual([100]);
  });

  it("a table with nothing to compare with is its own total", () => {
    expect(hideSmallCells(tableOf([3]))).toEqual({ cells: [], notShown: 3 });
    expect(hideSmallCells([])).toEqual({ cells: [], notShown: 0 });
  });
});
