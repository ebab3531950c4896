/**
 * Solving a challenge of proof of work (docs/protocol/abuse.md §2), loaded only where one is set. In slices of a few milliseconds
 * on the page's own thread, so that the page goes on answering: pages with Trusted Types, and sites that embed the element, allow
 * no worker.
 */
import { parseWorkChallenge, searchWork } from "@coterie/actions/work";
import { decodeBase64Url, encodeBase64Url } from "@coterie/bytes";
import { sha256 } from "@noble/hashes/sha2.js";

/** What solving needs of the platform. */
export interface SolverDeps {
  /** Milliseconds, growing. */
  readonly now: () => number;
  /** Lets the page do what it has to do. */
  readonly pause: () => Promise<void>;
}

const sliceMs = 12;
/** Hashes between two looks at the clock: about a millisecond of a slow telephone. */
const hashesAtOnce = 64;

/** The solution of a challenge, both in base64url; undefined where the challenge is none, or asks for too much. */
export async function solveWork({ now, pause }: SolverDeps, challenge: string): Promise<string | undefined> {
  const parsed = parseWorkChallenge(decodeBase64Url(challenge));
  if (parsed === undefined) return undefined;
  const search = searchWork({ sha256 }, parsed);
  for (let startedAtMs = now(); ; ) {
    const solution = search.run(hashesAtOnce);
    if (solution !== undefined) return encodeBase64Url(solution);
    if (now() - startedAtMs < sliceMs) continue;
    await pause();
    startedAtMs = now();
  }
}

/** The browser. Messages, unlike timers, are not slowed down while people look at another tab. */
export const browserSolver: SolverDeps = {
  now: () => performance.now(),
  pause: () =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.addEventListener("message", () => {
        port1.close();
        resolve();
      });
      port1.start();
      port2.postMessage(undefined);
    }),
};
