/** Ours, for measuring, on any backend. */
import { generateAgreementKeyPair, type Primitives, type RandomSource } from "@coterie/primitives";
import { generateKemPrekey } from "@coterie/sessions";
import { createCoterieDevice } from "./coterie-device.ts";
import type { Implementation } from "./figures.ts";

/** Ours on a backend. */
export function coterieOn(deps: { readonly primitives: Primitives; readonly random: RandomSource }): Implementation {
  const createKeyPair = () => generateAgreementKeyPair(deps.primitives, deps.random);
  return {
    createDevice: () => createCoterieDevice(deps),
    createKeyPair,
    createSigner: () => {
      const identity = createKeyPair();
      return () => void generateKemPrekey(deps, { id: 1, identity });
    },
  };
}
