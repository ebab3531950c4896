/** A keyring at rest: encrypted under a key of the device, and bound to its log. */
import {
  type Bytes,
  type Ciphertext,
  concatBytes,
  encodeFields,
  FieldReader,
  FieldWriter,
  isAllZero,
  MalformedBytesError,
  type SecretKey,
} from "@coterie/bytes";
import { AuthenticationFailedError, type Primitives, randomBytes, type RandomSource } from "@coterie/primitives";
import { padmeLength } from "@coterie/sealed-box/seal";
import { UnreadableKeyringError } from "../errors.ts";
import { roomLabels } from "../labels.ts";
import { roomLimits } from "../limits.ts";
import type { EpochWrap } from "../membership/operation.ts";
import { deriveKey } from "./derive-key.ts";
import { epochIdLengthBytes, epochLevels, type LevelSecret, levelOf, levelSecretOf } from "./level-secret.ts";

/** The key of a device's store, 32 bytes: never stored beside what it encrypts. */
export type DeviceKey = SecretKey<"store">;

/** What a keyring knows of one epoch. */
export interface EpochRecord {
  readonly epochId: Bytes;
  readonly secret: LevelSecret | undefined;
  readonly lamport: number | undefined;
  readonly wraps: readonly EpochWrap[];
}

/** Everything in a keyring. Whoever decrypts one owns its secrets. */
export interface KeyringState {
  readonly droppedBefore: number;
  readonly epochs: readonly EpochRecord[];
}

/** What encrypting a keyring needs. */
export interface KeyringRecordDeps {
  readonly primitives: Pick<Primitives, "hkdfSha256" | "sha256" | "xchacha20Poly1305">;
  readonly random: RandomSource;
}

interface KeyringPlace {
  readonly logId: Bytes;
  readonly deviceKey: DeviceKey;
}

const nonceLengthBytes = 24;
const secretLengthBytes = 32;
const wrapLengthBytes = 48;
const nothing: Bytes = new Uint8Array(0);

/** `nonce 24 || ciphertext`, padded, so that a thief of the disk does not count epochs. */
export function encryptKeyring(
  { primitives, random }: KeyringRecordDeps,
  { logId, deviceKey, state }: KeyringPlace & { readonly state: KeyringState },
): Ciphertext<"keyring"> {
  const encoded = encodeState(state);
  const padded = new Uint8Array(padmeLength(4 + encoded.length));
  const framing = new FieldWriter().bytes(encoded, roomLimits.stateBytes);
  const framed = framing.finish();
  framing.wipe();
  padded.set(framed);
  framed.fill(0);
  encoded.fill(0);
  const key = deviceKey.exposeSecretBytes();
  // Not what was drawn alone: two copies of one device may draw the same, and hold different keyrings.
  const nonce = deriveKey(primitives, {
    secret: key,
    info: roomLabels.keyringNonce,
    context: [randomBytes(random, nonceLengthBytes), primitives.sha256(padded)],
    lengthBytes: nonceLengthBytes,
  });
  try {
    const ciphertext = primitives.xchacha20Poly1305.encrypt({ key, nonce, plain: padded, ...placeOf(logId) });
    // brand: encrypted just here
    return concatBytes(nonce, ciphertext) as Ciphertext<"keyring">;
  } finally {
    padded.fill(0);
  }
}

/** @throws UnreadableKeyringError where it was changed, or is of another log, device or version */
export function decryptKeyring(
  { primitives }: Pick<KeyringRecordDeps, "primitives">,
  { logId, deviceKey, stored }: KeyringPlace & { readonly stored: Ciphertext<"keyring"> },
): KeyringState {
  const nonce = stored.subarray(0, nonceLengthBytes);
  if (nonce.length !== nonceLengthBytes) throw new UnreadableKeyringError();
  let padded = nothing;
  try {
    const key = deviceKey.exposeSecretBytes();
    const ciphertext = stored.subarray(nonceLengthBytes);
    padded = primitives.xchacha20Poly1305.decrypt({ key, nonce, ciphertext, ...placeOf(logId) });
    return decodeState(padded);
  } catch (error) {
    if (error instanceof AuthenticationFailedError || error instanceof MalformedBytesError)
      throw new UnreadableKeyringError();
    throw error;
  } finally {
    padded.fill(0);
  }
}

function placeOf(logId: Bytes): { readonly associatedData: Bytes } {
  return { associatedData: encodeFields(roomLabels.keyring, logId) };
}

function encodeState({ droppedBefore, epochs }: KeyringState): Bytes {
  const writer = new FieldWriter().number(droppedBefore).number(epochs.length);
  for (const { epochId, secret, lamport, wraps } of epochs) {
    writer
      .bytes(epochId)
      .number(secret === undefined ? 0 : epochLevels.indexOf(levelOf(secret)))
      .bytes(secret?.exposeSecretBytes() ?? nothing)
      .number(lamport === undefined ? 0 : lamport + 1)
      .number(wraps.length);
    for (const wrap of wraps)
      writer
        .bytes(wrap.epochId)
        .bytes(wrap.full ?? nothing)
        .bytes(wrap.control);
  }
  const encoded = writer.finish();
  writer.wipe();
  return encoded;
}

function decodeState(padded: Bytes): KeyringState {
  const encoded = new FieldReader(padded).bytes(roomLimits.stateBytes);
  if (padmeLength(4 + encoded.length) !== padded.length || !isAllZero(padded.subarray(4 + encoded.length)))
    throw new UnreadableKeyringError();
  const reader = new FieldReader(encoded);
  const droppedBefore = reader.number();
  const count = reader.number();
  const epochs: EpochRecord[] = [];
  for (let i = 0; i < count; i++) epochs.push(readEpoch(reader));
  reader.end();
  encoded.fill(0);
  return { droppedBefore, epochs };
}

function readEpoch(reader: FieldReader): EpochRecord {
  const epochId = fixed(reader, epochIdLengthBytes);
  const level = epochLevels[reader.number()];
  const bytes = reader.bytes(secretLengthBytes);
  if (level === undefined || (bytes.length !== 0 && bytes.length !== secretLengthBytes))
    throw new UnreadableKeyringError();
  const secret = bytes.length === 0 ? undefined : levelSecretOf(level, bytes);
  bytes.fill(0);
  const lamport = reader.number();
  const count = reader.number();
  const wraps: EpochWrap[] = [];
  for (let i = 0; i < count; i++) wraps.push(readWrap(reader));
  return { epochId, secret, lamport: lamport === 0 ? undefined : lamport - 1, wraps };
}

function readWrap(reader: FieldReader): EpochWrap {
  const epochId = fixed(reader, epochIdLengthBytes);
  const full = reader.bytes(wrapLengthBytes);
  return { epochId, full: full.length === 0 ? undefined : full, control: fixed(reader, wrapLengthBytes) };
}

function fixed(reader: FieldReader, lengthBytes: number): Bytes {
  const bytes = reader.bytes(lengthBytes);
  if (bytes.length !== lengthBytes) throw new UnreadableKeyringError();
  return bytes;
}
