/** What is measured, and beside what. */

/** One figure of a run. `rivalKey` where autobase's is named otherwise. */
export interface CaseFigure {
  readonly what: string;
  readonly key: string;
  readonly unit: string;
  /** By how many values a figure is divided that is of all of them. */
  readonly per?: number;
  readonly rivalKey?: string;
  readonly goal?: Goal;
}

/** What ours should reach. */
export type Goal = { readonly atLeast: number } | { readonly atMost: number };

/** One run of ours beside one of autobase. */
export interface Case {
  readonly name: string;
  readonly part: string;
  readonly options: Readonly<Record<string, number | string>>;
  /** What `measure.mjs` in conformance/interop/rooms-rivals is called with; none where there is nothing alike. */
  readonly rival?: string;
  /** Of ours. */
  readonly rounds: number;
  /** Of the rival, in turns with ours: as many unless it takes minutes. */
  readonly rivalRounds?: number;
  readonly note: string;
  readonly figures: readonly CaseFigure[];
}

/** How much is measured. */
export interface CaseSizes {
  readonly merge: number;
  readonly catchUp: number;
  /** How many values autobase's writer put into each batch of what is caught up on: one by one takes 4 ms each to prepare. */
  readonly rivalBatch: number;
  /** How long the branches are that ours alone merges, to see how often blocks are applied again. */
  readonly longBranches: number;
}

const wall: CaseFigure = { what: "wall", key: "wallMs", unit: "ms" };
const cpuEach: CaseFigure = { what: "CPU per value", key: "cpuUsEach", unit: "µs" };
const rss: CaseFigure = { what: "peak memory", key: "peakRssBytes", unit: "B" };
const perSecond = (goal?: Goal): CaseFigure => ({
  what: "per second",
  key: "eachSecond",
  unit: "values/s",
  ...(goal && { goal }),
});

function disk(values: number): CaseFigure {
  return { what: "disk per value", key: "bytesOnDisk", unit: "B", per: values };
}

/** Everything, in order. */
export function casesOf(sizes: CaseSizes): readonly Case[] {
  return [
    ...appendCases(),
    ...mergeCases(sizes.merge),
    longMergeCase(sizes.longBranches),
    ...catchUpCases(sizes),
    ...finalityCases(),
    ...orderingCases(),
    ...rotationCases(),
  ];
}

function appendCases(): readonly Case[] {
  const append = (
    values: number,
    batch: number,
    perBlock: number,
  ): Pick<Case, "part" | "options" | "rival" | "rounds"> => ({
    part: "append",
    options: { values, batch, perBlock },
    rival: `append --values ${values} --batch ${batch}`,
    rounds: 3,
  });
  const note = "encrypted, final, view applied; ours is on the disk (fsync) at each call";
  const goal = { atLeast: 3_000 };
  return [
    {
      name: "append one by one",
      ...append(300, 1, 1),
      note,
      figures: [perSecond(), cpuEach],
    },
    {
      name: "append 100 at a time",
      ...append(10_000, 100, 1),
      note: `${note}; a signed block for each value, theirs one signature for a batch`,
      figures: [perSecond(goal), cpuEach, disk(10_000), rss],
    },
    {
      name: "append 1,000 at a time",
      ...append(10_000, 1_000, 1),
      note: `${note}; a signed block for each value`,
      figures: [perSecond(goal), cpuEach],
    },
    {
      name: "append 100 at a time as one block",
      ...append(10_000, 100, 100),
      note: `${note}; a batch is one block, which is ordered and applied whole as theirs is`,
      figures: [perSecond(goal), cpuEach, disk(10_000)],
    },
  ];
}

function mergeCases(each: number): readonly Case[] {
  const merge = (
    more: Readonly<Record<string, number | string>>,
    rival: string,
  ): Pick<Case, "part" | "options" | "rival" | "rounds" | "rivalRounds"> => ({
    part: "merge",
    options: { each, ...more },
    rival: `merge --each ${each} ${rival}`,
    rounds: 3,
    rivalRounds: 1,
  });
  const redo = { what: "redo factor", key: "redoFactor", unit: "×" };
  // A hundred times what was measured of autobase. It reports times alone.
  const rate = { ...perSecond({ atLeast: 7_200 }), rivalKey: "wallMs", per: 2 * each };
  const name = `merge 3 × ${each}`;
  const note = "offline branches of the two others, view applied page by page";
  return [
    { name: `${name}, one by one`, ...merge({}, ""), note, figures: [rate, wall, cpuEach, redo, rss, disk(3 * each)] },
    {
      name: `${name}, one by one, by who is no indexer`,
      ...merge({ merger: "b" }, "--merger b"),
      note,
      figures: [rate, wall, cpuEach, redo],
    },
    {
      name: `${name}, batches of 100`,
      ...merge({ batch: 100 }, "--batch 100"),
      rivalRounds: 3,
      note: `${note}; a batch is one block`,
      figures: [rate, wall, cpuEach, redo],
    },
    {
      name: `${name}, three indexers`,
      ...merge({ indexers: 3 }, "--indexers 3"),
      note,
      figures: [rate, wall, cpuEach, redo],
    },
  ];
}

function longMergeCase(each: number): Case {
  return {
    name: `merge 3 × ${each}, looked at once`,
    part: "merge",
    options: { each, look: "end" },
    rounds: 1,
    note: "the view is asked for when all blocks are there",
    figures: [wall, { what: "redo factor", key: "redoFactor", unit: "×", goal: { atMost: 2.5 } }, rss],
  };
}

function catchUpCases({ catchUp: values, rivalBatch }: CaseSizes): readonly Case[] {
  const batches = rivalBatch > 1 ? `; theirs written in batches of ${rivalBatch}, which is cheaper` : "";
  const isLarge = values >= 100_000;
  const base = { options: { values }, rounds: 3, rivalRounds: 1 };
  const seconds = (limit: number): CaseFigure => ({ ...wall, goal: { atMost: limit } });
  return [
    {
      ...base,
      name: `catch up on ${values}`,
      part: "catch-up",
      rival: `catch-up --values ${values} --batch ${rivalBatch}`,
      note: `view included, stored${batches}`,
      figures: [
        // A tenth as many take longer than a tenth of it: most of that is the first seconds of a process.
        isLarge ? seconds(10_000) : wall,
        cpuEach,
        {
          what: "blocks per second of CPU, without the view",
          key: "ingestEachSecondOfCpu",
          unit: "blocks/s",
          ...(isLarge && { goal: { atLeast: 15_000 } }),
        },
        rss,
        disk(values),
      ],
    },
    {
      ...base,
      name: `catch up on ${values} by the syncer`,
      part: "catch-up",
      options: { values, via: "syncer" },
      note: "heads compared, and what the relay may lack looked for",
      figures: [wall, cpuEach],
    },
    {
      ...base,
      name: `join ${values} by a snapshot`,
      part: "snapshot",
      rival: `checkpoint --values ${values} --batch 100`,
      note: "verified from the genesis on, with views; how theirs was written does not matter here",
      figures: [seconds(2_000), { what: "CPU", key: "cpuMs", unit: "ms" }, rss],
    },
    {
      ...base,
      name: `open ${values} from the checkpoint`,
      part: "reopen",
      options: { values, from: "checkpoint" },
      note: "after a restart, view included",
      figures: [seconds(2_000), rss],
    },
    {
      ...base,
      name: `open ${values} from the genesis`,
      part: "reopen",
      options: { values, from: "genesis" },
      note: "every stored block taken in again",
      figures: [wall, rss],
    },
  ];
}

function finalityCases(): readonly Case[] {
  return [50, 200].map((ackInterval) => ({
    name: `finality with 3 indexers, theirs with ackInterval ${ackInterval}`,
    part: "finality",
    options: { values: 60 },
    rival: `finality --ack-interval ${ackInterval}`,
    rounds: 3,
    rivalRounds: 1,
    note: "in one process, every block on its disk; ours acknowledges on receipt",
    figures: [
      { what: "median", key: "p50Ms", unit: "ms" },
      { what: "95 of 100", key: "p95Ms", unit: "ms" },
      { what: "acknowledgements per value", key: "ackBlocksEach", unit: "blocks" },
      { what: "acknowledgements, median", key: "ackBlocks", unit: "blocks", goal: { atMost: 5 } },
      { what: "hops, median", key: "hops", unit: "hops", goal: { atMost: 4 } },
      { what: "hops, most", key: "mostHops", unit: "hops" },
      { what: "hops until silence, most", key: "mostHopsToSilence", unit: "hops", goal: { atMost: 12 } },
    ],
  }));
}

function orderingCases(): readonly Case[] {
  const ordering = (shape: string, values: number, hasRival: boolean): Case => ({
    name: `order ${values}, ${shape}`,
    part: "ordering",
    options: { values, shape },
    ...(hasRival && { rival: `ordering --values ${values} --shape ${shape} --indexers 3` }),
    rounds: 3,
    rivalRounds: 1,
    note: "in memory, looked at after every 64 blocks; 3 writers, who are the indexers",
    figures: [
      { what: "CPU", key: "cpuMs", unit: "ms", ...(values === 100_000 && { goal: { atMost: 400 } }) },
      { what: "redo factor", key: "redoFactor", unit: "×" },
    ],
  });
  return [
    ordering("turns", 100_000, true),
    ordering("online", 100_000, true),
    ordering("branches", 20_000, true),
    ordering("branches", 100_000, false),
  ];
}

function rotationCases(): readonly Case[] {
  return [10, 100, 1_000].map((members) => {
    const goal = members === 1_000 ? { atMost: 300 } : undefined;
    const bytes = members === 1_000 ? { atMost: 48 * 1024 } : undefined;
    return {
      name: `rotate to ${members}`,
      part: "rotation",
      options: { members, rounds: 9 },
      rounds: 1,
      note: "medians of 9",
      figures: [
        { what: "seal", key: "sealMs", unit: "ms", ...(goal && { goal }) },
        { what: "open", key: "openMs", unit: "ms" },
        { what: "verify", key: "verifyMs", unit: "ms", ...(goal && { goal }) },
        { what: "sealed entries", key: "sealedBytes", unit: "B", ...(bytes && { goal: bytes }) },
        { what: "rotateNow, in memory", key: "rotateMs", unit: "ms", ...(goal && { goal }) },
        { what: "receive", key: "receiveMs", unit: "ms" },
        { what: "the whole block", key: "blockBytes", unit: "B" },
      ],
    };
  });
}
