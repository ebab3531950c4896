/** The other process of a measurement: it prepares, then supplies the blocks. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { CatchUpPreparation, MergePreparation, Prepared } from "./prepare.ts";

/** What was prepared, and where its blocks are to be had: a port for each store. */
export interface Supply extends Prepared {
  readonly ports: readonly number[];
}

/** Preparations by name. */
export interface Preparations {
  readonly catchUp: CatchUpPreparation;
  readonly merge: MergePreparation;
}

/** Prepares in a process of its own, and serves what that wrote while `use` runs. */
export async function withSupplier<Name extends keyof Preparations, Result>(
  { name, options }: { readonly name: Name; readonly options: Preparations[Name] },
  use: (supply: Supply) => Promise<Result>,
): Promise<Result> {
  const child = fork(join(import.meta.dirname, "supply-process.ts"), [name, JSON.stringify(options)], {
    execArgv: ["--conditions=@coterie/source"],
  });
  const ended = once(child, "exit");
  try {
    const told: unknown[] = await Promise.race([once(child, "message"), ended.then(() => [])]);
    if (told[0] === undefined) throw new Error("the supplier ended early");
    // cast: what supply-process.ts sends
    return await use(told[0] as Supply);
  } finally {
    child.kill();
    await ended;
  }
}
