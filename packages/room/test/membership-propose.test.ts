import { type Bytes, equalBytes } from "@coterie/bytes";
import { nodePrimitives } from "@coterie/primitives/node";
import { describe, expect, it } from "vitest";
import {
  certifyWriter,
  type FindHead,
  type Operation,
  proposeAdd,
  proposeIndexers,
  proposeKeyUpdate,
  proposeRemoval,
  proposeRevocation,
  proposeRole,
  roomLimits,
} from "../src/index.ts";
import {
  adding,
  certifying,
  indexing,
  keyOf,
  making,
  Peer,
  removing,
  Scene,
  toyLogId,
  toySign,
} from "./membership-scene.ts";

const code = (name: string): unknown => expect.objectContaining({ code: `room/${name}` });
const sealingKey = nodePrimitives.deriveAgreementKeyPair(new Uint8Array(32).fill(9)).publicKey;
const deps = { primitives: nodePrimitives };

/** alice and bob are admins with one writer each, carol is a member with two. */
function room(): Scene {
  const scene = new Scene();
  scene.write({ by: "alice/1", does: [adding("bob", "admin"), adding("carol")] });
  for (const writer of ["bob/1", "carol/1", "carol/2"]) scene.write({ by: writer, does: [certifying(writer)] });
  scene.write({ by: "carol/2" });
  return scene;
}

function headsOf(scene: Scene): FindHead {
  return (writer) => scene.blocks.findLast((block) => equalBytes(keyOf(block.writer), writer));
}

/** Whether what was proposed is authorised when it is written. */
function isAuthorised(
  scene: Scene,
  { by, operation }: { readonly by: string; readonly operation: Operation },
): boolean {
  const block = scene.write({ by, does: [operation] });
  return new Peer(scene).authorised.get(block)?.[0] === true;
}

function asked(
  scene: Scene,
  author: string,
): { membership: ReturnType<Peer["membership"]>; author: Bytes; findHead: FindHead } {
  return { membership: new Peer(scene).membership(), author: keyOf(author), findHead: headsOf(scene) };
}

const invited = (name: string): { identity: Bytes; sealingKey: Bytes; role: "member"; history: "all" } => ({
  identity: keyOf(name),
  sealingKey,
  role: "member",
  history: "all",
});

describe("proposals", () => {
  it("are authorised once they are written", () => {
    const scene = room();
    const admin = asked(scene, "alice");
    const sign = (message: Bytes): Bytes => toySign(keyOf("carol"), message);
    const carol = { ...asked(scene, "carol"), logId: toyLogId, sign };
    const proposed: readonly { readonly by: string; readonly operation: Operation }[] = [
      { by: "alice/1", operation: proposeAdd(deps, { ...admin, add: invited("dave") }) },
      { by: "alice/1", operation: proposeRemoval({ ...admin, identity: keyOf("carol") }) },
      { by: "carol/1", operation: proposeRemoval({ ...carol, identity: keyOf("carol") }) },
      { by: "alice/1", operation: proposeRole({ ...admin, identity: keyOf("carol"), role: "admin" }) },
      { by: "alice/1", operation: proposeRole({ ...admin, identity: keyOf("bob"), role: "member" }) },
      { by: "alice/1", operation: proposeRole({ ...admin, identity: keyOf("alice"), role: "member" }) },
      { by: "alice/1", operation: proposeRevocation({ ...admin, writer: keyOf("carol/1") }) },
      { by: "carol/1", operation: proposeRevocation({ ...carol, writer: keyOf("carol/2") }) },
      { by: "alice/1", operation: proposeIndexers({ ...admin, writers: [keyOf("bob/1"), keyOf("alice/1")] }) },
      { by: "carol/1", operation: proposeKeyUpdate(deps, { ...carol, sealingKey }) },
      { by: "carol/3", operation: certifyWriter({ ...carol, writer: keyOf("carol/3") }) },
    ];
    for (const proposal of proposed) expect(isAuthorised(room(), proposal), `${proposal.operation.kind}`).toBe(true);
  });

  it("name in a removal every writer that the member ever had, up to its last block", () => {
    const scene = room();
    const { caps } = proposeRemoval({ ...asked(scene, "bob"), identity: keyOf("carol") });
    const next = new Map(
      caps.map((cap) => [keyOf("carol/2").join() === cap.writer.join() ? "carol/2" : "carol/1", cap.next]),
    );
    expect(Object.fromEntries(next)).toEqual({ "carol/1": 1, "carol/2": 2 });
    scene.write({ by: "bob/1", does: [removing("carol", caps)] });
    scene.write({ by: "bob/1", does: [adding("carol")] });
    scene.write({ by: "carol/3", does: [certifying("carol/3")] });
    const again = proposeRemoval({ ...asked(scene, "bob"), identity: keyOf("carol") });
    expect(again.caps).toHaveLength(3);
    const unseen = proposeRemoval({ ...asked(scene, "bob"), findHead: () => undefined, identity: keyOf("carol") });
    expect(unseen.caps.every(({ next: none, hash }) => none === 0 && hash.every((byte) => byte === 0))).toBe(true);
  });

  //  start ──┬── mallory/1 seq 0
  //          └── mallory/1 seq 0'
  it("name a writer once though its first block was forked: else nobody could remove its member", () => {
    const scene = room();
    const added = [scene.write({ by: "alice/1", does: [adding("mallory")] })];
    const certificate = certifying("mallory/1");
    for (const more of [[], [making("carol", "admin")]])
      scene.write({ by: "mallory/1", after: added, previous: undefined, does: [certificate, ...more] });
    const { membership, author, findHead } = asked(scene, "bob");
    expect(membership.writersOf(keyOf("mallory"))).toHaveLength(1);
    const operation = proposeRemoval({ membership, author, identity: keyOf("mallory"), findHead });
    expect(operation.caps.map(({ writer }) => writer)).toEqual([keyOf("mallory/1")]);
    expect(isAuthorised(scene, { by: "bob/1", operation })).toBe(true);
  });

  it("are refused to who is no admin", () => {
    const scene = room();
    const carol = asked(scene, "carol");
    expect(() => proposeAdd(deps, { ...carol, add: invited("dave") })).toThrow(code("not-an-admin"));
    expect(() => proposeRemoval({ ...carol, identity: keyOf("bob") })).toThrow(code("not-an-admin"));
    expect(() => proposeRole({ ...carol, identity: keyOf("carol"), role: "admin" })).toThrow(code("not-an-admin"));
    expect(() => proposeRevocation({ ...carol, writer: keyOf("bob/1") })).toThrow(code("not-an-admin"));
    expect(() => proposeIndexers({ ...carol, writers: [keyOf("carol/1")] })).toThrow(code("not-an-admin"));
  });

  it("are refused where they are about nobody, or change nothing", () => {
    const scene = room();
    const admin = asked(scene, "alice");
    const stranger = { ...admin, author: keyOf("mallory"), logId: toyLogId, sign: () => new Uint8Array(64) };
    expect(() => proposeAdd(deps, { ...admin, add: invited("bob") })).toThrow(code("already-a-member"));
    expect(() => proposeRemoval({ ...admin, identity: keyOf("mallory") })).toThrow(code("not-a-member"));
    expect(() => proposeRole({ ...admin, identity: keyOf("mallory"), role: "admin" })).toThrow(code("not-a-member"));
    expect(() => proposeRole({ ...admin, identity: keyOf("bob"), role: "admin" })).toThrow(code("already-in-role"));
    expect(() => proposeRevocation({ ...admin, writer: keyOf("mallory/1") })).toThrow(code("not-a-writer"));
    expect(() => proposeIndexers({ ...admin, writers: [keyOf("mallory/1")] })).toThrow(code("not-a-writer"));
    expect(() => proposeKeyUpdate(deps, { ...stranger, sealingKey })).toThrow(code("not-a-member"));
    expect(() => certifyWriter({ ...stranger, writer: keyOf("mallory/1") })).toThrow(code("not-a-member"));
    const known = { ...stranger, author: keyOf("bob") };
    for (const writer of ["bob/1", "carol/1", "alice/1"])
      expect(() => certifyWriter({ ...known, writer: keyOf(writer) })).toThrow(code("already-a-writer"));
  });

  it("are refused with a sealing key that everybody can open", () => {
    const scene = room();
    const weak = { ...invited("dave"), sealingKey: new Uint8Array(32) };
    const invalid = expect.objectContaining({ code: "primitives/invalid-public-key" });
    expect(() => proposeAdd(deps, { ...asked(scene, "alice"), add: weak })).toThrow(invalid);
    const carol = { ...asked(scene, "carol"), logId: toyLogId, sign: () => new Uint8Array(64) };
    expect(() => proposeKeyUpdate(deps, { ...carol, sealingKey: weak.sealingKey })).toThrow(invalid);
  });

  it("keep the last admin, also where the other one is in doubt", () => {
    const scene = room();
    const alice = asked(scene, "alice");
    expect(proposeRemoval({ ...alice, membership: withIndexer(scene, "bob/1"), identity: keyOf("alice") }).kind).toBe(
      "remove",
    );
    scene.write({ by: "alice/1", does: [indexing("bob/1")] });
    // carol becomes an admin; she and bob remove each other: bob stays, in doubt.
    const start = [...scene.heads(), scene.write({ by: "alice/1", does: [making("carol", "admin")] })];
    scene.write({ by: "carol/1", after: start, does: [removing("bob", scene.capsOf("bob", start))] });
    scene.write({ by: "bob/1", after: start, does: [removing("carol", scene.capsOf("carol", start))] });
    const doubtful = asked(scene, "alice");
    expect(doubtful.membership.find(keyOf("bob"))?.role).toBe("admin");
    expect(() => proposeRemoval({ ...doubtful, identity: keyOf("alice") })).toThrow(code("last-admin"));
    expect(() => proposeRole({ ...doubtful, identity: keyOf("alice"), role: "member" })).toThrow(code("last-admin"));
    const alone = asked(new Scene(), "alice");
    expect(() => proposeRemoval({ ...alone, identity: keyOf("alice") })).toThrow(code("last-admin"));
  });

  it("11: keep the last indexer until there is another one", () => {
    const scene = room();
    scene.write({ by: "alice/1", does: [indexing("bob/1", "carol/1")] });
    expect(proposeRemoval({ ...asked(scene, "alice"), identity: keyOf("bob") }).kind).toBe("remove");
    scene.write({ by: "alice/1", does: [indexing("carol/1")] });
    const admin = asked(scene, "alice");
    expect(() => proposeRemoval({ ...admin, identity: keyOf("carol") })).toThrow(code("last-indexer"));
    expect(() => proposeRevocation({ ...admin, writer: keyOf("carol/1") })).toThrow(code("last-indexer"));
    expect(proposeRevocation({ ...admin, writer: keyOf("carol/2") }).kind).toBe("revoke-writer");
    for (const writers of [
      [],
      [keyOf("bob/1"), keyOf("bob/1")],
      Array.from({ length: 65 }, (_, at) => keyOf(`bob/${at}`)),
    ])
      expect(() => proposeIndexers({ ...admin, writers })).toThrow(code("invalid-indexers"));
  });

  it("keep a room below its limit of members, at limit - 1, limit and limit + 1", () => {
    const scene = new Scene();
    const names = Array.from({ length: roomLimits.members - 2 }, (_, at) => `m${at}`);
    for (let at = 0; at < names.length; at += 4_000)
      scene.write({ by: "alice/1", does: names.slice(at, at + 4_000).map((name) => adding(name)) });
    expect(proposeAdd(deps, { ...asked(scene, "alice"), add: invited("dave") }).kind).toBe("add");
    scene.write({ by: "alice/1", does: [adding("dave")] });
    const full = asked(scene, "alice");
    expect(full.membership.members).toHaveLength(roomLimits.members);
    expect(() => proposeAdd(deps, { ...full, add: invited("erin") })).toThrow(code("too-many-members"));
  });
});

function withIndexer(scene: Scene, writer: string): ReturnType<Peer["membership"]> {
  const copy = new Scene();
  copy.blocks.push(...scene.blocks);
  copy.write({ by: "alice/1", previous: scene.blocks[0], does: [indexing(writer)] });
  return new Peer(copy).membership();
}
