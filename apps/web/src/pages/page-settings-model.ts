/** What can still be changed about a page: its text, its required fields, where it may be shown, and whom it lets in. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { type ActionPage, ProofOfWork } from "@coterie/protocol";
import { type Attempt, createAttempt } from "../model/attempt.ts";
import { createResource, type Resource } from "../model/resource.ts";
import type { SignedIn } from "../session/session.ts";

/** When a submission needs work. "gateway": as the operator decided. */
export type ProtectionChoice = "gateway" | "auto" | "on" | "off";

/** What is stored about work. */
export interface StoredProtection {
  readonly own: ProtectionChoice;
  readonly gateway: ProtectionChoice;
}

/** What can be changed. */
export interface PageChoices {
  readonly description: string;
  readonly requiredFields: readonly string[];
  readonly origins: readonly string[];
}

/** The settings of one page. */
export interface PageSettingsModel {
  readonly save: Attempt<{ readonly from: PageChoices; readonly to: PageChoices }, void>;
  readonly before: ReadonlySignal<PageChoices | undefined>;
  readonly protection: Resource<StoredProtection>;
  readonly protect: Attempt<ProtectionChoice, void>;
  readonly protectedBefore: ReadonlySignal<ProtectionChoice | undefined>;
}

/** What the model needs. */
export interface PageSettingsDeps extends Pick<SignedIn, "settings" | "moderation"> {
  readonly reloadPages: () => Promise<void>;
}

const wireProtections: { readonly [Choice in ProtectionChoice]: ProofOfWork } = {
  gateway: ProofOfWork.UNSPECIFIED,
  auto: ProofOfWork.AUTO,
  on: ProofOfWork.ON,
  off: ProofOfWork.OFF,
};

/** The settings of the page, not loaded yet. */
export function createPageSettingsModel(
  { settings, moderation, reloadPages }: PageSettingsDeps,
  pageId: string,
): PageSettingsModel {
  const before = signal<PageChoices | undefined>();
  const protectedBefore = signal<ProtectionChoice | undefined>();
  const protection = createResource(async (): Promise<StoredProtection> => {
    const { proofOfWork, gatewayProofOfWork } = await moderation.getPageProtection({ pageId });
    return { own: choiceOf(proofOfWork), gateway: choiceOf(gatewayProofOfWork) };
  });
  return {
    before,
    protection,
    protectedBefore,
    save: createAttempt(async ({ from, to }) => {
      await settings.updateActionPage({
        pageId,
        description: to.description,
        requiredFields: { names: [...to.requiredFields] },
        embedOrigins: { origins: [...to.origins] },
      });
      before.value = from;
      await reloadPages();
    }),
    protect: createAttempt(async (choice) => {
      const { value } = protection.state;
      await moderation.setPageProtection({ pageId, proofOfWork: wireProtections[choice] });
      protectedBefore.value = value.kind === "loaded" ? value.value.own : undefined;
      await protection.reload();
    }),
  };
}

/** What can be changed, as the page has it now. */
export function choicesOf({ description, requiredFields, embedOrigins }: ActionPage): PageChoices {
  return { description, requiredFields, origins: embedOrigins };
}

function choiceOf(wire: ProofOfWork): ProtectionChoice {
  switch (wire) {
    case ProofOfWork.ON:
      return "on";
    case ProofOfWork.OFF:
      return "off";
    case ProofOfWork.AUTO:
      return "auto";
    default:
      return "gateway";
  }
}
