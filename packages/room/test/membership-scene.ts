import { type Bytes, concatBytes, CoterieError, encodeHex, equalBytes } from "@coterie/bytes";
import { nodePrimitives } from "@coterie/primitives/node";
import type { Genesis } from "../src/index.ts";
import { MembershipLog } from "../src/index.ts";
import type { MemberHistory, MemberRole, Operation, WriterCap } from "../src/membership/operation.ts";
import type { MembershipDeps } from "../src/membership/membership-log.ts";
import type { Membership } from "../src/membership/membership.ts";

const { sha256 } = nodePrimitives;

const keyByName = new Map<string, Bytes>();

/** 32 bytes that follow from a name: the key of a person, a writer. */
export function keyOf(name: string): Bytes {
  const key = keyByName.get(name) ?? sha256(new TextEncoder().encode(`made up key of ${name}`));
  keyByName.set(name, key);
  return key;
}

/**
 * A signature that anybody could make, since these tests are about who may do what and not about Ed25519: the real one is in
 * membership-signatures.test.ts.
 */
export function toySign(key: Bytes, message: Uint8Array): Bytes {
  return concatBytes(key, sha256(concatBytes(key, message)));
}

class NoProofError extends CoterieError {
  readonly code = "test/no-proof";
}

/** A "proof" in these scenes: the writer and the seq as one byte. */
export function toyProof(writer: string, seq: number): Bytes {
  return concatBytes(keyOf(writer), Uint8Array.of(seq));
}

export const toyDeps: MembershipDeps = {
  primitives: { verify: (key, message, signature) => equalBytes(toySign(new Uint8Array(key), message), signature) },
  verifyForkProof: ({ proof }) => {
    if (proof.length !== 33) throw new NoProofError("not a proof of these tests");
    return { writer: new Uint8Array(proof.subarray(0, 32)), seq: proof[32] ?? 0 };
  },
};

export const toyLogId: Bytes = keyOf("the log");

export const toyGenesis: Genesis = {
  nonce: keyOf("the nonce"),
  identity: keyOf("alice"),
  sealingKey: keyOf("alice's sealing key"),
  writer: keyOf("alice/1"),
  mode: "majority",
  checkpointInterval: 100,
};

/** A block that may or may not be a control block. */
export interface SceneBlock {
  readonly name: string;
  readonly writer: string;
  readonly seq: number;
  readonly hash: Bytes;
  readonly lamport: number;
  readonly commits: number;
  readonly operations: readonly Operation[];
  readonly previous: SceneBlock | undefined;
  readonly parents: readonly SceneBlock[];
  /** All blocks before it. */
  readonly past: ReadonlySet<SceneBlock>;
  readonly isVoidByItself: boolean;
}

export interface BlockChoice {
  /** "carol/1": carol's first writer. */
  readonly by: string;
  readonly after?: readonly SceneBlock[];
  readonly does?: readonly Operation[];
  readonly commits?: number;
  /** A branch instead of the writer's last block: what it follows, undefined to begin anew. */
  readonly previous?: SceneBlock | undefined;
  readonly isVoidByItself?: boolean;
}

/** Blocks of a room, in an order in which parents come first. */
export class Scene {
  readonly blocks: SceneBlock[] = [];
  /** Leaders of commits: each commits its past and itself. */
  readonly leaders: SceneBlock[] = [];
  readonly #lastByWriter = new Map<string, SceneBlock>();

  /** Adds a block. Without `after` it follows everything that there is. */
  write(choice: BlockChoice): SceneBlock {
    const { by, after = this.heads(), does = [], commits = 0, isVoidByItself = false } = choice;
    const previous = "previous" in choice ? choice.previous : this.#lastByWriter.get(by);
    const parents = [...new Set(previous === undefined ? after : [previous, ...after])];
    const past = closureOf(parents);
    const name = `${this.blocks.length}`;
    const block = {
      name,
      writer: by,
      seq: previous === undefined ? 0 : previous.seq + 1,
      hash: keyOf(`block ${name}`),
      lamport: 1 + Math.max(-1, ...parents.map(({ lamport }) => lamport)),
      commits,
      operations: does,
      previous,
      parents,
      past,
      isVoidByItself,
    };
    this.blocks.push(block);
    this.#lastByWriter.set(by, block);
    return block;
  }

  /** Commits the past of a block and the block. */
  commit(leader: SceneBlock): number {
    return this.leaders.push(leader);
  }

  /** Blocks that nothing follows. */
  heads(): readonly SceneBlock[] {
    const followed = new Set(this.blocks.flatMap(({ parents }) => parents));
    return this.blocks.filter((block) => !followed.has(block));
  }

  /** What a removal by a block after `after` accepts of the writers of `person`. */
  capsOf(person: string, after: readonly SceneBlock[] = this.heads()): readonly WriterCap[] {
    const seen = closureOf(after);
    const last = new Map<string, SceneBlock>();
    for (const block of seen) {
      const known = last.get(block.writer);
      if (personOf(block.writer) === person && (known === undefined || block.seq > known.seq))
        last.set(block.writer, block);
    }
    return [...last.values()].map(capAt).sort((a, b) => (encodeHex(a.writer) < encodeHex(b.writer) ? -1 : 1));
  }
}

/** Everything up to some blocks. */
export function closureOf(blocks: Iterable<SceneBlock>): Set<SceneBlock> {
  const closure = new Set<SceneBlock>();
  for (const block of blocks) {
    closure.add(block);
    for (const earlier of block.past) closure.add(earlier);
  }
  return closure;
}

/** carol of "carol/1". */
export function personOf(writer: string): string {
  return writer.split("/")[0] ?? "";
}

/** The cap that accepts a block and all before it. */
export function capAt(block: SceneBlock): WriterCap {
  return { writer: keyOf(block.writer), next: block.seq + 1, hash: block.hash };
}

export function adding(person: string, role: MemberRole = "member", history: MemberHistory = "all"): Operation {
  return { kind: "add", identity: keyOf(person), sealingKey: keyOf(`${person}'s sealing key`), role, history };
}

export function removing(person: string, caps: readonly WriterCap[] = []): Operation {
  return { kind: "remove", identity: keyOf(person), caps };
}

export function making(person: string, role: MemberRole, caps: readonly WriterCap[] = []): Operation {
  return { kind: "role", identity: keyOf(person), role, caps };
}

/** The certificate of a writer, for its first block. */
export function certifying(writer: string, person: string = personOf(writer)): Operation {
  const message = concatBytes(new TextEncoder().encode("coterie/room/writer/1\0"), toyLogId, keyOf(writer));
  return {
    kind: "add-writer",
    identity: keyOf(person),
    writer: keyOf(writer),
    signature: toySign(keyOf(person), message),
  };
}

export function updatingKey(
  person: string,
  version: number,
  sealingKey: Bytes = keyOf(`${person} ${version}`),
): Operation {
  const message = concatBytes(
    new TextEncoder().encode("coterie/room/key/1\0"),
    toyLogId,
    Uint8Array.of(0, 0, version >>> 8, version & 255),
    sealingKey,
  );
  return {
    kind: "update-key",
    identity: keyOf(person),
    sealingKey,
    version,
    signature: toySign(keyOf(person), message),
  };
}

export function indexing(...writers: readonly string[]): Operation {
  return { kind: "set-indexers", writers: writers.map(keyOf) };
}

export function forking(writer: string, seq: number): Operation {
  return { kind: "fork", proof: toyProof(writer, seq) };
}

export function revoking(cap: WriterCap): Operation {
  return { kind: "revoke-writer", cap };
}

export const granting: Operation = {
  kind: "grant",
  epochId: new Uint8Array(16),
  identity: keyOf("alice"),
  level: "read",
};

/** A peer that was told of a scene. Every block with an operation is a control block. */
export class Peer {
  readonly log: MembershipLog = new MembershipLog(toyDeps, { genesis: toyGenesis, logId: toyLogId });
  readonly controls = new Map<SceneBlock, number>();
  /** By number of the control block. */
  readonly blocks: SceneBlock[] = [];
  readonly authorised = new Map<SceneBlock, readonly boolean[]>();
  readonly #upTo = new Map<SceneBlock, number>();
  readonly #leaders: readonly SceneBlock[];

  /** Tells a peer of all blocks in `order`; commits are told as soon as their leader is there, or as late as blocks allow. */
  constructor(
    scene: Scene,
    {
      order = scene.blocks,
      isEager = true,
    }: { readonly order?: readonly SceneBlock[]; readonly isEager?: boolean } = {},
  ) {
    this.#leaders = scene.leaders;
    for (const block of order) {
      this.admit(block);
      if (isEager) this.catchUp();
    }
    this.catchUp();
  }

  /** Takes up a block whose parents are there. */
  admit(block: SceneBlock): void {
    while (this.log.commits < block.commits) this.#commit();
    const pastSet = this.setOf(block.parents);
    if (block.operations.length === 0) {
      this.#upTo.set(block, pastSet);
      return;
    }
    const { writer, ...rest } = block;
    const { control, authorised } = this.log.add({ ...rest, writer: keyOf(writer), pastSet });
    this.controls.set(block, control);
    this.blocks[control] = block;
    this.authorised.set(block, authorised);
    this.#upTo.set(block, this.log.sets.with(pastSet, control));
  }

  /** Takes up all commits whose leader is there. */
  catchUp(): void {
    for (let leader = this.#next(); leader !== undefined && this.#upTo.has(leader); leader = this.#next())
      this.#commit();
  }

  /** The control blocks among `blocks` and before them. */
  setOf(blocks: readonly SceneBlock[]): number {
    return blocks.reduce((set, block) => this.log.sets.union(set, this.#upTo.get(block) ?? 0), this.log.sets.empty);
  }

  /** Membership by everything, or by some blocks and all before them. */
  membership(blocks: readonly SceneBlock[] = [...this.#upTo.keys()], commits: number = this.log.commits): Membership {
    return this.log.evaluate(this.setOf(blocks), commits);
  }

  /** Blocks of a set of control blocks, by name. */
  namesOf(set: number): readonly string[] {
    return this.log.sets
      .ids(set)
      .map((id) => this.nameOf(id))
      .sort();
  }

  /** The name of a control block. */
  nameOf(control: number): string {
    return this.blocks[control]?.name ?? "genesis";
  }

  #next(): SceneBlock | undefined {
    return this.#leaders[this.log.commits];
  }

  #commit(): void {
    const leader = this.#next();
    if (leader === undefined) throw new Error("the scene has no such commit");
    this.log.decide({ set: this.setOf([leader]), commit: this.log.commits });
  }
}

/** Names of members, admins marked with a star, by name. */
export function namesIn(membership: Membership, people: readonly string[]): string {
  return people
    .filter((name) => membership.find(keyOf(name)) !== undefined)
    .map(
      (name) =>
        `${name}${membership.find(keyOf(name))?.role === "admin" ? "*" : ""}${membership.isSure(keyOf(name)) ? "" : "?"}`,
    )
    .join(" ");
}
