/**
 * What a device keeps of a room beside the blocks: small, by name, encrypted under the device's key (docs/protocol/rooms.md §9). Somebody
 * who has the storage sees names and lengths.
 */
import { type Bytes, type Ciphertext, concatBytes, encodeUtf8 } from "@coterie/bytes";
import { AuthenticationFailedError, type Primitives, randomBytes, type RandomSource } from "@coterie/primitives";
import type { DeviceKey } from "../epochs/keyring-record.ts";
import { DeviceStateDamagedError } from "../errors.ts";
import { roomLabels } from "../labels.ts";

/** What sealing and opening state needs. */
export interface DeviceStateDeps {
  readonly primitives: Pick<Primitives, "xchacha20Poly1305">;
  readonly random: RandomSource;
  /** 32 bytes, of this device alone; it stays the caller's. */
  readonly deviceKey: DeviceKey;
}

/** Which piece of state, of which log. */
export interface StatePlace {
  readonly logId: Bytes;
  readonly name: string;
}

const nonceLengthBytes = 24;

/** Encrypts a piece of state for its place: `nonce 24 || XChaCha20-Poly1305`. It opens in no other place. */
export function encryptState(
  { primitives, random, deviceKey }: DeviceStateDeps,
  { plain, ...place }: StatePlace & { readonly plain: Uint8Array },
): Ciphertext<"state"> {
  const nonce = randomBytes(random, nonceLengthBytes);
  const ciphertext = primitives.xchacha20Poly1305.encrypt({
    key: deviceKey.exposeSecretBytes(),
    nonce,
    plain,
    associatedData: associatedDataOf(place),
  });
  // brand: just encrypted
  return concatBytes(nonce, ciphertext) as Ciphertext<"state">;
}

/** Opens a piece of state. Throws DeviceStateDamagedError where it was changed, or is of another place or device. */
export function decryptState(
  { primitives, deviceKey }: DeviceStateDeps,
  { state, ...place }: StatePlace & { readonly state: Ciphertext<"state"> },
): Bytes {
  if (state.length < nonceLengthBytes) throw new DeviceStateDamagedError();
  try {
    return primitives.xchacha20Poly1305.decrypt({
      key: deviceKey.exposeSecretBytes(),
      nonce: state.subarray(0, nonceLengthBytes),
      ciphertext: state.subarray(nonceLengthBytes),
      associatedData: associatedDataOf(place),
    });
  } catch (error) {
    if (error instanceof AuthenticationFailedError) throw new DeviceStateDamagedError();
    throw error;
  }
}

function associatedDataOf({ logId, name }: StatePlace): Bytes {
  return concatBytes(roomLabels.deviceState, logId, encodeUtf8(name));
}
