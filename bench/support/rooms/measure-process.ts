// Measures one part of ours in a process of its own, and prints its figures as one JSON line:
// `node … measure-process.ts append '{"values":300,"batch":1}'`.
import { type AppendOptions, measureAppend } from "./measure-append.ts";
import { type CatchUpOptions, measureCatchUp } from "./measure-catch-up.ts";
import { type CheckpointOptions, measureReopen, measureSnapshot, type ReopenOptions } from "./measure-checkpoint.ts";
import { type FinalityOptions, measureFinality } from "./measure-finality.ts";
import { type MergeOptions, measureMerge } from "./measure-merge.ts";
import { measureOrdering, type OrderingOptions } from "./measure-ordering.ts";
import { nodePlatform } from "./node-device.ts";
import type { Figures } from "./parts.ts";
import { measureRotation, type RotationOptions } from "./rotation.ts";

const [part = "", options = "{}"] = process.argv.slice(2);
const figures = await measure(part, JSON.parse(options));
const rounded = (_name: string, value: unknown): unknown =>
  typeof value === "number" ? Math.round(value * 100) / 100 : value;
process.stdout.write(`${JSON.stringify({ part, ...figures }, rounded)}\n`);
process.exit();

/** Options come from figures.ts, where the compiler checks them. */
async function measure(name: string, given: unknown): Promise<Figures> {
  switch (name) {
    case "append":
      return await measureAppend(given as AppendOptions);
    case "catch-up":
      return await measureCatchUp(given as CatchUpOptions);
    case "finality":
      return await measureFinality(given as FinalityOptions);
    case "merge":
      return await measureMerge(given as MergeOptions);
    case "ordering":
      return await measureOrdering(given as OrderingOptions);
    case "reopen":
      return await measureReopen(given as ReopenOptions);
    case "snapshot":
      return await measureSnapshot(given as CheckpointOptions);
    case "rotation":
      return { ...(await measureRotation(nodePlatform, given as RotationOptions)) };
    default:
      throw new Error("no such part");
  }
}
