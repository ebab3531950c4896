/** Clocks of a measurement: as in conformance/interop/rooms-rivals/measure/figures.mjs, so that both sides are read alike. */

/** Wall time, and processor time of all threads of this process. */
export interface Clocks {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** Starts the clocks. The function that it returns reads them. */
export function startClocks(): () => Clocks {
  const [wall, processor] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(processor);
    return { wallMs: performance.now() - wall, cpuMs: (user + system) / 1000 };
  };
}

/** The most memory that this process has had resident so far. */
export function peakRssBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}
