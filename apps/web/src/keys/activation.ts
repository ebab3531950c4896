/** Importing a public key at the gateway and activating it with a proof that its file opens. */
import { equalBytes } from "@coterie/bytes";
import { KeyState, type OrganisationKey } from "@coterie/protocol";
import { GatewayMisbehavedError } from "../errors.ts";
import type { SignedIn } from "../session/session.ts";
import type { KeyFacts } from "./key-facts.ts";
import type { KeyStage, KeyWorkshop } from "./key-workshop.ts";

/** What activating needs. */
export interface ActivationDeps {
  readonly session: Pick<SignedIn, "organisations" | "organisation">;
  readonly workshop: KeyWorkshop;
}

/** What is activated. */
export interface ActivationInput {
  readonly facts: KeyFacts;
  readonly fileText: string;
  readonly passphrase: string;
  /** What the list of keys shows. */
  readonly label: string;
  readonly onStage?: (stage: KeyStage) => void;
}

/** Imports where the gateway does not know the key, opens the challenge, and activates. Harmless when repeated. */
export async function activateKey(
  { session, workshop }: ActivationDeps,
  input: ActivationInput,
): Promise<OrganisationKey> {
  const { organisations, organisation } = session;
  const { keyId, publicKey } = input.facts;
  const { keys } = await organisations.listPublicKeys({});
  const known = keys.find(({ id }) => id === keyId);
  if (known?.state === KeyState.ACTIVE) return known;
  if (known === undefined) {
    const { key } = await organisations.importPublicKey({ public: publicKey, label: input.label });
    if (key === undefined || key.id !== keyId || !equalBytes(key.public, publicKey)) {
      throw new GatewayMisbehavedError("the gateway imported another key than the one that was sent");
    }
  }
  const { challenge } = await organisations.startActivation({ keyId });
  const { fileText, passphrase, onStage } = input;
  const proof = await workshop.run(
    { kind: "prove", fileText, passphrase, challenge, organisationId: organisation.id },
    onStage,
  );
  const { key } = await organisations.activatePublicKey({ keyId, proof });
  proof.fill(0);
  if (key?.id !== keyId) throw new GatewayMisbehavedError("the gateway activated another key");
  return key;
}
