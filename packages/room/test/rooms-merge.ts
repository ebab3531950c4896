/** Branches that were written alone meet on one of the devices, in a relay's order: how often each block is applied to its view. */
import { encodeUtf8 } from "@coterie/bytes";
import { storedBlocks } from "./rooms-verdict.ts";
import { appendLines, type Person, three, World } from "./world.ts";

/** What came of it. */
export interface Merge {
  /** Different lines that the view shows in the end. */
  readonly lines: number;
  /** Blocks that were applied, those that were undone and applied again included. */
  readonly applied: number;
}

/**
 * Three people write so many blocks each without hearing of each other. Then one of them gets what the other two have, 64 blocks of each in
 * turn, and looks at its view as a program does: when as much came as would be undone, and when nothing comes any more.
 */
export async function mergeBranches(blocksOfEach: number): Promise<Merge> {
  const world = new World(9);
  const people = await three(world, "admin");
  const [alice, reader, carol] = people;
  for (const person of people) await person.say("hello");
  await world.settle(...people);
  const start = reader.store.length();
  let applied = 0;
  reader.views = {
    lines: (view, given) => {
      applied += given.length;
      appendLines(view, given);
    },
  };
  await reader.reopen("genesis");
  for (const person of people) await writeMuch(person, blocksOfEach);
  await reader.in.view("lines");
  const branches = [await storedBlocks(alice), await storedBlocks(carol)].map((blocks) => blocks.slice(start));
  let [pending, undone] = [0, reader.in.log.order.tail().length];
  for (let at = 0; at < blocksOfEach; at += 64) {
    for (const branch of branches) pending += (await reader.in.receive(branch.slice(at, at + 64))).admitted;
    if (pending < undone) continue;
    await reader.in.view("lines");
    [pending, undone] = [0, reader.in.log.order.tail().length];
  }
  return { lines: new Set(await reader.lines()).size, applied };
}

async function writeMuch(person: Person, count: number): Promise<void> {
  for (let at = 0; at < count; at += 1_000) {
    const texts = Array.from({ length: Math.min(1_000, count - at) }, (_, i) => `${person.name} ${at + i}`);
    await person.in.writeAll(texts.map((text) => [encodeUtf8(text)]));
  }
}
