/** D2: changed bits in the files of a store; 10,000 of them in storage-bit-rot.property.full.test.ts. */
import { describe, expect, it } from "vitest";
import { SimulatedDisk } from "../src/testing.ts";
import { makeRottingScene, openScene, readEverything, rot, rotMany } from "./storage-bit-rot.ts";

describe("a store in whose files a bit has changed", () => {
  it("finds each of 1,000, reads everything else, and heals", async () => {
    const { files, ...faults } = await rotMany(1_000);
    expect(faults).toEqual({ undetected: 0, wrong: 0, damagedBesides: 0, unhealed: 0 });
    for (const kind of ["blocks", "value", "state", "mark"]) expect(files).toContain(kind);
  });
});

describe("a store that lost files", () => {
  it.each(["the oldest", "one in the middle", "the newest"])(
    "names the blocks of %s, and heals them",
    async (which) => {
      const scene = await makeRottingScene(1);
      const names = [...scene.disk.sizes.keys()].filter((name) => name.endsWith(".blocks")).toSorted();
      const index = { "the oldest": 0, "one in the middle": 3 }[which] ?? names.length - 1;
      scene.disk.lose(names[index] ?? "");
      const { store } = await openScene(scene.disk);
      const { wrong, damaged } = await readEverything(store, scene);
      expect(wrong).toBe(0);
      expect(damaged.length).toBeGreaterThan(3);
      expect(store.length()).toBe(scene.blocks.length);
      for (const position of damaged) await store.heal(position, required(scene.blocks[position]));
      expect(await store.append([required(scene.blocks[0])])).toBe(scene.blocks.length);
      await store.close();
      const later = await openScene(scene.disk);
      expect(await later.store.findDamage()).toEqual([]);
      expect(await later.store.read(0, 10)).toEqual(scene.blocks.slice(0, 10));
    },
  );

  it("opens with all of its blocks damaged where all files of blocks are lost, and never uses a position again", async () => {
    const scene = await makeRottingScene(2);
    for (const name of scene.disk.sizes.keys()) if (name.endsWith(".blocks")) scene.disk.lose(name);
    const { store, recovery } = await openScene(scene.disk);
    expect(recovery.damaged).toEqual([{ from: 0, to: 60 }]);
    expect(await store.append([required(scene.blocks[0])])).toBe(60);
    await store.close();
    const later = await openScene(scene.disk);
    expect(await later.store.findDamage()).toEqual([{ from: 0, to: 60 }]);
    expect(await later.store.read(60, 1)).toEqual([scene.blocks[0]]);
  });

  it("says that its state is lost where both copies of the list are damaged, and begins it anew only when told", async () => {
    const scene = await makeRottingScene(3);
    const size = scene.disk.sizes.get("state") ?? 0;
    for (const byte of [20, size - 20]) scene.disk.flip("state", 8 * byte);
    const { store, recovery } = await openScene(scene.disk);
    expect(recovery.isStateLost).toBe(true);
    await expect(store.load("keyring")).rejects.toMatchObject({ code: "oplog/state-damaged" });
    await expect(store.drop(60)).rejects.toMatchObject({ code: "oplog/state-damaged" });
    expect(await store.read(0, 60)).toEqual(scene.blocks);
    await store.save(new Map([["keyring", required(scene.state.get("keyring"))]]));
    expect(await store.load("keyring")).toEqual(scene.state.get("keyring"));
    expect(await store.load("view")).toBeUndefined();
    await store.drop(60);
    expect(store.first()).toBeGreaterThan(0);
  });
});

describe("a store that was put back from an old copy", () => {
  it("opens as it was, so that the host finds its own newest block with others and not here (test 27)", async () => {
    const scene = await makeRottingScene(4);
    const backup = scene.disk.copy({ seed: 5 });
    const { store } = await openScene(scene.disk);
    await store.append(scene.blocks.slice(0, 10));
    await store.close();
    const { store: old, recovery } = await openScene(backup);
    expect(recovery).toEqual({ cutBytes: 0, damaged: [], repaired: 0, isStateLost: false });
    expect(old.length()).toBe(60);
  });

  it("names what is missing where some files are older than others", async () => {
    const scene = await makeRottingScene(6);
    const old = scene.disk.copy({ seed: 7 });
    const { store } = await openScene(scene.disk);
    await store.append(scene.blocks.slice(0, 10));
    await store.close();
    const mixed = new SimulatedDisk({ seed: 8 });
    mixed.adopt(old, (name) => name !== "mark");
    mixed.adopt(scene.disk, (name) => name === "mark");
    const { recovery } = await openScene(mixed);
    expect(recovery.damaged).toEqual([{ from: 60, to: 70 }]);
  });
});

it("notices what a store does not notice: the check of changed bits would fail", async () => {
  const scene = await makeRottingScene(9);
  const blind = { ...scene, blocks: scene.blocks.with(7, required(scene.blocks[8])) };
  expect((await rot(blind, 1)).wrong).toBeGreaterThan(0);
});

function required<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("missing");
  return value;
}
