/** What a person may ask for: what is held of them, proof of their consent, erasure; and how long campaigns keep persons. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { encodeRow } from "@coterie/actions/csv";
import { type Campaign, ErasureReach, type HeldContact, type Retention } from "@coterie/protocol";
import { type Attempt, createAttempt } from "../model/attempt.ts";
import { createResource, type Resource } from "../model/resource.ts";
import type { SignedIn } from "../session/session.ts";

/** What was found of a person. */
export interface FoundPerson {
  readonly email: string;
  readonly contacts: readonly HeldContact[];
}

/** Requests of persons. */
export interface RightsModel {
  readonly find: Attempt<string, FoundPerson>;
  readonly erase: Attempt<{ readonly email: string; readonly everywhere: boolean }, number>;
  /** Forgets the address and what was found. */
  readonly forget: () => void;
}

/** How long one campaign keeps its persons. */
export interface RetentionModel {
  readonly stored: Resource<Retention | undefined>;
  readonly save: Attempt<number, void>;
  /** Days before the last change. */
  readonly before: ReadonlySignal<number | undefined>;
}

/** Nothing was asked yet. */
export function createRightsModel({ rights }: Pick<SignedIn, "rights">): RightsModel {
  const find = createAttempt(async (email: string): Promise<FoundPerson> => {
    const { contacts } = await rights.findPerson({ email });
    return { email, contacts };
  });
  const erase = createAttempt(
    async ({ email, everywhere }: { readonly email: string; readonly everywhere: boolean }) => {
      const reach = everywhere ? ErasureReach.CAMPAIGNS : ErasureReach.OWN;
      const { actionIds } = await rights.erasePerson({ email, reach });
      find.reset();
      return actionIds.length;
    },
  );
  return {
    find,
    erase,
    forget() {
      find.reset();
      erase.reset();
    },
  };
}

/** The retention of a campaign, not loaded yet. */
export function createRetentionModel({ rights }: Pick<SignedIn, "rights">, campaignId: string): RetentionModel {
  const before = signal<number | undefined>();
  const stored = createResource(async () => (await rights.getRetention({ campaignId })).retention);
  return {
    stored,
    before,
    save: createAttempt(async (days) => {
      const { value } = stored.state;
      await rights.setRetention({ campaignId, days });
      before.value = value.kind === "loaded" ? (value.value?.days ?? 0) : undefined;
      await stored.reload();
    }),
  };
}

/** Whether the organisation decides about the campaign's persons. */
export function decidesRetention(
  { leadOrganisationId }: Pick<Campaign, "leadOrganisationId">,
  organisationId: string,
): boolean {
  return leadOrganisationId === organisationId;
}

/** Consent of a person as a table: what was asked in which words, what was answered, and how it was confirmed. */
export function consentProof({ email, contacts }: FoundPerson): string {
  const head = [
    "email",
    "actionId",
    "campaign",
    "page",
    "signedAt",
    "purpose",
    "optIn",
    "wordingId",
    "locale",
    "givenAt",
    "confirmation",
  ];
  const rows = contacts.map((contact) => [
    email,
    contact.actionId,
    contact.campaignName,
    contact.pageName,
    timeText(contact.createdAtMs),
    contact.purpose,
    contact.optIn,
    contact.wordingId,
    contact.locale,
    timeText(contact.givenAtMs),
    contact.confirmation,
  ]);
  return [head, ...rows].map(encodeRow).join("");
}

function timeText(ms: bigint): string {
  return new Date(Number(ms)).toISOString();
}
