// Solves proofs of work as browsers do, away from the thread that measures how long people wait.
import { parseWorkChallenge, searchWork, type WorkChallenge } from "@coterie/actions/work";
import { decodeBase64Url } from "@coterie/bytes";
import { nodePrimitives } from "@coterie/primitives/node";
import { parentPort } from "node:worker_threads";
import type { SolvedWork, UnsolvedWork } from "./work.ts";

const hashesAtOnce = 100_000;

function solve(challenge: WorkChallenge): string {
  const search = searchWork(nodePrimitives, challenge);
  for (;;) {
    const solution = search.run(hashesAtOnce);
    if (solution !== undefined) return Buffer.from(solution).toString("base64");
  }
}

parentPort?.on("message", ({ number, challenge }: UnsolvedWork) => {
  const parsed = parseWorkChallenge(decodeBase64Url(challenge));
  const solution = parsed === undefined ? "" : solve(parsed);
  const solved: SolvedWork = { number, solution };
  parentPort?.postMessage(solved, []);
});
