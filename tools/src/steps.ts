// Steps of a check: run a few at a time, told one line each in the order they are listed.
import { availableParallelism } from "node:os";
import { type Finding, formatFinding } from "./finding.ts";
import { capture, type ProcessCall } from "./run-process.ts";

/** What a step found. `output` is shown when it failed, and warnings also when not. */
export interface StepResult {
  readonly isGood: boolean;
  readonly output: string;
}

/** One step by name. */
export interface Step {
  readonly name: string;
  readonly run: () => Promise<StepResult>;
}

/** A step that is another program. */
export function processStep(name: string, call: ProcessCall): Step {
  return {
    name,
    run: async () => {
      const { exitCode, output } = await capture(call);
      return { isGood: exitCode === 0, output: exitCode === 0 ? "" : output };
    },
  };
}

/** A step that is a function of this repository. */
export function findingsStep(name: string, find: () => readonly Finding[] | Promise<readonly Finding[]>): Step {
  return {
    name,
    run: async () => {
      const findings = await find();
      return {
        isGood: findings.every(({ isWarning }) => isWarning === true),
        output: findings.map(formatFinding).join("\n"),
      };
    },
  };
}

/** Runs steps, as many at a time as there are processors, and prints a line for each. True when all were good. */
export async function runSteps(steps: readonly Step[], print: (line: string) => void): Promise<boolean> {
  const queue = steps.map((step) => ({ step, ...Promise.withResolvers<{ result: StepResult; seconds: string }>() }));
  const waiting = [...queue];
  const work = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const startedAtMs = performance.now();
      const result = await job.step.run().catch((error: unknown) => ({ isGood: false, output: String(error) }));
      job.resolve({ result, seconds: ((performance.now() - startedAtMs) / 1000).toFixed(1) });
    }
  };
  const workers = Array.from({ length: Math.max(2, availableParallelism()) }, work);
  let isGood = true;
  for (const { step, promise } of queue) {
    const { result, seconds } = await promise;
    print(`${result.isGood ? "ok  " : "FAIL"} ${step.name.padEnd(14)} ${seconds.padStart(5)} s`);
    if (result.output.trim() !== "") print(result.output.trimEnd().replace(/^/gm, "     "));
    isGood &&= result.isGood;
  }
  await Promise.all(workers);
  return isGood;
}
