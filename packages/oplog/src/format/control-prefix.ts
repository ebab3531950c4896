/** What begins the control plaintext of a block, docs/protocol/rooms.md §2.2: links, lamport and commits. Operations are the room's. */
import { type Bytes, toBytes } from "@coterie/bytes";
import { MalformedBlockError } from "../errors.ts";
import { oplogLimits } from "../limits.ts";
import { compareBytes } from "./compare-bytes.ts";
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter, varintLength } from "./byte-writer.ts";

/** Where a block stands among the others. */
export interface ControlPrefix {
  /** Hashes (32 bytes) of blocks that it follows beside its writer's previous one: ascending and distinct. */
  readonly links: readonly Bytes[];
  /** 1 + the greatest of the parents', 0 without parents. */
  readonly lamport: number;
  /** How many commits the author knew. */
  readonly commits: number;
}

/** A prefix with what follows it: operations and padding. */
export interface DecodedControl extends ControlPrefix {
  readonly rest: Bytes;
}

const hashLengthBytes = 32;

/** Throws MalformedBlockError where the links are not what `decodeControlPrefix` takes. */
export function encodeControlPrefix({ links, lamport, commits }: ControlPrefix): Bytes {
  if (links.some(({ length }) => length !== hashLengthBytes)) throw new MalformedBlockError("a link has 32 bytes");
  checkLinks(links);
  const numbersBytes = varintLength(links.length) + varintLength(lamport) + varintLength(commits);
  const writer = new ByteWriter(links.length * hashLengthBytes + numbersBytes).varint(links.length);
  for (const link of links) writer.bytes(link);
  return writer.varint(lamport).varint(commits).finish();
}

/**
 * The prefix of a control plaintext, and a view on the rest. That no link is the previous block is for whoever knows the header.
 * @throws MalformedBlockError
 */
export function decodeControlPrefix(control: Uint8Array): DecodedControl {
  const reader = new ByteReader(control);
  const count = reader.varint();
  if (count > oplogLimits.linksPerBlock) throw new MalformedBlockError("too many links");
  const links: Bytes[] = [];
  for (let i = 0; i < count; i++) links.push(toBytes(reader.bytes(hashLengthBytes)));
  checkLinks(links);
  return { links, lamport: reader.varint(), commits: reader.varint(), rest: toBytes(reader.rest()) };
}

function checkLinks(links: readonly Bytes[]): void {
  if (links.length > oplogLimits.linksPerBlock) throw new MalformedBlockError("too many links");
  let before: Bytes | undefined;
  for (const link of links) {
    if (before !== undefined && compareBytes(before, link) >= 0)
      throw new MalformedBlockError("links are not ascending and distinct");
    before = link;
  }
}
