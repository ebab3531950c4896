/**
 * Primitives for worlds in one process: everybody verifies the same signatures, and whoever checks a rotation derives what its author did. What
 * such a call gives depends on its input alone, so the first answer is kept, and copied for each that asks again.
 */
import { type Bytes, copyBytes, SecretKey } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";

/** Answers of one kind that are kept; then all of them are forgotten, so that a thousand worlds need no more memory than a few. */
const keptAnswers = 20_000;

/** As `backend`, with the latest answers of costly calls remembered. Secrets are kept as well: for tests alone. */
export function createRememberingPrimitives(backend: Primitives): Primitives {
  const verified = new Map<string, boolean>();
  const agreed = new Map<string, Bytes>();
  const derived = new Map<string, Bytes>();
  const publicKeys = new Map<string, Bytes>();
  return {
    ...backend,
    verify: (publicKey, message, signature) =>
      recall(verified, nameOf(publicKey, signature, message), () => backend.verify(publicKey, message, signature)),
    agree(secretKey, publicKey) {
      const secret = secretKey.exposeSecretBytes();
      const answer = recall(agreed, nameOf(secret, publicKey), () =>
        backend.agree(secretKey, publicKey).exposeSecretBytes(),
      );
      return SecretKey.copyOf("shared", answer);
    },
    deriveAgreementKeyPair(secret) {
      const publicKey = recall(publicKeys, nameOf(secret), () => backend.deriveAgreementKeyPair(secret).publicKey);
      return { publicKey: copyBytes(publicKey), secretKey: SecretKey.copyOf("x25519", secret) };
    },
    hkdfSha256(input) {
      const { secret, salt, info, lengthBytes } = input;
      const name = `${lengthBytes} ${secret.length} ${salt.length} ${nameOf(secret, salt, info)}`;
      return copyBytes(recall(derived, name, () => backend.hkdfSha256(input)));
    },
  };
}

function recall<Answer>(known: Map<string, Answer>, name: string, ask: () => Answer): Answer {
  const before = known.get(name);
  if (before !== undefined) return before;
  const answer = ask();
  if (known.size >= keptAnswers) known.clear();
  known.set(name, answer);
  return answer;
}

// The parts before the last have fixed lengths, or the caller names them.
function nameOf(...parts: readonly Uint8Array[]): string {
  return parts.map((part) => Buffer.from(part.buffer, part.byteOffset, part.length).toString("latin1")).join("");
}
