/** What `measure-browser.ts` runs inside Chromium: the figures of ours on the browser's primitives. */
import { loadBrowserPrimitives, systemRandom } from "@coterie/primitives/browser";
import { coterieOn } from "./coterie-implementation.ts";
import { figures, measureInTurns, wallClock } from "./figures.ts";

/** Medians in µs, in the order of the figures. */
export async function measureInBrowser(): Promise<readonly number[]> {
  const ours = coterieOn({ primitives: await loadBrowserPrimitives(), random: systemRandom });
  const medians: number[] = [];
  for (const figure of figures) {
    const works = [await figure.prepare(ours)];
    medians.push(...(await measureInTurns(works, { ...figure, clocks: [wallClock] })).flat());
  }
  return medians;
}
