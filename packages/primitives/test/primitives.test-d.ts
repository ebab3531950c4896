// Compiled, never run (`npm run check`): what the types of the primitives refuse.
import { type Bytes, encodeUtf8, Plaintext, type SecretKey } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";

declare const primitives: Primitives;
declare const agreementKey: SecretKey<"x25519">;
declare const signingKey: SecretKey<"ed25519">;
declare const boxKey: SecretKey<"box">;
declare const sharedSecret: SecretKey<"shared">;

const bytes: Bytes = encodeUtf8("text");
const plain: Plaintext = Plaintext.fromText("text");

primitives.sign(signingKey, bytes);
primitives.encryptBox(boxKey, bytes, bytes);
primitives.agree(agreementKey, bytes);

// @ts-expect-error an agreement key does not sign
primitives.sign(agreementKey, bytes);
// @ts-expect-error a signing key does not agree
primitives.agree(signingKey, bytes);
// @ts-expect-error raw bytes are no secret key
primitives.sign(bytes, bytes);
// @ts-expect-error the result of an agreement is not yet a key for boxes
primitives.encryptBox(sharedSecret, bytes, bytes);
// @ts-expect-error a public key is bytes, never a secret
primitives.agree(agreementKey, agreementKey);
// @ts-expect-error plain text is exposed on purpose, never passed along
primitives.sha256(plain);
// @ts-expect-error secrets are not hashed by accident
primitives.sha256(agreementKey);
// @ts-expect-error associated data is never left out
primitives.aes256Gcm.encrypt({ key: bytes, nonce: bytes, plain: bytes });
// @ts-expect-error randomness has no default
primitives.mlKem768.encapsulate(bytes);
