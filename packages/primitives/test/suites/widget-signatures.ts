/** The widget's Ed25519 verification accepts what the backends accept, by the platform as well as by its twin. */
import { type Bytes, decodeHex } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { createSignatureVerifier } from "@coterie/primitives/widget";
import { afterEach, describe, expect, it, vi } from "vitest";
import { acceptedOddSignatures, oddSignatures } from "./signature-rule.ts";
import type { ReadVector } from "./vectors.ts";

interface SignatureFile {
  readonly testGroups: readonly {
    readonly publicKey: { readonly pk: string };
    readonly tests: readonly { readonly msg: string; readonly sig: string; readonly result: "valid" | "invalid" }[];
  }[];
}

interface SignatureCase {
  readonly publicKey: Bytes;
  readonly message: Bytes;
  readonly signature: Bytes;
}

/** `read` is undefined where the vectors are absent. */
export function describeWidgetSignatures(twin: Primitives, read: ReadVector | undefined): void {
  const odd = oddSignatures();
  afterEach(() => vi.unstubAllGlobals());
  describe.each([
    ["the platform's Ed25519", () => undefined],
    ["the twin, on a platform without Ed25519", () => vi.stubGlobal("crypto", { subtle: {} })],
    ["the twin, on a platform that accepts everything", () => vi.stubGlobal("crypto", acceptingEverything)],
  ])("the widget by %s", (_name, arrange) => {
    it("accepts the odd signatures that every backend accepts, and no other", async () => {
      arrange();
      expect(await verdicts(odd)).toEqual(odd.map((one) => twin.verify(one.publicKey, one.message, one.signature)));
      expect((await verdicts(odd)).filter(Boolean)).toHaveLength(acceptedOddSignatures);
    });

    // skip: the vectors live outside of the repository
    it.skipIf(read === undefined)("judges every Wycheproof signature as it is marked", async () => {
      arrange();
      const file = await read?.<SignatureFile>("wycheproof/ed25519_test.json");
      const cases = (file?.testGroups ?? []).flatMap(({ publicKey, tests }) =>
        tests.map(({ msg, sig, result }) => ({
          publicKey: decodeHex(publicKey.pk),
          message: decodeHex(msg),
          signature: decodeHex(sig),
          isValid: result === "valid",
        })),
      );
      expect(cases).toHaveLength(151);
      expect(await verdicts(cases)).toEqual(cases.map(({ isValid }) => isValid));
    });

    it("answers false for other lengths instead of throwing", async () => {
      arrange();
      const lengths = [0, 1, 31, 33, 63, 65, 128].map((length) => new Uint8Array(length).fill(1));
      const cases = lengths.map((bytes) => ({ publicKey: bytes, message: bytes, signature: bytes }));
      expect(await verdicts(cases)).toEqual(lengths.map(() => false));
    });
  });
}

const acceptingEverything = { subtle: { importKey: async () => ({}), verify: async () => true } };

async function verdicts(cases: readonly SignatureCase[]): Promise<boolean[]> {
  const verifySignature = createSignatureVerifier();
  const found: boolean[] = [];
  for (const { publicKey, message, signature } of cases)
    found.push(await verifySignature(publicKey, message, signature));
  return found;
}
