/**
 * Making a block of one's own (docs/protocol/rooms.md §2, §7): what it links to, which epoch it is written in, and what it must seal to whom.
 */
import { type Bytes, concatBytes, type Plaintext } from "@coterie/bytes";
import {
  type BlockIndex,
  blockFlags,
  createEnvelope,
  encodeControlPrefix,
  encodeHeader,
  type Envelope,
  type Signer,
} from "@coterie/oplog";
import type { Primitives, RandomSource } from "@coterie/primitives";
import { encryptBlock } from "../epochs/block-cipher.ts";
import type { Keyring } from "../epochs/keyring.ts";
import { createGrant, createRotation, type NewEpoch, type NewGrant } from "../epochs/new-epoch.ts";
import { encodePublicPart, type Sealing } from "../epochs/public-part.ts";
import type { DueGrant, SealedMember } from "../epochs/due-grants.ts";
import type { MemberNumber } from "../epochs/epoch-facts.ts";
import { chooseEpoch, type WritePlan, WriteRule } from "../epochs/write-rule.ts";
import { NotAMemberError, UnknownEpochError } from "../errors.ts";
import { encodeOperations } from "../membership/encode-operations.ts";
import type { Membership } from "../membership/membership.ts";
import type { Operation } from "../membership/operation.ts";
import { type BlockPlace, BlockPlaces } from "./block-place.ts";
import type { RoomLog } from "./room-log.ts";

/** What making blocks works with. */
export interface ComposerDeps {
  readonly primitives: Primitives;
  readonly random: RandomSource;
  readonly keyring: Keyring;
  readonly log: RoomLog;
  readonly identity: Bytes;
}

/** What a new block holds. */
export interface NewBlockInput {
  readonly signer: Signer;
  /** The hash and the seq of the writer's last block; undefined for its first one. */
  readonly previous: { readonly block: BlockIndex; readonly seq: number } | undefined;
  /** In their order; rotates and grants are added. */
  readonly operations: readonly Operation[];
  readonly content: Plaintext | undefined;
  /** `true` begins an epoch although one is safe; a block: unless the epoch was begun in knowledge of it. */
  readonly rotates: boolean | { readonly after: BlockIndex };
}

interface SealedPlan {
  readonly epochId: Bytes;
  readonly operations: readonly Operation[];
  readonly sealings: readonly Sealing[];
}

/** Makes the blocks of one device in one room. */
export class Composer {
  readonly #deps: ComposerDeps;
  readonly #rule: WriteRule;
  readonly #places: BlockPlaces;

  constructor(deps: ComposerDeps) {
    this.#deps = deps;
    this.#rule = new WriteRule(deps.log.controls);
    this.#places = new BlockPlaces(deps.log);
  }

  /**
   * A signed block that follows everything known. A new epoch's secret is in the keyring when this returns.
   * @throws NotAMemberError where this identity is no member by what is known
   */
  compose(input: NewBlockInput): Envelope {
    const place = this.#places.find(input.previous?.block);
    const plan = this.#plan(place, input);
    const { epochId, operations, sealings } = this.#seal(plan, input.operations);
    const publicPart = encodePublicPart(sealings);
    const { signer, previous, content } = input;
    const { logId, dag } = this.#deps.log;
    const header = {
      flags:
        (publicPart.length > 0 ? blockFlags.publicPart : 0) |
        (content === undefined ? 0 : blockFlags.content) |
        (content === undefined && operations.length === 0 ? blockFlags.ack : 0),
      logTag: logId.slice(0, 16),
      writer: signer.writer,
      seq: previous === undefined ? 0 : previous.seq + 1,
      previous: previous === undefined ? new Uint8Array(32) : dag.hash(previous.block),
      epochId,
    };
    const keys = this.#deps.keyring.findBlockKeys({ epochId, writer: signer.writer });
    if (keys === undefined) throw new UnknownEpochError();
    const control = concatBytes(encodeControlPrefix(place), encodeOperations(operations));
    const encrypted = encryptBlock(this.#deps, { keys, header: encodeHeader(header), publicPart, control, content });
    control.fill(0);
    const { sha256 } = this.#deps.primitives;
    return createEnvelope({ sha256, signer }, { header, ...encrypted, publicPart });
  }

  /** The epoch that a block after `previous` would be written in; undefined where it would begin one. */
  findEpoch(previous: BlockIndex | undefined): Bytes | undefined {
    const { log, keyring, identity } = this.#deps;
    const { past, membership } = this.#places.find(previous);
    const own = membership.find(identity);
    return own && chooseEpoch(log.controls, { past, membership, author: own.index, held: keyring });
  }

  #plan({ membership, past }: BlockPlace, { signer, operations, rotates }: NewBlockInput): WritePlan {
    const { log, keyring, identity } = this.#deps;
    const own = membership.find(identity);
    if (own === undefined) throw new NotAMemberError();
    const mayGive = membership.mayGiveKeys({ index: own.index, writer: signer.writer });
    const view = {
      past,
      membership,
      author: own.index,
      held: keyring,
      adds: mayGive ? operations.flatMap((operation) => this.#added(operation, membership)) : [],
      removes: operations.flatMap((operation) => this.#removed(operation)),
    };
    const isAsked = rotates === true || operations.some(isLateAdd);
    for (;;) {
      const plan = this.#rule.plan({ ...view, rotates: isAsked });
      if (plan.kind === "rotate") return plan;
      if (typeof rotates === "object" && !log.controls.knewOf({ epochId: plan.epochId, block: rotates.after }))
        return this.#rule.plan({ ...view, rotates: true });
      // A large epoch is checked here, before anything is written in it; another one is chosen where it is at fault.
      if (!log.controls.checks.check(plan.epochId)) return plan;
    }
  }

  #removed(operation: Operation): readonly MemberNumber[] {
    return operation.kind === "remove" ? [this.#deps.log.membershipLog.identities.add(operation.identity)] : [];
  }

  #added(operation: Operation, membership: Membership): readonly SealedMember[] {
    if (operation.kind !== "add" || membership.isSure(operation.identity)) return [];
    const { identity, sealingKey, history } = operation;
    return [
      {
        index: this.#deps.log.membershipLog.identities.add(identity),
        identity,
        sealingKey,
        history,
        admission: undefined,
      },
    ];
  }

  #seal(plan: WritePlan, operations: readonly Operation[]): SealedPlan {
    const rotation = plan.kind === "rotate" ? this.#rotate(plan) : undefined;
    const grants = plan.grants.map((grant) => this.#grant(grant));
    const sealed = rotation === undefined ? grants : [rotation, ...grants];
    const epochId = plan.kind === "write" ? plan.epochId : rotation?.epochId;
    if (epochId === undefined) throw new UnknownEpochError();
    return {
      epochId,
      operations: [...operations, ...sealed.map(({ operation }) => operation)],
      sealings: sealed.map(({ sealing }) => sealing),
    };
  }

  #rotate({ recipients, wrapped }: Extract<WritePlan, { kind: "rotate" }>): NewEpoch {
    const { log, keyring } = this.#deps;
    const held = wrapped.flatMap((epochId) => {
      const secret = keyring.findSecret(epochId);
      return secret === undefined ? [] : [{ epochId, secret }];
    });
    const rotation = createRotation(this.#deps, { logId: log.logId, recipients, wrapped: held });
    keyring.learn(rotation.epochId, rotation.secret);
    rotation.secret.destroy();
    log.controls.checks.noteOwn(rotation.epochId);
    return rotation;
  }

  #grant({ epochId, ...recipient }: DueGrant): NewGrant {
    const { log, keyring, primitives } = this.#deps;
    const secret = keyring.findSecret(epochId);
    if (secret === undefined) throw new UnknownEpochError();
    return createGrant({ primitives }, { logId: log.logId, secret, ...recipient });
  }
}

/** Who joins without the whole history may know no epoch that others know from before, so that all go on in a new one. */
function isLateAdd(operation: Operation): boolean {
  return operation.kind === "add" && operation.history !== "all";
}
