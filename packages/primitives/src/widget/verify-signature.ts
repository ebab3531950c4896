/** Ed25519 verification in the widget: the rule of all backends on bytes, then the platform or its twin in JavaScript. */
import { isWellFormedSignature } from "../borders/signature-rule.ts";
import { platformVerifies, type Verify, verifyByPlatform } from "./platform-ed25519.ts";

/**
 * A verifier of Ed25519 by the rule of every backend (`Primitives.verify`), so that a key log is valid in the widget exactly where it is
 * valid on premises. False, never a throw, for bad input of any length. It chooses at its first well-formed signature.
 */
export function createSignatureVerifier(): Verify {
  let chosen: Promise<Verify> | undefined;
  return async (publicKey, message, signature) => {
    if (!isWellFormedSignature(publicKey, signature)) return false;
    chosen ??= chooseVerify();
    const verify = await chosen;
    return verify(publicKey, message, signature);
  };
}

async function chooseVerify(): Promise<Verify> {
  if (await platformVerifies()) return verifyByPlatform;
  // No WebCrypto (a page without TLS), or none with Ed25519.
  const { verifyInScript } = await import("../portable/verify-ed25519.ts");
  return async (publicKey, message, signature) => verifyInScript(publicKey, message, signature);
}
