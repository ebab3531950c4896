/**
 * The inside of a block (docs/protocol/rooms.md §2.2): control and content, each under its own key, with one synthetic nonce. Who holds only
 * the level `control` opens the first and cannot tell anything about the second but its padded length.
 */
import { type Bytes, createJoiner, decodeHex, equalBytes, Plaintext } from "@coterie/bytes";
import { MalformedBlockError } from "@coterie/oplog";
import { AuthenticationFailedError, type Primitives } from "@coterie/primitives";
import { LevelTooLowError, MalformedRoomError, UnreadableBlockError } from "../errors.ts";
import { roomLabels } from "../labels.ts";
import type { BlockKeys } from "./block-keys.ts";
import { padContent, padControl, unpadContent, unpadControl } from "./padding.ts";

/** What the cipher of blocks is made of. */
export interface BlockCipherDeps {
  readonly primitives: Pick<Primitives, "hmacSha256" | "sha256" | "xchacha20Poly1305">;
}

/** What of a block is in the clear: its ciphertexts open in no other place. */
export interface BlockPlace {
  readonly keys: BlockKeys;
  /** The header's bytes (§2.1); writer and epoch id are those of `keys`. */
  readonly header: Bytes;
  /** Empty where there is none. */
  readonly publicPart: Bytes;
}

/** A block before encryption. */
export interface BlockContents extends BlockPlace {
  /** Prefix (links, lamport, commits) and operations, without padding. */
  readonly control: Bytes;
  /** At most 1 MiB; stays the caller's. */
  readonly content: Plaintext | undefined;
}

/** The three parts of an envelope that come of it. */
export interface EncryptedBlock {
  /** 24 bytes. */
  readonly nonce: Bytes;
  readonly control: Bytes;
  /** Empty where there was no content. */
  readonly content: Bytes;
}

/** One ciphertext of a block with the nonce that it was made with. */
export interface EncryptedPart extends BlockPlace {
  readonly nonce: Bytes;
  readonly ciphertext: Bytes;
}

const nonceLengthBytes = 24;
const nothing: Bytes = new Uint8Array(0);
/** More than a label, a header and a hash have, and than a header and three hashes. */
const joinedBytes = 256;
const join = createJoiner(joinedBytes);
const hashOfNothing: Bytes = decodeHex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");

/**
 * Encrypts a block. The nonce follows from keys, header and everything inside: the same block gives the same bytes, and a seq that is written
 * twice with other content, after a crash or from a copied state, never gives two messages under one key and nonce.
 * @throws LevelTooLowError where the keys are of the level control: who may not read may not write
 * @throws MalformedRoomError where the header is of another writer or epoch, the control plaintext is none, or the content is too long
 */
export function encryptBlock(deps: BlockCipherDeps, input: BlockContents): EncryptedBlock {
  const { keys, header, content } = input;
  if (keys.content === undefined) throw new LevelTooLowError();
  checkHeader(keys, header);
  const secrets: Bytes[] = [];
  try {
    const control = padControl(input.control);
    secrets.push(control);
    const value = content === undefined ? nothing : padContent(content.exposePlainBytes());
    secrets.push(value);
    const { sha256, hmacSha256 } = deps.primitives;
    const publicHash = publicPartHash(deps.primitives, input.publicPart);
    const nonce = hmacSha256(
      keys.content.siv.exposeSecretBytes(),
      join(header, sha256(control), sha256(value), publicHash),
    ).slice(0, nonceLengthBytes);
    const { encrypt } = deps.primitives.xchacha20Poly1305;
    return {
      nonce,
      control: encrypt({
        key: keys.control.exposeSecretBytes(),
        nonce,
        plain: control,
        associatedData: join(roomLabels.control, header, publicHash),
      }),
      content:
        content === undefined
          ? nothing
          : encrypt({
              key: keys.content.key.exposeSecretBytes(),
              nonce,
              plain: value,
              associatedData: join(roomLabels.content, header, publicHash),
            }),
    };
  } catch (error) {
    if (error instanceof MalformedBlockError) throw new MalformedRoomError("the control plaintext is not well-formed");
    throw error;
  } finally {
    for (const secret of secrets) secret.fill(0);
  }
}

/**
 * Links, lamport, commits and operations of a block, without the padding. Says that someone with the keys of the epoch made it for this place;
 * who it was, the signature says.
 * @throws UnreadableBlockError on any other input
 */
export function decryptControl(deps: BlockCipherDeps, part: EncryptedPart): Bytes {
  return opened(() => {
    const { control } = part.keys;
    return unpadControl(decryptPart(deps, { part, key: control.exposeSecretBytes(), label: roomLabels.control }));
  });
}

/**
 * The value in a block; the caller destroys it.
 * @throws LevelTooLowError where the keys are of the level control
 * @throws UnreadableBlockError on any other input
 */
export function decryptContent(deps: BlockCipherDeps, part: EncryptedPart): Plaintext {
  const { content } = part.keys;
  if (content === undefined) throw new LevelTooLowError();
  return opened(() => {
    // The padding around the value is no secret: what `destroy` wipes is all there is to wipe.
    return Plaintext.own(
      unpadContent(decryptPart(deps, { part, key: content.key.exposeSecretBytes(), label: roomLabels.content })),
    );
  });
}

function decryptPart(
  { primitives }: BlockCipherDeps,
  { part, key, label }: { readonly part: EncryptedPart; readonly key: Bytes; readonly label: Bytes },
): Bytes {
  const { header, nonce, ciphertext } = part;
  checkHeader(part.keys, header);
  // A nonce of another length is a mistake of the caller for the cipher, and a bad block here.
  if (nonce.length !== nonceLengthBytes) throw new UnreadableBlockError();
  const associatedData = join(label, header, publicPartHash(primitives, part.publicPart));
  return primitives.xchacha20Poly1305.decrypt({ key, nonce, ciphertext, associatedData });
}

/** Most blocks have no public part. */
function publicPartHash({ sha256 }: Pick<Primitives, "sha256">, publicPart: Bytes): Bytes {
  return publicPart.length === 0 ? hashOfNothing : sha256(publicPart);
}

/** What `open` gives, or the one error of this file. */
function opened<Result>(open: () => Result): Result {
  try {
    return open();
  } catch (error) {
    const isOfInput =
      error instanceof AuthenticationFailedError ||
      error instanceof MalformedRoomError ||
      error instanceof MalformedBlockError;
    throw isOfInput ? new UnreadableBlockError() : error;
  }
}

/** The header ends with the epoch id; the writer follows version, flags and log tag. */
function checkHeader({ writer, epochId }: BlockKeys, header: Bytes): void {
  if (!equalBytes(header.subarray(18, 50), writer) || !equalBytes(header.subarray(-16), epochId))
    throw new MalformedRoomError("the header is of another writer or epoch than the keys");
}
