/** Runs the contract of log stores over files of the origin, in a worker, and tells what became of each test. */
import { systemRandom } from "@coterie/primitives/browser";
import { createOpfsDisk, openOpfsLogStore } from "../src/browser.ts";
import { describeLogStore, type MadeLogStore } from "../src/contract.ts";
import type { OpenedLogStore } from "../src/index.ts";

/** What a worker says of one test, or, without a name, that there are no more. */
export interface OpfsTestResult {
  readonly name?: string;
  readonly failure?: string;
}

const tests = new Map<string, () => Promise<void>>();
const runner = {
  describe: (_name: string, suite: () => void) => suite(),
  it: (name: string, test: () => Promise<void>) => void tests.set(name, test),
};
describeLogStore(runner, { name: "files of the origin", make });
tests.set("keeps a second store out", keepsOthersOut);
tests.set("opens 20,000 blocks quickly", opensQuickly);
for (const [name, test] of tests) {
  const failure = await test().then(
    () => undefined,
    (error: unknown) => String(error instanceof Error ? (error.stack ?? error) : error),
  );
  tell(failure === undefined ? { name } : { name, failure });
}
tell({});

async function make(): Promise<MadeLogStore> {
  const name = freshName();
  let { store } = await open(name);
  const reopen = async (): Promise<OpenedLogStore> => {
    await store.close();
    const opened = await open(name);
    ({ store } = opened);
    return opened;
  };
  const damage = async (position: number): Promise<OpenedLogStore> => {
    const [block] = await store.read(position, 1);
    await store.close();
    const disk = await createOpfsDisk(name);
    for (const fileName of await disk.list()) {
      const file = fileName.endsWith(".blocks") ? await disk.open(fileName) : undefined;
      const bytes = await file?.read(0, await file.size());
      const at = bytes === undefined || block === undefined ? -1 : indexOf(bytes, block);
      if (at >= 0) await file?.write(at, Uint8Array.of(1 ^ (bytes?.[at] ?? 0)));
      await file?.close();
    }
    return await reopen();
  };
  return { store, reopen, damage };
}

async function keepsOthersOut(): Promise<void> {
  const name = freshName();
  const { store } = await open(name);
  const second = await open(name).then(
    () => "opened",
    (error: unknown) => (error instanceof Error ? error.name : "unknown"),
  );
  await store.close();
  await (await open(name)).store.close();
  if (second !== "oplog/store-locked") throw new Error(`the second store: ${second}`);
}

async function opensQuickly(): Promise<void> {
  const name = freshName();
  const { store } = await open(name);
  // brand: a store does not look inside
  const blocks = Array.from({ length: 1_000 }, () => new Uint8Array(250) as Parameters<typeof store.append>[0][number]);
  for (let i = 0; i < 20; i++) await store.append(blocks);
  await store.close();
  const begunMs = performance.now();
  const opened = await open(name);
  const openMs = performance.now() - begunMs;
  const length = opened.store.length();
  await opened.store.close();
  if (length !== 20_000 || openMs > 1_000) throw new Error(`${length} blocks in ${openMs} ms`);
}

async function open(name: string): Promise<OpenedLogStore> {
  return await openOpfsLogStore({ random: systemRandom }, { name });
}

function freshName(): string {
  return `log-${crypto.randomUUID()}`;
}

function indexOf(bytes: Uint8Array, part: Uint8Array): number {
  for (let at = 0; at + part.length <= bytes.length; at++)
    if (part.every((byte, i) => bytes[at + i] === byte)) return at;
  return -1;
}

function tell(result: OpfsTestResult): void {
  postMessage(result);
}
