/** How much a document may ask for. Counted before it is validated, in time linear in its size, however it nests fragments. */
import { type DocumentNode, type FieldNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from "graphql";
import { ProcaError } from "./proca-errors.ts";

/** Limits of a document. */
export const documentLimits: {
  readonly bodyBytes: number;
  readonly tokens: number;
  readonly depth: number;
  readonly cost: number;
} = {
  bodyBytes: 64 * 1024,
  tokens: 2000,
  /** Fields inside fields. What describes the schema itself is exempt: it nests deeply, and is small. */
  depth: 8,
  /** One for each field, more where something is looked up. */
  cost: 500,
};

/** Fields behind which the database is asked. */
const lookupCost = 20;
const lookups: ReadonlySet<string> = new Set(["actionPage", "campaign", "actions"]);

interface Size {
  readonly cost: number;
  readonly depth: number;
}

/**
 * Refuses what is too deep or too dear, and more than one mutation: each request takes one from the rate of its sender.
 * @throws ProcaError "too-complex", or "bad-document" where fragments contain themselves
 */
export function checkDocument(document: DocumentNode): void {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  }
  const measure = new Measure(fragments);
  for (const node of document.definitions) {
    if (node.kind !== Kind.OPERATION_DEFINITION) continue;
    const { cost, depth } = measure.of(node.selectionSet);
    const isMutation = node.operation === "mutation";
    const isSingle = node.selectionSet.selections.length === 1 && node.selectionSet.selections[0]?.kind === Kind.FIELD;
    if (cost > documentLimits.cost || depth > documentLimits.depth || (isMutation && !isSingle)) {
      throw new ProcaError("too-complex");
    }
  }
}

class Measure {
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #known = new Map<string, Size | "open">();

  constructor(fragments: ReadonlyMap<string, FragmentDefinitionNode>) {
    this.#fragments = fragments;
  }

  of({ selections }: SelectionSetNode): Size {
    let cost = 0;
    let depth = 0;
    for (const node of selections) {
      const size =
        node.kind === Kind.FIELD
          ? this.#field(node)
          : node.kind === Kind.FRAGMENT_SPREAD
            ? this.#fragment(node.name.value)
            : this.of(node.selectionSet);
      cost += size.cost;
      depth = Math.max(depth, size.depth);
    }
    return { cost, depth };
  }

  #field({ name, selectionSet }: FieldNode): Size {
    const own = lookups.has(name.value) ? lookupCost : 1;
    const inner = selectionSet === undefined ? { cost: 0, depth: 0 } : this.of(selectionSet);
    return { cost: own + inner.cost, depth: name.value.startsWith("__") ? 1 : inner.depth + 1 };
  }

  #fragment(name: string): Size {
    const known = this.#known.get(name);
    if (known === "open") throw new ProcaError("bad-document");
    if (known !== undefined) return known;
    const fragment = this.#fragments.get(name);
    if (fragment === undefined) throw new ProcaError("bad-document");
    this.#known.set(name, "open");
    // Capped, so that numbers stay exact however often fragments double.
    const { cost, depth } = this.of(fragment.selectionSet);
    const size = { cost: Math.min(cost, documentLimits.cost + 1), depth };
    this.#known.set(name, size);
    return size;
  }
}
