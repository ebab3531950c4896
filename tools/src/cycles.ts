// Cycles in the graph of imports that carry values. Types vanish before code runs, and a worker is a world of its own.
import type { ModuleGraph } from "./module-graph.ts";

/** Every strongly connected group of two or more files (or a file that imports itself), each as a list of its files. */
export function findCycles(graph: ModuleGraph): string[][] {
  const search = new CycleSearch(graph);
  return search.run();
}

/** Tarjan's algorithm; the recursion is as deep as the longest import chain. */
class CycleSearch {
  readonly #graph: ModuleGraph;
  readonly #indexByFile = new Map<string, number>();
  readonly #lowByFile = new Map<string, number>();
  readonly #stack: string[] = [];
  readonly #cycles: string[][] = [];

  constructor(graph: ModuleGraph) {
    this.#graph = graph;
  }

  run(): string[][] {
    for (const file of this.#graph.keys()) if (!this.#indexByFile.has(file)) this.#visit(file);
    return this.#cycles;
  }

  #visit(file: string): number {
    const index = this.#indexByFile.size;
    this.#indexByFile.set(file, index);
    this.#stack.push(file);
    let low = index;
    for (const next of this.#valueImports(file)) {
      if (!this.#indexByFile.has(next)) low = Math.min(low, this.#visit(next));
      else if (this.#stack.includes(next)) low = Math.min(low, this.#indexByFile.get(next) ?? low);
    }
    this.#lowByFile.set(file, low);
    if (low === index) this.#close(file);
    return low;
  }

  #close(file: string): void {
    const group = this.#stack.splice(this.#stack.indexOf(file));
    if (group.length > 1 || this.#valueImports(file).includes(file)) this.#cycles.push(group);
  }

  #valueImports(file: string): string[] {
    const edges = this.#graph.get(file)?.imports ?? [];
    return edges.flatMap(({ kind, target }) =>
      target !== undefined && (kind === "value" || kind === "dynamic") && this.#graph.has(target) ? [target] : [],
    );
  }
}
