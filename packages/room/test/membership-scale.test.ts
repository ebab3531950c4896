import { describe, expect, it } from "vitest";
import { MembershipLog, type Operation } from "../src/index.ts";
import { findStrongParts } from "../src/membership/find-cycles.ts";
import { Dice } from "./membership-histories.ts";
import { adding, certifying, granting, keyOf, removing, toyDeps, toyGenesis, toyLogId } from "./membership-scene.ts";

/** Writes one control block after the other; each is a commit of its own. */
class Chain {
  readonly log: MembershipLog = new MembershipLog(toyDeps, { genesis: toyGenesis, logId: toyLogId });
  readonly #nextSeq = new Map<string, number>();
  #set = 0;

  write(writer: string, operations: readonly Operation[]): readonly boolean[] {
    const seq = this.#nextSeq.get(writer) ?? 0;
    this.#nextSeq.set(writer, seq + 1);
    const { log } = this;
    const place = { lamport: log.size, hash: keyOf(`chain ${log.size}`), writer: keyOf(writer), seq };
    const { control, authorised } = log.add({ ...place, pastSet: this.#set, commits: log.commits, operations });
    this.#set = log.sets.with(this.#set, control);
    log.decide({ set: this.#set, commit: log.commits });
    return authorised;
  }

  get now(): ReturnType<MembershipLog["evaluate"]> {
    return this.log.evaluate(this.#set, this.log.commits);
  }
}

describe("a room of many", () => {
  it("of a thousand members and writers loads in a moment", () => {
    const operations = Array.from({ length: 1_000 }, (_, at) => [adding(`m${at}`), certifying(`m${at}/1`)] as const);
    const startedAtMs = performance.now();
    const chain = new Chain();
    for (const [at, [add, certify]] of operations.entries()) {
      chain.write("alice/1", [add]);
      chain.write(`m${at}/1`, [certify]);
      expect(chain.now.indexers).toHaveLength(1);
    }
    expect(chain.now.sureMembers).toHaveLength(1_001);
    // 0.3 s on a machine that does nothing else.
    expect(performance.now() - startedAtMs).toBeLessThan(1_500 * 4);
  });

  it("with 200 removals among 500 writers loads in a moment", () => {
    const chain = new Chain();
    for (let at = 0; at < 500; at++) {
      chain.write("alice/1", [adding(`m${at}`)]);
      chain.write(`m${at}/1`, [certifying(`m${at}/1`)]);
    }
    const startedAtMs = performance.now();
    for (let at = 0; at < 200; at++) {
      const cap = { writer: keyOf(`m${at}/1`), next: 1, hash: keyOf(`chain ${2 * at + 1}`) };
      expect(chain.write("alice/1", [removing(`m${at}`, [cap])])).toEqual([true]);
      chain.write("alice/1", [granting]);
      expect(chain.now.sureMembers).toHaveLength(501 - at - 1);
    }
    expect(performance.now() - startedAtMs).toBeLessThan(1_500 * 4);
  });

  it("in which everybody was added by the one before needs no deep stack", () => {
    const chain = new Chain();
    let author = "alice/1";
    const length = 8_000;
    for (let at = 0; at < length; at++) {
      chain.write(author, [adding(`m${at}`, "admin")]);
      author = `m${at}/1`;
      chain.write(author, [certifying(author)]);
    }
    // By who knows no commit, a removal at the end: every standing is found anew, from the end to the beginning.
    const { log } = chain;
    const everything = log.sets.of(Array.from({ length: log.size }, (_, id) => id));
    const place = { lamport: log.size, hash: keyOf("late"), writer: keyOf(`m${length - 2}/1`), seq: 2, commits: 0 };
    const operations = [removing(`m${length - 1}`, [])];
    const { control, authorised } = log.add({ ...place, pastSet: everything, operations });
    expect(authorised).toEqual([true]);
    const membership = log.evaluate(log.sets.with(everything, control), 0);
    expect(membership.isVoidControl(log.size - 2)).toBe(false);
    expect(membership.members).toHaveLength(length);
  });
});

describe("strong parts", () => {
  it("are what can be reached and reaches back", () => {
    for (let seed = 1; seed <= 500; seed++) {
      const dice = new Dice(seed);
      const size = 1 + dice.below(9);
      const edges = Array.from({ length: size }, () => Array.from({ length: dice.below(3) }, () => dice.below(size)));
      const parts = findStrongParts(edges);
      const reach = edges.map((_, start) => {
        const reached = new Set([start]);
        for (const node of reached) for (const next of edges[node] ?? []) reached.add(next);
        return reached;
      });
      for (let a = 0; a < size; a++)
        for (let b = 0; b < size; b++)
          expect(parts[a] === parts[b], `seed ${seed}`).toBe([reach[a]?.has(b), reach[b]?.has(a)].every(Boolean));
    }
  });

  it("of a very long circle need no deep stack", () => {
    const size = 200_000;
    const parts = findStrongParts(Array.from({ length: size }, (_, node) => [(node + 1) % size]));
    expect(new Set(parts).size).toBe(1);
  });
});
