// Waiting for what another peer has to do first. The rivals have no way of asking "has everything arrived?".
import { setTimeout as sleep } from "node:timers/promises";

/** True as soon as `holds` does, false where it does not within the time. */
export async function becomesTrue(holds, { timeoutMs = 20_000, everyMs = 5 } = {}) {
  const end = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > end) return false;
    await sleep(everyMs);
  }
  return true;
}

/** Waits until `holds` does. Throws where it does not within the time. */
export async function until(what, holds, limits) {
  if (!(await becomesTrue(holds, limits))) throw new Error(`waited in vain for ${what}`);
}
