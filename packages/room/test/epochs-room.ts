/**
 * A room of a few people on one machine, with real keys and the simplest membership: everybody may add and remove, a removal holds for whoever
 * has it in its past. What it shows is who can open what; how membership is judged, other tests do.
 */
import { type Bytes, concatBytes, encodeHex, Plaintext } from "@coterie/bytes";
import { blockFlags, decodeControlPrefix, encodeControlPrefix, encodeHeader } from "@coterie/oplog";
import type { AgreementKeyPair } from "@coterie/primitives";
import { decryptContent, decryptControl, encryptBlock } from "../src/epochs/block-cipher.ts";
import { EpochFacts } from "../src/epochs/epoch-facts.ts";
import { Keyring } from "../src/epochs/keyring.ts";
import { createGrant, createRotation, matchesSealings } from "../src/epochs/new-epoch.ts";
import { createSealingKeyHolder, openSealings } from "../src/epochs/open-entries.ts";
import { decodePublicPart, encodePublicPart } from "../src/epochs/public-part.ts";
import { findVoidReason, type VoidReason } from "../src/epochs/read-rule.ts";
import { SafeEpochs } from "../src/epochs/safe-epochs.ts";
import type { GrantTruth, SealedMember } from "../src/epochs/due-grants.ts";
import { WriteRule, type WriterMembership } from "../src/epochs/write-rule.ts";
import { type ControlSet, ControlSets } from "../src/membership/control-sets.ts";
import { decodeOperations } from "../src/membership/decode-operations.ts";
import { encodeOperations } from "../src/membership/encode-operations.ts";
import { KeyIndex } from "../src/membership/key-index.ts";
import { isControlBlock, type MemberHistory, type Operation } from "../src/membership/operation.ts";
import { deps, madeUp, nothing, seededRandom } from "./epochs-scene.ts";

export interface RoomBlock {
  readonly id: number;
  readonly hash: Bytes;
  readonly author: Person;
  readonly lamport: number;
  /** All blocks before it. */
  readonly past: ReadonlySet<number>;
  /** The control blocks among them. */
  readonly pastSet: ControlSet;
  readonly control: number | undefined;
  readonly header: Bytes;
  readonly epochId: Bytes;
  readonly operations: readonly Operation[];
  readonly publicPart: Bytes;
  readonly encrypted: ReturnType<typeof encryptBlock>;
  readonly voidReason: VoidReason | undefined;
}

/** What is granted is true, unless somebody says otherwise. */
export const believing: GrantTruth = { begin: () => undefined, isTrue: ({ isFalse }) => !isFalse, hasMore: false };

/** A member, or somebody who was or will be one, on one device. */
export class Person {
  readonly name: string;
  readonly identity: Bytes;
  readonly writer: Bytes;
  readonly keys: AgreementKeyPair[];
  keyring: Keyring;
  readonly known = new Set<number>();
  heads = new Set<number>();
  waiting: RoomBlock[] = [];
  written = 0;

  constructor(name: string, logId: Bytes) {
    this.name = name;
    this.identity = madeUp(`identity of ${name}`);
    this.writer = madeUp(`writer of ${name}`);
    this.keys = [deps.primitives.deriveAgreementKeyPair(madeUp(`sealing key of ${name}`))];
    this.keyring = new Keyring(deps, { logId });
  }

  get sealingKey(): Bytes {
    return (this.keys.at(-1) ?? { publicKey: nothing }).publicKey;
  }
}

export class Room {
  readonly logId: Bytes = madeUp("a room");
  readonly random: ReturnType<typeof seededRandom>;
  readonly blocks: RoomBlock[] = [];
  readonly controls: RoomBlock[] = [];
  readonly people: Person[] = [];
  readonly sets = new ControlSets();
  readonly identities = new KeyIndex();
  readonly facts = new EpochFacts({ sets: this.sets, identities: this.identities });
  readonly safe = new SafeEpochs(this.facts);
  readonly rule = new WriteRule({ facts: this.facts, safe: this.safe, truth: believing });
  readonly #memberships = new Map<ControlSet, WriterMembership>();

  constructor(seed: string) {
    this.random = seededRandom(seed);
  }

  join(name: string): Person {
    const person = new Person(name, this.logId);
    this.identities.add(person.identity);
    this.people.push(person);
    return person;
  }

  /** Writes a block that knows all that `author` knows, by the write rule. */
  write(author: Person, operations: readonly Operation[] = [], { rotates = false } = {}): RoomBlock {
    const known = [...author.known];
    const past = new Set(known);
    const pastSet = this.sets.of(known.flatMap((id) => this.blocks[id]?.control ?? []));
    const membership = this.membershipAt(pastSet);
    const plan = this.rule.plan({
      past: pastSet,
      membership,
      author: this.identities.add(author.identity),
      held: author.keyring,
      adds: operations.flatMap((operation) => (operation.kind === "add" ? [this.#sealedMember(operation)] : [])),
      removes: operations.flatMap((op) => (op.kind === "remove" ? [this.identities.add(op.identity)] : [])),
      rotates: rotates || operations.some((op) => op.kind === "add" && op.history !== "all"),
    });
    const grants = plan.grants.map(({ epochId, identity, sealingKey, level }) => {
      const secret = author.keyring.findSecret(epochId);
      if (secret === undefined) throw new Error("a grant of what the author does not hold");
      return createGrant(deps, { logId: this.logId, secret, level, identity, sealingKey });
    });
    if (plan.kind === "write")
      return this.#append({ author, past, pastSet, epochId: plan.epochId, operations, made: grants });
    const wrapped = plan.wrapped.flatMap((epochId) => {
      const secret = author.keyring.findSecret(epochId);
      return secret === undefined ? [] : [{ epochId, secret }];
    });
    const { recipients } = plan;
    const epoch = createRotation({ ...deps, random: this.random }, { logId: this.logId, recipients, wrapped });
    author.keyring.learn(epoch.epochId, epoch.secret);
    epoch.secret.destroy();
    return this.#append({ author, past, pastSet, epochId: epoch.epochId, operations, made: [epoch, ...grants] });
  }

  /** Gives `reader` blocks; those whose epoch it cannot open, or whose past it does not know, wait. */
  receive(reader: Person, blocks: Iterable<RoomBlock>): void {
    reader.waiting.push(
      ...[...blocks].filter((block) => !reader.known.has(block.id) && !reader.waiting.includes(block)),
    );
    for (let progress = true; progress; ) {
      progress = false;
      const before = reader.keyring.revision;
      for (const block of reader.waiting) this.#offer(reader, block);
      // Links are inside: a block is opened before what it builds on is there, and its wraps may open just that.
      const opened = reader.waiting.filter((block) => this.#open(reader, block));
      const ready = opened.filter(({ past }) => [...past].every((id) => reader.known.has(id)));
      for (const { id } of ready) reader.known.add(id);
      progress = ready.length > 0 || reader.keyring.revision !== before;
      reader.waiting = reader.waiting.filter(({ id }) => !reader.known.has(id));
    }
  }

  /** What `reader` reads in a block, with whatever it holds, whether or not it may know the block. */
  read(reader: Person, block: RoomBlock): string | undefined {
    const keys = reader.keyring.findBlockKeys({ epochId: block.epochId, writer: block.author.writer });
    if (keys?.content === undefined) return undefined;
    const { header, publicPart, encrypted } = block;
    const part = { keys, header, publicPart, nonce: encrypted.nonce, ciphertext: encrypted.content };
    return decryptContent(deps, part).exposeText();
  }

  /** Somebody who breaks every rule: it takes what any block gives to its keys, and follows every wrap. */
  plunder(thief: Person): void {
    for (const block of this.blocks) {
      this.#offer(thief, block);
      if (thief.keyring.findLevel(block.epochId) === undefined) continue;
      for (const operation of block.operations)
        if (operation.kind === "rotate") thief.keyring.addRotation({ ...block, wraps: operation.wraps });
    }
  }

  /** Whether `person` is a member by a set of control blocks, and the add that admits it. */
  admissionAt(
    person: Bytes,
    set: ControlSet,
  ): { readonly control: number; readonly history: MemberHistory } | undefined {
    const name = encodeHex(person);
    const facts = this.sets.ids(set).flatMap((control) => {
      const block = this.controls[control];
      const concerns = block?.operations.filter((op) => "identity" in op && encodeHex(op.identity) === name) ?? [];
      return concerns.flatMap((op) => (block === undefined ? [] : [{ control, block, op }]));
    });
    const removals = facts.filter(({ op }) => op.kind === "remove");
    const founder = this.people[0];
    const isFounder = founder !== undefined && encodeHex(founder.identity) === name;
    if (isFounder && removals.length === 0) return { control: -1, history: "all" };
    for (const { control, block, op } of facts)
      if (op.kind === "add" && removals.every((removal) => this.sets.has(block.pastSet, removal.control)))
        return { control, history: op.history };
    return undefined;
  }

  membershipAt(set: ControlSet): WriterMembership {
    const known = this.#memberships.get(set);
    if (known !== undefined) return known;
    const members = new Map<number, SealedMember>();
    for (let index = 0; index < this.identities.size; index++) {
      const identity = this.identities.key(index);
      const admission = this.admissionAt(identity, set);
      if (admission === undefined) continue;
      members.set(index, {
        index,
        identity,
        sealingKey: this.#sealingKeyAt(identity, set),
        history: admission.history,
        admission,
      });
    }
    const triggers = this.sets.of(
      this.sets
        .ids(set)
        .filter((id) =>
          this.controls[id]?.operations.some(
            (op) => op.kind === "remove" || op.kind === "update-key" || (op.kind === "add" && op.history !== "all"),
          ),
        ),
    );
    const membership = {
      isSureAt: (index: number) => members.has(index),
      isMemberAt: (index: number) => members.has(index),
      members: [...members.values()],
      triggers,
    };
    this.#memberships.set(set, membership);
    return membership;
  }

  #append({
    author,
    past,
    pastSet,
    epochId,
    operations,
    made,
  }: {
    readonly author: Person;
    readonly past: ReadonlySet<number>;
    readonly pastSet: ControlSet;
    readonly epochId: Bytes;
    readonly operations: readonly Operation[];
    readonly made: readonly Pick<
      ReturnType<typeof createGrant> | ReturnType<typeof createRotation>,
      "operation" | "sealing"
    >[];
  }): RoomBlock {
    const id = this.blocks.length;
    const lamport = 1 + Math.max(0, ...[...past].map((before) => this.blocks[before]?.lamport ?? 0));
    const all = [...operations, ...made.map(({ operation }) => operation)];
    const publicPart = encodePublicPart(made.map(({ sealing }) => sealing));
    const header = encodeHeader({
      flags: blockFlags.content | (publicPart.length > 0 ? blockFlags.publicPart : 0),
      logTag: this.logId.slice(0, 16),
      writer: author.writer,
      seq: author.written,
      previous: author.written === 0 ? new Uint8Array(32) : madeUp(`${author.name} ${author.written - 1}`),
      epochId,
    });
    author.written += 1;
    const keys = author.keyring.findBlockKeys({ epochId, writer: author.writer });
    if (keys === undefined) throw new Error("the author does not hold the epoch");
    const prefix = encodeControlPrefix({ links: [], lamport, commits: 0 });
    const control = concatBytes(prefix, encodeOperations(all));
    const content = Plaintext.fromText(`block ${id}`);
    const isControl = isControlBlock(all);
    const rotate = all.find((operation) => operation.kind === "rotate");
    const member = this.identities.add(author.identity);
    const voidReason = findVoidReason(
      { facts: this.facts, safe: this.safe, identities: this.identities },
      {
        epochId,
        author: this.admissionAt(author.identity, pastSet) === undefined ? undefined : member,
        past: pastSet,
        membership: this.membershipAt(pastSet),
        rotate,
        adds: operations.flatMap((op) => (op.kind === "add" ? [this.identities.add(op.identity)] : [])),
      },
    );
    const block: RoomBlock = {
      id,
      hash: madeUp(`hash of block ${id}`),
      author,
      lamport,
      past,
      pastSet,
      control: isControl ? this.controls.length : undefined,
      header,
      epochId,
      operations: all,
      publicPart,
      encrypted: encryptBlock(deps, { keys, header, control, content, publicPart }),
      voidReason,
    };
    this.blocks.push(block);
    if (block.control !== undefined) this.#note(block, block.control, rotate);
    author.waiting.push(block);
    this.receive(author, []);
    return block;
  }

  #note(block: RoomBlock, control: number, rotate: Extract<Operation, { kind: "rotate" }> | undefined): void {
    this.controls.push(block);
    const place = { control, lamport: block.lamport, past: block.pastSet };
    const { epochId, voidReason } = block;
    const author = this.identities.add(block.author.identity);
    if (rotate !== undefined)
      this.facts.addRotate({
        ...place,
        epochId,
        author,
        operation: rotate,
        operations: block.operations,
        isVoidByItself: voidReason !== undefined,
      });
    for (const operation of block.operations)
      if (operation.kind === "grant") this.facts.addGrant({ ...place, operation });
  }

  #offer(reader: Person, { publicPart }: RoomBlock): void {
    const { logId } = this;
    const sealings = decodePublicPart(publicPart).filter(({ epochId }) => reader.keyring.findLevel(epochId) !== "full");
    const holders = reader.keys.map((keys) => createSealingKeyHolder(deps, keys));
    const { opened, falseEpochs } = openSealings(deps, { logId, identity: reader.identity, sealings, holders });
    if (falseEpochs.length > 0) throw new Error("nobody in this room seals false entries");
    for (const { epochId, secret } of opened) reader.keyring.learn(epochId, secret);
  }

  #open(reader: Person, block: RoomBlock): boolean {
    const { epochId, header, publicPart, encrypted } = block;
    const keys = reader.keyring.findBlockKeys({ epochId, writer: block.author.writer });
    if (keys === undefined) return false;
    const part = { keys, header, publicPart, nonce: encrypted.nonce, ciphertext: encrypted.control };
    const { lamport, rest } = decodeControlPrefix(decryptControl(deps, part));
    const operations = decodeOperations(deps.primitives, rest);
    if (!matchesSealings({ epochId, operations, sealings: decodePublicPart(publicPart) }))
      throw new Error("the sealings are not those of the operations");
    for (const operation of operations)
      if (operation.kind === "rotate") reader.keyring.addRotation({ epochId, lamport, wraps: operation.wraps });
    return true;
  }

  #sealingKeyAt(identity: Bytes, set: ControlSet): Bytes {
    const name = encodeHex(identity);
    let best: { readonly version: number; readonly key: Bytes } | undefined;
    for (const id of this.sets.ids(set))
      for (const op of this.controls[id]?.operations ?? [])
        if ((op.kind === "add" || op.kind === "update-key") && encodeHex(op.identity) === name) {
          const version = op.kind === "add" ? 0 : op.version;
          if (best === undefined || version >= best.version) best = { version, key: op.sealingKey };
        }
    return (
      best?.key ?? this.people.find((person) => encodeHex(person.identity) === name)?.keys[0]?.publicKey ?? nothing
    );
  }

  #sealedMember({ identity, sealingKey, history }: Extract<Operation, { kind: "add" }>): SealedMember {
    return { index: this.identities.add(identity), identity, sealingKey, history, admission: undefined };
  }
}

export function addOf(person: Person, history: MemberHistory = "all"): Operation {
  return { kind: "add", identity: person.identity, sealingKey: person.sealingKey, role: "admin", history };
}

export function removeOf(person: Person): Operation {
  return { kind: "remove", identity: person.identity, caps: [] };
}

/** Replaces a member's sealing key; the old one is kept. */
export function updateKeyOf(person: Person): Operation {
  const version = person.keys.length;
  person.keys.push(deps.primitives.deriveAgreementKeyPair(madeUp(`sealing key ${version} of ${person.name}`)));
  return {
    kind: "update-key",
    identity: person.identity,
    sealingKey: person.sealingKey,
    version,
    signature: new Uint8Array(64),
  };
}
