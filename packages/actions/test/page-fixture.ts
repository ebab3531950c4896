// Pages for tests: alpha leads the campaign, beta runs the page.
import { encodeTextForm } from "@coterie/bytes";
import { portablePrimitives } from "@coterie/primitives/portable";
import type { ActionPageView, ReceiverView } from "../src/index.ts";

export const deps: { readonly sha256: (message: Uint8Array) => Uint8Array<ArrayBuffer> } = {
  sha256: portablePrimitives.sha256,
};

export const alphaId: string = encodeTextForm("corg", new Uint8Array(16).fill(1));
export const betaId: string = encodeTextForm("corg", new Uint8Array(16).fill(2));
export const pageId: string = encodeTextForm("cpag", new Uint8Array(16).fill(3));
export const actionId: string = encodeTextForm("cact", new Uint8Array(16).fill(4));

export function receiver(organisationId: string, given: Partial<ReceiverView> = {}): ReceiverView {
  return {
    organisationId,
    organisationName: organisationId === alphaId ? "Alpha" : "Beta",
    publicKey: { id: "ckey1example", public: new Uint8Array(32).fill(9) },
    asksOptIn: true,
    ...given,
  };
}

export function pageView(given: Partial<ActionPageView> = {}): ActionPageView {
  return {
    id: pageId,
    name: "clean-rivers",
    locale: "en",
    campaignId: encodeTextForm("ccam", new Uint8Array(16).fill(5)),
    campaignTitle: "Clean rivers",
    sealing: "gateway",
    formSchema: "basic/1",
    requiredFields: [],
    actionType: "petition",
    pageOrganisationId: betaId,
    leadOrganisationId: alphaId,
    pageDelivers: true,
    campaignForcesDelivery: false,
    receivers: [receiver(betaId), receiver(alphaId)],
    accepting: true,
    description: "First.\n\nSecond.",
    ...given,
  };
}
