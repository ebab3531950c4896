/** Strongly connected parts of a graph (Tarjan's algorithm), without recursion: a hostile chain of edges may be as long as a room has members. */

/** Which part each node belongs to: two nodes lie on one cycle iff their parts are equal. Nodes are numbered from 0. */
export function findStrongParts(edges: readonly (readonly number[])[]): Int32Array {
  const search = new PartSearch(edges);
  for (let node = 0; node < edges.length; node++) search.visit(node);
  return search.parts;
}

const unset = -1;

class PartSearch {
  readonly parts: Int32Array;
  readonly #edges: readonly (readonly number[])[];
  readonly #order: Int32Array;
  readonly #low: Int32Array;
  readonly #open: number[] = [];
  #next = 0;

  constructor(edges: readonly (readonly number[])[]) {
    this.#edges = edges;
    this.parts = new Int32Array(edges.length).fill(unset);
    this.#order = new Int32Array(edges.length).fill(unset);
    this.#low = new Int32Array(edges.length);
  }

  visit(start: number): void {
    if (this.#orderOf(start) !== unset) return;
    const path = [this.#enter(start)];
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const target = this.#edges[step.node]?.[step.at];
      if (target === undefined) {
        path.pop();
        this.#leave(step.node);
        const parent = path.at(-1);
        if (parent !== undefined) this.#lower(parent.node, this.#lowOf(step.node));
        continue;
      }
      step.at += 1;
      if (this.#orderOf(target) === unset) path.push(this.#enter(target));
      else if (this.parts[target] === unset) this.#lower(step.node, this.#orderOf(target));
    }
  }

  #enter(node: number): { readonly node: number; at: number } {
    this.#order[node] = this.#low[node] = this.#next++;
    this.#open.push(node);
    return { node, at: 0 };
  }

  // A node from which nothing earlier is reached ends a part: all that was opened since belongs to it.
  #leave(node: number): void {
    if (this.#lowOf(node) !== this.#orderOf(node)) return;
    for (let member = this.#open.pop(); member !== undefined; member = this.#open.pop()) {
      this.parts[member] = node;
      if (member === node) return;
    }
  }

  #lower(node: number, low: number): void {
    this.#low[node] = Math.min(this.#lowOf(node), low);
  }

  #orderOf(node: number): number {
    return this.#order[node] ?? unset;
  }

  #lowOf(node: number): number {
    return this.#low[node] ?? unset;
  }
}
