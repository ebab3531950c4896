// A coalition with real keys, in memory.
import type { ActionPageView, ReceiverView } from "@coterie/actions";
import { encodeTextForm } from "@coterie/bytes";
import { type AgreementKeyPair, generateAgreementKeyPair } from "@coterie/primitives";
import { nodePrimitives, systemRandom } from "@coterie/primitives/node";
import { loadWidgetPrimitives } from "@coterie/primitives/widget";
import { deriveKeyId, type KeyId } from "@coterie/sealed-box/seal";
import { isActiveInPinnedLog } from "../src/pinned-log.ts";
import type { SealDeps } from "../src/seal-person.ts";

/** Noon of some day, when logs are verified. */
export const logNowMs = 1_800_000_000_000;

export interface TestOrganisation {
  readonly id: string;
  readonly keys: AgreementKeyPair;
  readonly keyId: KeyId;
  readonly receiver: ReceiverView;
}

export function makeOrganisation(number: number): TestOrganisation {
  const id = encodeTextForm("corg", new Uint8Array(16).fill(number));
  const keys = generateAgreementKeyPair(nodePrimitives, systemRandom);
  const keyId = deriveKeyId(nodePrimitives, keys.publicKey);
  const publicKey = { id: keyId, public: keys.publicKey };
  return {
    id,
    keys,
    keyId,
    receiver: { organisationId: id, organisationName: `Organisation ${number}`, publicKey, asksOptIn: true },
  };
}

export const alpha: TestOrganisation = makeOrganisation(1);
export const beta: TestOrganisation = makeOrganisation(2);

/** A page of beta in alpha's campaign. */
export function pageView(given: Partial<ActionPageView> = {}): ActionPageView {
  return {
    id: encodeTextForm("cpag", new Uint8Array(16).fill(3)),
    name: "clean-rivers",
    locale: "en",
    campaignId: encodeTextForm("ccam", new Uint8Array(16).fill(4)),
    campaignTitle: "Clean rivers",
    sealing: "browser",
    formSchema: "basic/1",
    requiredFields: [],
    actionType: "petition",
    pageOrganisationId: beta.id,
    leadOrganisationId: alpha.id,
    pageDelivers: true,
    campaignForcesDelivery: true,
    receivers: [beta.receiver, alpha.receiver],
    accepting: true,
    description: "",
    ...given,
  };
}

export async function sealDeps(): Promise<SealDeps> {
  const primitives = await loadWidgetPrimitives();
  const isActive = isActiveInPinnedLog.bind(undefined, { primitives, now: () => logNowMs });
  return { primitives, random: systemRandom, isActiveInPinnedLog: isActive };
}

/** The same box by Node's backend, for tests that seal tens of thousands. */
export const fastSealDeps: SealDeps = {
  random: systemRandom,
  isActiveInPinnedLog: () => Promise.reject(new Error("no log is pinned")),
  primitives: {
    sha256: nodePrimitives.sha256,
    boxToPublicKey: async ({ random, publicKey, nonce, plain }) => {
      const sender = generateAgreementKeyPair(nodePrimitives, random);
      const key = nodePrimitives.deriveBoxKey(sender.secretKey, publicKey);
      return { senderPublicKey: sender.publicKey, payload: nodePrimitives.encryptBox(key, nonce, plain) };
    },
  },
};

export const noTracking = { source: "", medium: "", campaign: "", content: "", location: "" } as const;
