/**
 * A relay that lies, for tests: what it does follows from a seed and is noted in a journal. It stands before a true relay, and can do what
 * anybody can who has what the true one has, and no key.
 */
import type { Bytes } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import type { Chance } from "../../chance.ts";
import { RelayUnavailableError } from "../../errors.ts";
import type { AppendInput, AppendOutcome, BlockReader, HeadsPage, Relay, RelayPage, WriterHead } from "../relay.ts";
import { type LogView, readThrough } from "./log-view.ts";
import type { Journal } from "./journal.ts";
import { type BlockTrick, noise, spoilers } from "./spoil-blocks.ts";

/** What a hostile relay does to the blocks that it gives, and then: */
export const relayTricks = [
  "repeat",
  "reorder",
  "truncate",
  "skip",
  "cut",
  "forge",
  "garbage",
  "foreign",
  "huge",
  // The question is lost, or the answer to one that was carried out.
  "lose-question",
  "lose-answer",
  // An earlier page comes again.
  "replay",
  "wrong-cursor",
  // A head that is none, a head left out, heads out of order.
  "false-heads",
  // Blocks are acknowledged and stored later, or never.
  "late",
  "forget",
  // Blocks are refused without reason.
  "refuse",
] as const;

/** One of {@link relayTricks}. */
export type RelayTrick = (typeof relayTricks)[number];

/** How often, from 0 to 1. */
export type TrickRates = Readonly<Partial<Record<RelayTrick, number>>>;

/** What it stands before, and what it is called in the journal. */
export interface HostileRelayInput {
  readonly id: string;
  readonly relay: Relay;
  /** Blocks of another log. */
  readonly foreign?: readonly Bytes[];
}

/** What it works with. */
export interface HostileRelayDeps extends Pick<Primitives, "sha256"> {
  readonly chance: Chance;
  readonly journal: Journal;
}

/** A relay that can be told how to lie. */
export class HostileRelay implements Relay {
  readonly #deps: HostileRelayDeps;
  readonly #input: HostileRelayInput;
  #rates: TrickRates = {};
  #view: LogView | undefined;
  #pages: RelayPage[] = [];
  #held: AppendInput[] = [];

  constructor(deps: HostileRelayDeps, input: HostileRelayInput) {
    this.#deps = deps;
    this.#input = input;
  }

  /** From now on it does these things this often; no others. */
  setRates(rates: TrickRates): void {
    this.#rates = rates;
  }

  /** From now on it shows its log like this; undefined: as it is. */
  show(view: LogView | undefined, name: string = "everything"): void {
    this.#view = view;
    this.#deps.journal.note(this.#input.id, `shows ${name}`);
  }

  /** Becomes honest, and stores what it held back. */
  async repent(): Promise<void> {
    this.#rates = {};
    this.#view = undefined;
    this.#deps.journal.note(this.#input.id, "repents");
    for (const held of this.#held) await this.#input.relay.append(held);
    this.#held = [];
  }

  readonly append: Relay["append"] = async (input) => {
    this.#lose("lose-question");
    const outcomes = await this.#appendOrNot(input);
    this.#lose("lose-answer");
    return outcomes;
  };

  readonly since: Relay["since"] = async (input) => {
    this.#lose("lose-question");
    const page = await (await this.#reader()).since(input);
    const old = this.#pages[this.#deps.chance(Math.max(1, this.#pages.length))];
    this.#pages = [...this.#pages.slice(-8), page];
    this.#lose("lose-answer");
    if (old !== undefined && this.#does("replay")) return old;
    const envelopes = this.#spoil(page.envelopes, input.limit);
    if (!this.#does("wrong-cursor")) return { ...page, envelopes };
    const { chance } = this.#deps;
    const anywhere = (): number => chance(2) * chance(2) * 0xffff_ffff + chance(page.end + 2);
    return { envelopes, next: anywhere(), end: anywhere() };
  };

  readonly find: Relay["find"] = async (input) => {
    this.#lose("lose-question");
    const found = await (await this.#reader()).find(input);
    this.#lose("lose-answer");
    if (!this.#does("reorder") && !this.#does("forge") && !this.#does("foreign")) return found;
    const spoilt = this.#spoil(
      found.flatMap((block) => block ?? []),
      input.hashes.length,
    );
    return found.map((block, i) => (block === undefined ? undefined : spoilt[i]));
  };

  readonly range: Relay["range"] = async (input) => {
    this.#lose("lose-question");
    const blocks = await (await this.#reader()).range(input);
    this.#lose("lose-answer");
    return this.#spoil(blocks, input.limit);
  };

  readonly heads: Relay["heads"] = async (input) => {
    this.#lose("lose-question");
    const page = await (await this.#reader()).heads(input);
    this.#lose("lose-answer");
    return this.#does("false-heads") ? this.#falseHeads(page) : page;
  };

  readonly putChunk: Relay["putChunk"] = async (input, options) => await this.#input.relay.putChunk(input, options);

  readonly getChunk: Relay["getChunk"] = async (input, options) => {
    const chunk = await this.#input.relay.getChunk(input, options);
    return chunk === undefined || !this.#does("forge") ? chunk : noise(this.#deps.chance);
  };

  readonly subscribe: Relay["subscribe"] = (listener) =>
    this.#input.relay.subscribe((news) => {
      if (!this.#does("lose-answer")) listener(news);
    });

  #does(trick: RelayTrick): boolean {
    const rate = this.#rates[trick] ?? 0;
    if (rate === 0 || this.#deps.chance() >= rate) return false;
    this.#deps.journal.note(this.#input.id, trick);
    return true;
  }

  #lose(trick: "lose-question" | "lose-answer"): void {
    if (this.#does(trick)) throw new RelayUnavailableError("lost on the way");
  }

  async #reader(): Promise<BlockReader> {
    const { relay } = this.#input;
    return this.#view === undefined ? relay : await readThrough(this.#deps, { reader: relay, view: this.#view });
  }

  #spoil(envelopes: readonly Bytes[], limit: number): readonly Bytes[] {
    const { chance } = this.#deps;
    const { foreign = [] } = this.#input;
    return tricks.reduce<readonly Bytes[]>(
      (blocks, trick) => (this.#does(trick) ? spoilers[trick]({ chance, envelopes: blocks, limit, foreign }) : blocks),
      envelopes,
    );
  }

  async #appendOrNot(input: AppendInput): Promise<readonly AppendOutcome[]> {
    const { relay } = this.#input;
    for (const held of this.#held.splice(0, this.#does("late") ? 0 : 1)) await relay.append(held);
    if (this.#does("refuse")) return input.envelopes.map(() => ({ kind: "refused", reason: "quota" }));
    if (this.#does("forget")) return acknowledge(input);
    if (this.#does("late")) {
      this.#held.push(input);
      return acknowledge(input);
    }
    if (this.#does("repeat")) await relay.append(input);
    return await relay.append(input);
  }

  #falseHeads(page: HeadsPage): HeadsPage {
    const { chance } = this.#deps;
    const heads = page.heads.flatMap((head): WriterHead[] => {
      switch (chance(4)) {
        case 0:
          return [];
        case 1:
          return [{ ...head, seq: head.seq + 1 + chance(3), hash: this.#deps.sha256(head.hash) }];
        default:
          return [head];
      }
    });
    return { ...page, heads: chance(4) === 0 ? heads.toReversed() : heads };
  }
}

const tricks: readonly BlockTrick[] = [
  "truncate",
  "skip",
  "repeat",
  "reorder",
  "cut",
  "forge",
  "garbage",
  "foreign",
  "huge",
];

function acknowledge({ envelopes }: AppendInput): readonly AppendOutcome[] {
  return envelopes.map((_unused, i) => ({ kind: "accepted", cursor: i + 1 }));
}
