// Clocks and sizes of a measurement, and the values that it writes.
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** The JSON of every value, in bytes. */
export const valueLengthBytes = 98;

/** The value with this number: 98 bytes of JSON. */
export function valueOf(number) {
  const bare = JSON.stringify({ number, text: "" }).length;
  return { number, text: "x".repeat(valueLengthBytes - bare) };
}

/** `count` values in order. */
export function valuesOf(count, { from = 0 } = {}) {
  return Array.from({ length: count }, (_, at) => valueOf(from + at));
}

/** Starts the clocks. The function that it returns reads them: wall time, and processor time of all threads of this process. */
export function startClocks() {
  const [wall, processor] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(processor);
    return { wallMs: round(performance.now() - wall), cpuMs: round((user + system) / 1000) };
  };
}

/** The most memory that this process has had resident so far. */
export function peakRssBytes() {
  return process.resourceUsage().maxRSS * 1024;
}

/** What the files of a folder take on the disk: allocated blocks, as `du` counts. */
export async function bytesOnDisk(folder) {
  const entries = await readdir(folder, { recursive: true });
  const sizes = await Promise.all(entries.map(async (entry) => (await stat(join(folder, entry))).blocks * 512));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** The value that `share` of the sorted figures do not exceed. */
export function percentile(figures, share) {
  const sorted = figures.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}

/** One digit after the point. */
export function round(figure) {
  return Math.round(figure * 10) / 10;
}

/** Microseconds of processor time for each of `count`. */
export function eachUs({ cpuMs }, count) {
  return round((cpuMs * 1000) / count);
}
