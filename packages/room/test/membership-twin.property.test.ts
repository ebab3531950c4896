import { encodeHex } from "@coterie/bytes";
import { expect, it } from "vitest";
import { people, randomHistory, shuffled } from "./membership-histories.ts";
import { closureOf, keyOf, Peer, type Scene, type SceneBlock } from "./membership-scene.ts";
import { Twin } from "./membership-twin.ts";

const isFull = process.env["COTERIE_FULL"] === "1";
const seeds = isFull ? 2_000 : 120;
const writers = people.flatMap((person) => [`${person}/1`, `${person}/2`]);

function told(peer: Peer, blocks: readonly SceneBlock[], commits: number): unknown {
  const membership = peer.membership(blocks, commits);
  return {
    members: people.map((name) => {
      const member = membership.find(keyOf(name));
      const admission = member === undefined ? "none" : peer.nameOf(member.admission.control);
      const isSureAdmin = member !== undefined && membership.isSureAdmin(member.index);
      const key = encodeHex(member?.sealingKey ?? new Uint8Array(0));
      return `${name} ${admission} ${member?.role} ${membership.isSure(keyOf(name))} ${isSureAdmin} ${key.slice(0, 8)}`;
    }),
    indexers: membership.indexers.map(encodeHex),
    triggers: peer.namesOf(membership.triggers),
    void: controlsIn(peer, blocks)
      .filter((block) => membership.isVoidControl(peer.controls.get(block) ?? -1))
      .map(({ name }) => name),
    writers: writers.filter((writer) => membership.isValidWriter(keyOf(writer))),
  };
}

function toldByTwin(
  twin: Twin,
  peer: Peer,
  { blocks, commits }: { blocks: readonly SceneBlock[]; commits: number },
): unknown {
  const state = twin.state(closureOf(blocks), commits);
  return {
    members: people.map((name) => {
      const identity = encodeHex(keyOf(name));
      const member = state.members.get(identity);
      const admission = member === undefined ? "none" : (member.admission.block?.name ?? "genesis");
      const role = member === undefined ? "undefined" : member.isAdmin ? "admin" : "member";
      return `${name} ${admission} ${role} ${state.sure.has(identity)} ${state.sureAdmins.has(identity)} ${(member?.sealingKey ?? "").slice(0, 8)}`;
    }),
    indexers: state.indexers.map((name) => encodeHex(keyOf(name))),
    triggers: [...state.triggers].map(({ name }) => name).sort(),
    void: controlsIn(peer, blocks)
      .filter((block) => state.standingOf(block) === "void")
      .map(({ name }) => name),
    writers: writers.filter(state.mayWrite),
  };
}

function controlsIn(peer: Peer, blocks: readonly SceneBlock[]): readonly SceneBlock[] {
  return [...closureOf(blocks)].filter((block) => peer.controls.has(block));
}

function momentsOf(scene: Scene): readonly { readonly blocks: readonly SceneBlock[]; readonly commits: number }[] {
  const some = scene.blocks
    .filter((_, at) => at % 5 === 0)
    .map((block) => ({ blocks: [block], commits: block.commits }));
  const all = [0, scene.leaders.length >>> 1, scene.leaders.length].map((commits) => ({
    blocks: scene.blocks,
    commits,
  }));
  return [...some, ...all];
}

it(`agrees with a slow and obvious twin, commit by commit (${seeds} seeds)`, { timeout: 900_000 }, () => {
  for (let seed = 1; seed <= seeds; seed++) {
    const scene = randomHistory(seed, 20);
    const twin = new Twin(scene);
    const peer = new Peer(scene, { order: shuffled(scene, seed) });
    for (const [block, authorised] of peer.authorised)
      expect(authorised, `seed ${seed}, block ${block.name}`).toEqual(twin.authorised(block));
    for (const moment of momentsOf(scene)) {
      const where = `seed ${seed}, up to ${moment.blocks.at(-1)?.name}, ${moment.commits} commits`;
      expect(told(peer, moment.blocks, moment.commits), `${where}`).toEqual(toldByTwin(twin, peer, moment));
    }
  }
});
