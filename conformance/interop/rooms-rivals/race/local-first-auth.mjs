/*
 * The removal race on @localfirst/auth. Its members exchange their graphs by `Team.merge`, as its own tests do; messages are what
 * `Team.encrypt` makes, outside of the graph.
 *
 *   a1-b1-c1 --+-- {a, c, d}: a removes e --+-- later messages of a, b and c
 *              +-- {b, e}:    b removes d --+
 */
import { registerHooks } from "node:module";

let repair;

/**
 * The ESM build of libsodium-wrappers-sumo, which this library loads, imports `./libsodium-sumo.mjs`; that file is in another package,
 * libsodium-sumo, so the import fails on every install. Here it is led there, in this process alone.
 */
function repairLibsodium() {
  repair ??= registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier === "./libsodium-sumo.mjs" ? "libsodium-sumo" : specifier, context),
  });
}

/** Runs the race once. */
export async function raceLocalFirstAuth() {
  repairLibsodium();
  const library = await import("@localfirst/auth");
  const { createKeyring } = await import("@localfirst/crdx");
  const names = ["a", "b", "c", "d", "e"];
  const users = Object.fromEntries(names.map((name) => [name, makeUser(library, name)]));

  const founder = library.createTeam("race", users.a);
  for (const name of names.slice(1)) {
    const device = library.redactDevice(users[name].device);
    founder.addForTesting(users[name].user, [library.ADMIN], device);
  }
  const keys = createKeyring(founder.teamKeys());
  const teams = Object.fromEntries(
    names.map((name) => [name, name === "a" ? founder : library.loadTeam(founder.graph, users[name], keys)]),
  );
  const { a, b, c, d, e } = teams;
  const before = [a.encrypt("a1"), b.encrypt("b1"), c.encrypt("c1")];

  a.remove(users.e.user.userId);
  for (const team of [c, d]) team.merge(a.graph);
  b.remove(users.d.user.userId);
  e.merge(b.graph);
  const inPartition = [a.encrypt("a2"), c.encrypt("c2"), b.encrypt("b2")];
  if (!canOpen(d, inPartition[0]) || !canOpen(e, inPartition[2]))
    throw new Error("the removed cannot even read their own side");
  const asFarAsTheyKnew = [a, c, d, b, e].map((team) => team.members().length);

  for (let round = 0; round < 2; round++) {
    for (const team of [a, b, c]) for (const other of [a, b, c]) if (other !== team) team.merge(other.graph);
  }
  const later = [a.encrypt("a3"), b.encrypt("b3"), c.encrypt("c3")];

  const members = [a, b, c];
  const unread = inPartition.filter((message) => !members.every((team) => canOpen(team, message)));
  const lost = inPartition.filter((message) => members.every((team) => !canOpen(team, message)));
  return {
    removed: { d: later.some((message) => canOpen(d, message)), e: later.some((message) => canOpen(e, message)) },
    membersReadAll: [...before, ...later].every((message) => members.every((team) => canOpen(team, message))),
    partitionMessagesReadable: unread.length === 0,
    facts: [
      `members left after the merge: ${members.map((team) => team.members().length).join(", ")}`,
      `members before it, as a, c, d, b, e knew: ${asFarAsTheyKnew.join(", ")}`,
      `generations of the keys in the partition: ${inPartition.map(({ recipient }) => recipient.generation).join(", ")}`,
      `of ${inPartition.length} messages of the partition ${unread.length} not for every member any more, ${lost.length} for none`,
    ],
  };
}

function makeUser({ createUser, createDevice }, name) {
  const user = createUser(name);
  return { user, device: createDevice({ userId: user.userId, deviceName: "laptop" }) };
}

/** Opens with whatever the team's device holds; a wrong key fails by its tag. */
function canOpen(team, message) {
  try {
    return typeof team.decrypt(message) === "string";
  } catch {
    return false;
  }
}
