/** A hint at how hard a passphrase is to guess. An estimate from length and variety; it knows no dictionary. */
import { keyFileLimits } from "@coterie/sealed-box/key-file";

/** From worst to best. */
export type PassphraseStrength = "too-short" | "repetitive" | "short" | "fair" | "strong";

/** The hint. "too-short" is refused, the others are advice. */
export function strengthOf(passphrase: string): PassphraseStrength {
  if (passphrase.length < keyFileLimits.passphraseCharacters.least) return "too-short";
  if (new Set(passphrase).size < 6) return "repetitive";
  const words = passphrase
    .trim()
    .split(/[\s-]+/u)
    .filter((word) => word.length > 2).length;
  if (words >= 6 || passphrase.length >= 28) return "strong";
  if (words >= 5 || passphrase.length >= 20) return "fair";
  return passphrase.length < 14 ? "short" : "fair";
}
