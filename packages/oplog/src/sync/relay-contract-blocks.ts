/** Blocks for the contract of relays. Their "ciphertexts" hide nothing. */
import { type Bytes, type Ciphertext, encodeUtf8 } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { createEnvelope, type Envelope, type Signer } from "../format/envelope.ts";

/** The log that the suite writes in. */
export const contractLogTag: Bytes = new Uint8Array(16).fill(0x22);

/** Who writes in the suite. */
export interface Authors {
  readonly sha256: Primitives["sha256"];
  /** Blocks of a writer from seq 0 on. With another `branch` they differ after the first one, or in it where there is only one. */
  readonly chain: (name: string, length: number, branch?: number) => readonly Envelope[];
  /** Blocks of 1 MiB. */
  readonly long: (name: string, length: number) => readonly Envelope[];
  /** A block that says that it has a seq and follows a block, which may be of anybody. */
  readonly stray: (name: string, place: { readonly seq: number; readonly previous: Envelope }) => Envelope;
  /** A block of another log. */
  readonly foreign: (name: string) => Envelope;
}

/** Authors with visibly fake keys that follow from their names. */
export function createAuthors(primitives: Pick<Primitives, "sha256" | "deriveSigningKeyPair" | "sign">): Authors {
  const signerOf = (name: string): Signer => {
    const seed = primitives.sha256(encodeUtf8(`fake writer ${name}`));
    const { publicKey, secretKey } = primitives.deriveSigningKeyPair(seed);
    return { writer: publicKey, sign: (message) => primitives.sign(secretKey, message) };
  };
  const write = (name: string, input: Omit<BlockInput, "signer">): Envelope =>
    writeBlock(primitives, { ...input, signer: signerOf(name) });
  const chainOf = (
    name: string,
    { length, ...rest }: { readonly length: number; readonly branch: number; readonly controlBytes: number },
  ): readonly Envelope[] => {
    const blocks: Envelope[] = [];
    for (let seq = 0; seq < length; seq++)
      blocks.push(write(name, { logTag: contractLogTag, previous: blocks.at(-1), ...rest }));
    return blocks;
  };
  return {
    sha256: primitives.sha256,
    chain: (name, length, branch = 0) => {
      // A branch of one block begins at seq 0, longer ones after the common first block.
      if (branch === 0 || length === 1) return chainOf(name, { length, branch, controlBytes: 80 });
      const [first] = chainOf(name, { length: 1, branch: 0, controlBytes: 80 });
      const blocks = first === undefined ? [] : [first];
      while (blocks.length < length)
        blocks.push(write(name, { logTag: contractLogTag, previous: blocks.at(-1), branch, controlBytes: 80 }));
      return blocks;
    },
    long: (name, length) => chainOf(name, { length, branch: 0, controlBytes: 1_100_000 }),
    stray: (name, { seq, previous }) =>
      write(name, { logTag: contractLogTag, previous, seq, branch: 0, controlBytes: 80 }),
    foreign: (name) =>
      write(name, { logTag: new Uint8Array(16).fill(0x23), previous: undefined, branch: 0, controlBytes: 80 }),
  };
}

interface BlockInput {
  readonly signer: Signer;
  readonly logTag: Bytes;
  readonly previous: Envelope | undefined;
  /** The one after that of `previous` where it is left out. */
  readonly seq?: number;
  readonly branch: number;
  readonly controlBytes: number;
}

function writeBlock(
  { sha256 }: Pick<Primitives, "sha256">,
  { signer, logTag, previous, seq, branch, controlBytes }: BlockInput,
): Envelope {
  const empty = new Uint8Array();
  return createEnvelope(
    { sha256, signer },
    {
      header: {
        flags: 0,
        logTag,
        writer: signer.writer,
        seq: seq ?? (previous === undefined ? 0 : previous.header.seq + 1),
        previous: previous?.hash ?? new Uint8Array(32),
        epochId: new Uint8Array(16).fill(0x33),
      },
      nonce: new Uint8Array(24).fill(branch),
      control: new Uint8Array(controlBytes).fill(0x44),
      content: empty,
      publicPart: empty,
    },
  );
}

/** A chunk, for whoever does not look inside. */
export function chunkOf(lengthBytes: number): Ciphertext<"chunk"> {
  // brand: a relay does not look inside
  return new Uint8Array(lengthBytes).fill(0x55) as Ciphertext<"chunk">;
}

/** The bytes of a block with one bit changed. */
export function changed(block: Envelope | undefined, where: (bytes: Bytes) => number): Bytes | undefined {
  const bytes = block?.bytes.slice();
  if (bytes !== undefined) bytes[where(bytes)] = (bytes[where(bytes)] ?? 0) ^ 1;
  return bytes;
}
