/** Prekey bundles: what a gateway hands out of a device's keys to one who wants to start a session (docs/protocol/sessions.md §3). */
import type { Bytes } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { InvalidBundleError } from "../errors.ts";
import { sessionLimits } from "../limits.ts";
import { encodeAgreementKey, encodeKyber } from "./public-key.ts";

/** A bundle. Keys are without their type byte. */
export interface PrekeyBundle {
  readonly registrationId: number;
  readonly deviceId: number;
  readonly identityKey: Bytes;
  readonly signedPrekey: { readonly id: number; readonly publicKey: Bytes; readonly signature: Bytes };
  /** Missing when the device has none left: the first message then has less forward secrecy. */
  readonly oneTimePrekey: { readonly id: number; readonly publicKey: Bytes } | undefined;
  readonly kemPrekey: { readonly id: number; readonly publicKey: Bytes; readonly signature: Bytes };
}

/**
 * Refuses a bundle whose keys could not have come from the owner of its identity key, or cannot be used.
 * Whether the identity key is the peer's is for the caller to know.
 * @throws InvalidBundleError
 */
export function checkBundle(primitives: Primitives, bundle: PrekeyBundle): void {
  const { identityKey, signedPrekey, oneTimePrekey, kemPrekey } = bundle;
  try {
    requireNumbers(bundle);
    const keys = [
      identityKey,
      signedPrekey.publicKey,
      ...(oneTimePrekey === undefined ? [] : [oneTimePrekey.publicKey]),
    ];
    for (const key of keys) primitives.checkAgreementPublicKey(key);
  } catch {
    throw new InvalidBundleError("a key or a number of the bundle cannot be used");
  }
  const isSigned = (encoded: Bytes, signature: Bytes): boolean =>
    primitives.verifyWithAgreementKey(identityKey, encoded, signature);
  if (
    kemPrekey.publicKey.length !== primitives.kyber1024.publicKeyLengthBytes ||
    !isSigned(encodeAgreementKey(signedPrekey.publicKey), signedPrekey.signature) ||
    !isSigned(encodeKyber(kemPrekey.publicKey), kemPrekey.signature)
  ) {
    throw new InvalidBundleError("a signature of the bundle is wrong");
  }
}

/** Numbers that a message can carry: others would be written as another number. Nothing signs them. */
function requireNumbers({ registrationId, deviceId, signedPrekey, oneTimePrekey, kemPrekey }: PrekeyBundle): void {
  const ids = [registrationId, signedPrekey.id, oneTimePrekey?.id ?? 0, kemPrekey.id];
  const isDevice = deviceId >= sessionLimits.leastDeviceId && deviceId <= sessionLimits.mostDeviceId;
  if (!isDevice || ![deviceId, ...ids].every((id) => Number.isInteger(id) && id >= 0 && id <= sessionLimits.counter)) {
    throw new InvalidBundleError("a number of the bundle is out of range");
  }
}
