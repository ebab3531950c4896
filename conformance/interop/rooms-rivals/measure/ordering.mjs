// Ordering alone: autobase's linearizer over blocks in memory, without cores, keys, views or a disk.
import Linearizer from "autobase/lib/linearizer.js";
import NodeBuffer from "autobase/lib/node-buffer.js";
import { eachUs, peakRssBytes, round, startClocks } from "./figures.mjs";

/** As many blocks as autobase takes from other writers before it orders them. */
const drainBlocks = 64;

/** What the linearizer asks of a writer, and the heads that this one has seen. */
class Writer {
  isActiveIndexer;
  isRemoved = false;
  nodes = new NodeBuffer();
  length = 0;
  core;
  heads = new Set();
  seen = 0;

  constructor(number, isIndexer) {
    this.core = { key: Buffer.alloc(32, number + 1) };
    this.isActiveIndexer = isIndexer;
  }

  get indexed() {
    return this.nodes.offset;
  }

  get available() {
    return this.nodes.length;
  }

  get(seq) {
    return seq < this.length ? this.nodes.get(seq) : null;
  }

  head() {
    return this.nodes.get(this.length - 1);
  }

  /** Takes what has been written up to there. */
  see(blocks, upTo) {
    for (; this.seen < upTo; this.seen++) {
      const { node, links } = blocks[this.seen];
      if (node.writer === this) continue;
      for (const link of links) this.heads.delete(link);
      this.heads.add(node);
    }
  }

  /** A block that links to the heads, and to the writer's previous one. */
  write() {
    const links = [...this.heads];
    const heads = links.map((node) => ({ key: node.writer.core.key, length: node.length }));
    const dependencies = new Set(links.filter((node) => !node.yielded));
    const previous = this.head();
    if (previous !== null && !previous.yielded) dependencies.add(previous);
    const node = Linearizer.createNode(this, this.nodes.length + 1, this.nodes.length, heads, 1, dependencies);
    this.nodes.push(node);
    this.length += 1;
    this.heads = new Set([node]);
    return { node, links };
  }
}

/** How far behind a writer may be, in blocks, by shape. */
const lags = { turns: 0, online: 3, branches: Number.POSITIVE_INFINITY };

/**
 * "turns": the writers take turns, each having seen everything. "online": whoever writes (drawn, the same in every run) has not seen the
 * last 0 to 3 blocks. "branches": each writes its share without having seen anything of the others; the blocks arrive in turns.
 */
export async function measureOrdering({ nodes, writers: count, indexers, shape }) {
  if (!(shape in lags)) throw new Error(`the shapes are ${Object.keys(lags).join(", ")}`);
  const writers = Array.from({ length: count }, (_, number) => new Writer(number, number < indexers));
  const linearizer = new Linearizer(writers.filter(({ isActiveIndexer }) => isActiveIndexer));
  const totals = { final: 0, placed: 0, undone: 0, longestTail: 0 };
  const draw = createDraw();
  const blocks = [];

  const read = startClocks();
  while (blocks.length < nodes) {
    const writer = writers[shape === "online" ? draw(count) : blocks.length % count];
    const lag = shape === "online" ? draw(lags.online + 1) : lags[shape];
    writer.see(blocks, blocks.length - lag);
    const block = writer.write();
    linearizer.addHead(block.node);
    if (blocks.push(block) % drainBlocks === 0 || blocks.length === nodes) drain(linearizer, totals);
  }
  const clocks = read();
  const { placed, ...counts } = totals;
  return {
    nodes,
    writers: count,
    indexers,
    shape,
    ...clocks,
    cpuUsEach: eachUs(clocks, nodes),
    ...counts,
    redoFactor: round(placed / nodes),
    peakRssBytes: peakRssBytes(),
  };
}

/** Draws numbers below `count`, from the same seed in every run. */
function createDraw() {
  let state = 1;
  return (count) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * count);
  };
}

function drain(linearizer, totals) {
  const update = linearizer.update();
  if (update === null) return;
  totals.final += update.indexed.length;
  totals.placed += update.length - update.shared;
  totals.undone += update.undo;
  totals.longestTail = Math.max(totals.longestTail, update.tip.length);
  for (const node of update.indexed) node.writer.nodes.shift().clear();
}
