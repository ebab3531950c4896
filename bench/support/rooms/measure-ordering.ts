/**
 * Ordering alone: the linearizer over blocks in memory, in the shapes of conformance/interop/rooms-rivals/measure/ordering.mjs. After
 * every 64 blocks the order is asked for, final and tentative.
 */
import { type BlockIndex, createLinearizer, Dag, type Linearizer } from "@coterie/oplog";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { peakRssBytes, startClocks } from "./clocks.ts";
import { checkpointInterval } from "./device.ts";
import type { Figures } from "./parts.ts";

/**
 * "turns": the writers take turns, each having seen everything. "online": whoever writes (drawn, the same in every run) has not seen the
 * last 0 to 3 blocks. "branches": each writes its share without having seen anything of the others; the blocks arrive in turns.
 */
export interface OrderingOptions {
  readonly values: number;
  readonly shape: "turns" | "online" | "branches";
  readonly writers?: number;
  readonly indexers?: number;
}

const drainBlocks = 64;
const lags = { turns: 0, online: 3, branches: Number.POSITIVE_INFINITY };

/** A writer, with the heads that it has seen. */
interface Writer {
  readonly key: Uint8Array;
  readonly heads: Set<BlockIndex>;
  seen: number;
  last: BlockIndex | undefined;
  length: number;
}

/** See {@link OrderingOptions}. */
export async function measureOrdering({
  values,
  shape,
  writers: count = 3,
  indexers = 3,
}: OrderingOptions): Promise<Figures> {
  const first = orderAll({ values, shape, count, indexers, isCounting: true });
  const read = startClocks();
  const { order } = orderAll({ values, shape, count, indexers, isCounting: false });
  const clocks = read();
  return {
    values,
    shape,
    writers: count,
    indexers,
    ...clocks,
    cpuUsEach: (clocks.cpuMs * 1000) / values,
    final: order.position,
    redoFactor: first.placed / values,
    longestTail: first.longestTail,
    peakRssBytes: peakRssBytes(),
  };
}

interface Run {
  readonly values: number;
  readonly shape: OrderingOptions["shape"];
  readonly count: number;
  readonly indexers: number;
  /** Whether to count how much of the order changes: a run of its own, which is not timed. */
  readonly isCounting: boolean;
}

interface Ordered {
  readonly order: Linearizer;
  readonly placed: number;
  readonly longestTail: number;
}

function orderAll({ values, shape, count, indexers, isCounting }: Run): Ordered {
  const dag = new Dag();
  const writers = Array.from({ length: count }, (_, number): Writer => {
    const key = new Uint8Array(32).fill(number + 1);
    dag.numberWriter(key);
    return { key, heads: new Set(), seen: 0, last: undefined, length: 0 };
  });
  const numbers = Array.from({ length: indexers }, (_, number) => number);
  const order = createLinearizer(primitives, { dag, mode: "majority", indexers: numbers, checkpointInterval });
  const counts = new OrderCounter(order);
  const draw = createDraw();
  while (dag.size < values) {
    const writer = writers[shape === "online" ? draw(count) : dag.size % count];
    if (writer === undefined) throw new Error("no writer");
    const lag = shape === "online" ? draw(lags.online + 1) : lags[shape];
    see(dag, { writer, upTo: dag.size - lag });
    order.add(write(dag, { writer, draw }));
    if (dag.size % drainBlocks !== 0 && dag.size !== values) continue;
    order.advance(() => numbers);
    order.tail();
    if (isCounting) counts.look();
  }
  return { order, placed: counts.placed, longestTail: counts.longestTail };
}

function see(dag: Dag, { writer, upTo }: { readonly writer: Writer; readonly upTo: number }): void {
  for (; writer.seen < upTo; writer.seen++) {
    if (dag.writer(writer.seen) === dag.writerIndex(writer.key)) continue;
    for (const parent of dag.parents(writer.seen)) writer.heads.delete(parent);
    writer.heads.add(writer.seen);
  }
}

/** A block that follows the writer's last one and links to the heads that it has seen. */
function write(
  dag: Dag,
  { writer, draw }: { readonly writer: Writer; readonly draw: (count: number) => number },
): BlockIndex {
  const { key, last, heads } = writer;
  const links = [...heads].filter((head) => head !== last);
  const parents = last === undefined ? links : [last, ...links];
  const lamport = parents.reduce((greatest, parent) => Math.max(greatest, dag.lamport(parent) + 1), 0);
  const hash = new Uint8Array(32);
  for (let i = 0; i < 12; i++) hash[i] = draw(256);
  const index = dag.add({ hash, writer: key, seq: writer.length, lamport, parents });
  writer.length += 1;
  writer.last = index;
  heads.clear();
  heads.add(index);
  return index;
}

/** Counts positions that were given to blocks, again where they changed. */
class OrderCounter {
  readonly #order: Linearizer;
  readonly #known: BlockIndex[] = [];
  placed = 0;
  longestTail = 0;

  constructor(order: Linearizer) {
    this.#order = order;
  }

  look(): void {
    const tail = this.#order.tail();
    const length = this.#order.position + tail.length;
    const at = (position: number): BlockIndex =>
      position < this.#order.position ? this.#order.at(position) : (tail[position - this.#order.position] ?? -1);
    let same = 0;
    while (same < this.#known.length && this.#known[same] === at(same)) same++;
    this.#known.length = same;
    for (let position = same; position < length; position++) this.#known.push(at(position));
    this.placed += length - same;
    this.longestTail = Math.max(this.longestTail, tail.length);
  }
}

/** Draws numbers below `count`, from the same seed in every run. */
function createDraw(): (count: number) => number {
  let state = 1;
  return (count) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * count);
  };
}
